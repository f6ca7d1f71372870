#include "attach.h"

#include "advice_system.h"
#include "base/cleanup.h"
#include "exit_status.h"
#include "mountfd.h"
#include "path.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static int make_dri(int dev, bool *ret_is_made, struct err *err)
{
    int r;

    if (mkdirat(dev, "dri", 0755) == 0) {
        *ret_is_made = true;
        return 0;
    }
    if (errno == EEXIST)
        return 0;
    r = err_set(err, STATUS_UNSAFE_PATH, errno, "make the folder /dev/dri in the container");
    if (r == -EROFS)
        err_fix(err, "lxc.autodev = 1");
    return r;
}

/* Where the tree goes, and what has to be undone when it does not get there. */
struct place {
    int dev; /* the guest's /dev */
    int dri;
    bool is_made; /* /dev/dri was not there */
    int old;      /* the tree of an earlier run, taken off; -1: there was none */
};

static int open_dri(int dev, int *ret, struct err *err)
{
    CLEANUP_FD int dri = -1;
    struct stat st;
    int r = path_open(dev, "dri", PATH_NO_LINKS, &dri);

    if (r < 0 || fstat(dri, &st) < 0)
        return err_set(err, STATUS_UNSAFE_PATH, r < 0 ? -r : errno,
                       "open /dev/dri in the container");
    if (!S_ISDIR(st.st_mode))
        return err_set(err, STATUS_UNSAFE_PATH, ENOTDIR, "open /dev/dri in the container");
    *ret = fd_steal(&dri);
    return 0;
}

static int place_open(const struct guest *guest, struct place *place, struct err *err)
{
    int r = path_open(guest->root, "dev", PATH_NO_LINKS, &place->dev);

    if (r < 0)
        return err_set(err, STATUS_UNSAFE_PATH, -r, "open /dev in the container");
    r = guest->has_dri ? 0 : make_dri(place->dev, &place->is_made, err);
    return r == 0 ? open_dri(place->dev, &place->dri, err) : r;
}

static int mount_refused(const char *what, const char *label, struct err *err)
{
    int error = errno;
    int r;

    if (error == ENOSYS) {
        r = err_set(err, STATUS_KERNEL, error, "%s", what);
        advice_old_kernel(error, err);
        return r;
    }
    r = err_set(err, STATUS_UNSAFE_PATH, error, "%s%s%s", what,
                label[0] ? ", under the AppArmor profile " : "", label);
    if (label[0])
        advice_profile(label, "change_profile -> unconfined,", err);
    return r;
}

/*
 * A kept node is the very mount that was there, cloned: the container gains no right that it did
 * not have. (Making the same number anew would: on a file system of the guest's own, such as FUSE,
 * a device node can claim any number because it cannot be opened.)
 */
static int clone_kept(int dri, const struct plan *plan, const char *label, int *clones,
                      struct err *err)
{
    for (size_t i = 0; i < plan->op_count; i++) {
        if (plan->ops[i].kind != OP_KEEP)
            continue;
        *clones = sys_open_tree(dri, plan->ops[i].name,
                                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
        if (*clones++ < 0) {
            int r = mount_refused("keep a node of the container's own", label, err);
            err_wrap(err, "/dev/dri/%s", plan->ops[i].name);
            return r;
        }
    }
    return 0;
}

static int bind_kept(int tree, const struct plan *plan, const char *label, const int *clones,
                     struct err *err)
{
    for (size_t i = 0; i < plan->op_count; i++) {
        if (plan->ops[i].kind != OP_KEEP)
            continue;
        CLEANUP_FD int place = openat(tree, plan->ops[i].name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (place < 0 || sys_move_mount_fd(*clones++, place) < 0) {
            int r = mount_refused("keep a node of the container's own", label, err);
            err_wrap(err, "/dev/dri/%s", plan->ops[i].name);
            return r;
        }
    }
    return 0;
}

static void detach(int tree)
{
    if (fchdir(tree) == 0)
        (void)syscall(SYS_umount2, ".", 2 /* MNT_DETACH */);
}

/* A second attach takes the place of the first, rather than to pile up on it. */
static int take_off_old(struct place *place, const char *label, struct err *err)
{
    place->old = sys_open_tree(place->dri, "",
                               OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
    if (place->old < 0)
        return mount_refused("keep the nodes of an earlier run", label, err);
    detach(place->dri);
    fd_cleanup(&place->dri);
    place->dri = -1;
    return open_dri(place->dev, &place->dri, err);
}

/* As it was before; all that can be done when this fails too is to say why it began. */
static void put_back(struct place *place)
{
    /* The old tree was off and its place could not be opened: the second try may be luckier. */
    if (place->old >= 0 && place->dri < 0)
        (void)path_open(place->dev, "dri", PATH_NO_LINKS, &place->dri);
    if (place->old >= 0 && place->dri >= 0)
        (void)sys_move_mount_fd(place->old, place->dri);
    if (place->is_made)
        (void)unlinkat(place->dev, "dri", AT_REMOVEDIR);
}

static int mount_on(const struct plan *plan, int tree, int dri, const char *label,
                    const int *clones, struct err *err)
{
    int r;

    if (sys_move_mount_fd(tree, dri) < 0)
        return mount_refused("mount /dev/dri in the container", label, err);
    r = bind_kept(tree, plan, label, clones, err);
    if (r < 0)
        detach(tree);
    return r;
}

int attach_tree(const struct guest *guest, const struct plan *plan, int tree, const char *label,
                struct err *err)
{
    struct place place = {.dev = -1, .dri = -1, .old = -1};
    int clones[GUEST_NODES_MAX];
    int r = place_open(guest, &place, err);

    memset(clones, -1, sizeof(clones));
    if (r == 0)
        r = clone_kept(place.dri, plan, label, clones, err);
    if (r == 0 && guest->has_our_tree)
        r = take_off_old(&place, label, err);
    if (r == 0)
        r = mount_on(plan, tree, place.dri, label, clones, err);
    if (r < 0)
        put_back(&place);
    for (size_t i = 0; i < GUEST_NODES_MAX; i++)
        fd_cleanup(&clones[i]);
    fd_cleanup(&place.old);
    fd_cleanup(&place.dri);
    fd_cleanup(&place.dev);
    return r;
}

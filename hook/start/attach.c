#include "start/attach.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "facts/path.h"
#include "say/advice_system.h"
#include "start/mountfd.h"

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

static int place_open(const struct guest *guest, struct attachment *place, struct err *err)
{
    int r = path_open(guest->root, "dev", PATH_NO_LINKS, &place->dev);

    if (r < 0)
        return err_set(err, STATUS_UNSAFE_PATH, -r, "open /dev in the container");
    r = guest->has_dri ? 0 : make_dri(place->dev, &place->is_made, err);
    return r == 0 ? open_dri(place->dev, &place->dri, err) : r;
}

static int mount_refused(const char *what, const struct lsm *lsm, struct err *err)
{
    int error = errno;

    if (error == EACCES && lsm->kind != LSM_NONE) {
        (void)err_set(err, STATUS_UNSAFE_PATH, error, "%s, under the %s %s", what,
                      lsm_kind_name(lsm->kind), lsm->label);
        advice_lsm(lsm, "change_profile -> unconfined,", err);
        return -error;
    }
    (void)err_set(err, error == ENOSYS ? STATUS_KERNEL : STATUS_UNSAFE_PATH, error, "%s", what);
    if (error == ENOSYS || error == EPERM)
        advice_old_kernel(error, err);
    return -error;
}

/*
 * A kept node is the very mount that was there, cloned: the container gains no right that it did
 * not have. (Making the same number anew would: on a file system of the guest's own, such as FUSE,
 * a device node can claim any number because it cannot be opened.)
 */
struct kept_nodes {
    size_t count;
    struct {
        const char *name; /* the guest's */
        int clone;
    } nodes[GUEST_NODES_MAX];
};

static int kept_refused(const char *name, const struct lsm *lsm, struct err *err)
{
    int r = mount_refused("keep a node of the container's own", lsm, err);

    err_wrap(err, "/dev/dri/%s", name);
    return r;
}

static int kept_clone(int dri, const struct guest *guest, uint32_t keep, const struct lsm *lsm,
                      struct kept_nodes *ret, struct err *err)
{
    for (size_t i = 0; i < guest->node_count; i++) {
        const char *name = guest->nodes[i].name;
        if (!(keep & 1U << i))
            continue;
        int clone =
            sys_open_tree(dri, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
        if (clone < 0)
            return kept_refused(name, lsm, err);
        ret->nodes[ret->count].name = name;
        ret->nodes[ret->count++].clone = clone;
    }
    return 0;
}

static int kept_bind(int tree, const struct kept_nodes *kept, const struct lsm *lsm,
                     struct err *err)
{
    for (size_t i = 0; i < kept->count; i++) {
        CLEANUP_FD int place = openat(tree, kept->nodes[i].name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (place < 0 || sys_move_mount_fd(kept->nodes[i].clone, place) < 0)
            return kept_refused(kept->nodes[i].name, lsm, err);
    }
    return 0;
}

static void kept_close(struct kept_nodes *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        fd_cleanup(&kept->nodes[i].clone);
}

/*
 * By number, as <sys/mount.h>, which has it, cannot be included beside <linux/mount.h> in glibc
 * 2.36. Detached rather than unmounted, because a program of the container may have a node open.
 */
#define DETACH 2 /* MNT_DETACH */

int attach_detach(int tree)
{
    if (fchdir(tree) == 0 && syscall(SYS_umount2, ".", DETACH) == 0)
        return 0;
    return errno == EINVAL ? 0 : -errno; /* it is not mounted here */
}

/* A second attach replaces the first instead of stacking on it. */
static int take_off_old(struct attachment *place, const struct lsm *lsm, struct err *err)
{
    place->old = sys_open_tree(place->dri, "",
                               OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
    if (place->old < 0)
        return mount_refused("keep the nodes of an earlier run", lsm, err);
    (void)attach_detach(place->dri);
    fd_cleanup(&place->dri);
    place->dri = -1;
    return open_dri(place->dev, &place->dri, err);
}

/* As it was before; all that can be done when this fails too is to say why it began. */
static void put_back(struct attachment *place)
{
    /* The old tree was off and its place could not be opened: the second try may be luckier. */
    if (place->old >= 0 && place->dri < 0)
        (void)path_open(place->dev, "dri", PATH_NO_LINKS, &place->dri);
    if (place->old >= 0 && place->dri >= 0)
        (void)sys_move_mount_fd(place->old, place->dri);
    if (place->is_made)
        (void)unlinkat(place->dev, "dri", AT_REMOVEDIR);
}

static int mount_on(int tree, int dri, const struct lsm *lsm, const struct kept_nodes *kept,
                    struct err *err)
{
    int r;

    if (sys_move_mount_fd(tree, dri) < 0)
        return mount_refused("mount /dev/dri in the container", lsm, err);
    r = kept_bind(tree, kept, lsm, err);
    if (r < 0)
        (void)attach_detach(tree);
    return r;
}

int attach_tree(const struct guest *guest, uint32_t keep, int tree, const struct lsm *lsm,
                struct attachment *ret, struct err *err)
{
    __attribute__((cleanup(kept_close))) struct kept_nodes kept = {.count = 0};
    int r;

    *ret = (struct attachment){.dev = -1, .dri = -1, .tree = tree, .old = -1};
    r = place_open(guest, ret, err);
    if (r == 0)
        r = kept_clone(ret->dri, guest, keep, lsm, &kept, err);
    if (r == 0 && guest->has_our_tree)
        r = take_off_old(ret, lsm, err);
    if (r == 0)
        r = mount_on(tree, ret->dri, lsm, &kept, err);
    if (r < 0) {
        put_back(ret);
        attach_close(ret);
    }
    return r;
}

void attach_undo(struct attachment *attachment)
{
    (void)attach_detach(attachment->tree);
    put_back(attachment);
    attach_close(attachment);
}

void attach_close(struct attachment *attachment)
{
    fd_cleanup(&attachment->old);
    fd_cleanup(&attachment->dri);
    fd_cleanup(&attachment->dev);
    attachment->old = attachment->dri = attachment->dev = -1;
}

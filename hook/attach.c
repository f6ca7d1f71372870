#include "attach.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "mountfd.h"
#include "path.h"

#include <string.h>
#include <sys/stat.h>

static int make_dri(int dev, struct err *err)
{
    int r;

    if (mkdirat(dev, "dri", 0755) == 0 || errno == EEXIST)
        return 0;
    if (errno != EROFS)
        return err_set(err, STATUS_UNSAFE_PATH, errno, "make the folder /dev/dri in the container");
    r = err_set(err, STATUS_UNSAFE_PATH, errno, "make the folder /dev/dri in the container");
    err_fix(err, "lxc.autodev = 1");
    return r;
}

static int open_dri(const struct guest *guest, int *ret, struct err *err)
{
    CLEANUP_FD int dev = -1;
    CLEANUP_FD int dri = -1;
    struct stat st;
    int r = path_open(guest->root, "dev", PATH_NO_LINKS, &dev);

    if (r < 0)
        return err_set(err, STATUS_UNSAFE_PATH, -r, "open /dev in the container");
    r = guest->has_dri ? 0 : make_dri(dev, err);
    if (r < 0)
        return r;
    r = path_open(dev, "dri", PATH_NO_LINKS, &dri);
    if (r < 0 || fstat(dri, &st) < 0)
        return err_set(err, STATUS_UNSAFE_PATH, r < 0 ? -r : errno,
                       "open /dev/dri in the container");
    if (!S_ISDIR(st.st_mode))
        return err_set(err, STATUS_UNSAFE_PATH, ENOTDIR, "open /dev/dri in the container");
    *ret = fd_steal(&dri);
    return 0;
}

static int mount_refused(const char *what, const char *label, struct err *err)
{
    int error = errno;
    int r;

    if (error == ENOSYS)
        return err_set(err, STATUS_KERNEL, error, "%s", what);
    r = err_set(err, STATUS_UNSAFE_PATH, error, "%s%s%s", what,
                label[0] ? ", under the AppArmor profile " : "", label);
    if (label[0])
        err_fix(err, "journalctl -k | grep apparmor    # shows the rule that is missing");
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
static int replace_old(const struct guest *guest, int *dri, struct err *err)
{
    detach(*dri);
    fd_cleanup(dri);
    *dri = -1;
    return open_dri(guest, dri, err);
}

int attach_tree(const struct guest *guest, const struct plan *plan, int tree, const char *label,
                struct err *err)
{
    int clones[GUEST_NODES_MAX];
    CLEANUP_FD int dri = -1;
    int r = open_dri(guest, &dri, err);

    memset(clones, -1, sizeof(clones));
    if (r == 0)
        r = clone_kept(dri, plan, label, clones, err);
    if (r == 0 && guest->has_our_tree)
        r = replace_old(guest, &dri, err);
    if (r == 0 && sys_move_mount_fd(tree, dri) < 0)
        r = mount_refused("mount /dev/dri in the container", label, err);
    else if (r == 0 && (r = bind_kept(tree, plan, label, clones, err)) < 0)
        detach(tree);
    for (size_t i = 0; i < GUEST_NODES_MAX; i++)
        fd_cleanup(&clones[i]);
    return r;
}

/* SPDX-License-Identifier: MIT */
#include "start/attach.h"

#include "base/cleanup.h"
#include "base/mountfd.h"
#include "facts/path.h"

#include <string.h>
#include <sys/stat.h>

static int make_dri(int dev, bool *ret_is_made, struct fault *fault)
{
    if (mkdirat(dev, "dri", 0755) == 0) {
        *ret_is_made = true;
        return 0;
    }
    return errno == EEXIST ? 0 : fault_set(fault, CAUSE_DRI_MAKE, errno);
}

static int open_dri(int dev, int *ret, struct fault *fault)
{
    CLEANUP_FD int dri = -1;
    struct stat st;
    int r = path_open(dev, "dri", PATH_NO_LINKS, &dri);

    if (r < 0 || fstat(dri, &st) < 0)
        return fault_set(fault, CAUSE_FILE_OPEN, r < 0 ? -r : errno, .name = "dev/dri");
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, CAUSE_FILE_OPEN, ENOTDIR, .name = "dev/dri");
    *ret = fd_steal(&dri);
    return 0;
}

static int place_open(const struct guest *guest, struct attachment *place, struct fault *fault)
{
    int r = path_open(guest->root, "dev", PATH_NO_LINKS, &place->dev);

    if (r < 0)
        return fault_set(fault, CAUSE_FILE_OPEN, -r, .name = "dev");
    r = guest->has_dri ? 0 : make_dri(place->dev, &place->is_made, fault);
    return r == 0 ? open_dri(place->dev, &place->dri, fault) : r;
}

/* A security module is behind it only where the kernel says EACCES. */
static int mount_refused(enum cause cause, const char *name, const struct lsm *lsm,
                         struct fault *fault)
{
    int error = errno;
    bool is_lsm = error == EACCES && lsm->kind != LSM_NONE;

    return fault_set(fault, cause, error, .name = name, .b = is_lsm ? lsm->kind : LSM_NONE,
                     .detail = lsm->label);
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

static int kept_clone(int dri, const struct guest *guest, uint32_t keep, const struct lsm *lsm,
                      struct kept_nodes *ret, struct fault *fault)
{
    for (size_t i = 0; i < guest->node_count; i++) {
        const char *name = guest->nodes[i].name;
        if (!(keep & 1U << i))
            continue;
        int clone =
            sys_open_tree(dri, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
        if (clone < 0)
            return mount_refused(CAUSE_KEEP_NODE, name, lsm, fault);
        ret->nodes[ret->count].name = name;
        ret->nodes[ret->count++].clone = clone;
    }
    return 0;
}

static int kept_bind(int tree, const struct kept_nodes *kept, const struct lsm *lsm,
                     struct fault *fault)
{
    for (size_t i = 0; i < kept->count; i++) {
        CLEANUP_FD int place = openat(tree, kept->nodes[i].name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (place < 0 || sys_move_mount_fd(kept->nodes[i].clone, place) < 0)
            return mount_refused(CAUSE_KEEP_NODE, kept->nodes[i].name, lsm, fault);
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
static int take_off_old(struct attachment *place, const struct lsm *lsm, struct fault *fault)
{
    int r;

    place->old = sys_open_tree(place->dri, "",
                               OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
    if (place->old < 0)
        return mount_refused(CAUSE_KEEP_TREE, "", lsm, fault);
    r = attach_detach(place->dri);
    if (r < 0) {
        /* It is still there, and nothing has to come back. */
        fd_cleanup(&place->old);
        place->old = -1;
        return fault_set(fault, CAUSE_TAKE_OFF, -r);
    }
    fd_cleanup(&place->dri);
    place->dri = -1;
    return open_dri(place->dev, &place->dri, fault);
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
                    struct fault *fault)
{
    int r;

    if (sys_move_mount_fd(tree, dri) < 0)
        return mount_refused(CAUSE_MOUNT, "", lsm, fault);
    r = kept_bind(tree, kept, lsm, fault);
    if (r < 0)
        (void)attach_detach(tree);
    return r;
}

int attach_tree(const struct guest *guest, uint32_t keep, int tree, const struct lsm *lsm,
                struct attachment *ret, struct fault *fault)
{
    __attribute__((cleanup(kept_close))) struct kept_nodes kept = {.count = 0};
    int r;

    *ret = (struct attachment){.dev = -1, .dri = -1, .tree = tree, .old = -1};
    r = place_open(guest, ret, fault);
    if (r == 0)
        r = kept_clone(ret->dri, guest, keep, lsm, &kept, fault);
    if (r == 0 && guest->has_our_tree)
        r = take_off_old(ret, lsm, fault);
    if (r == 0)
        r = mount_on(tree, ret->dri, lsm, &kept, fault);
    if (r < 0) {
        put_back(ret);
        attach_close(ret);
    }
    return r;
}

int attach_take_off(const struct guest *guest, struct fault *fault)
{
    struct attachment place = {.dev = -1, .dri = -1, .tree = -1, .old = -1};
    int r = guest->has_our_tree ? place_open(guest, &place, fault) : 0;
    int error = 0;

    if (r == 0 && place.dri >= 0)
        error = -attach_detach(place.dri);
    if (r == 0 && place.dri >= 0 && error == 0)
        (void)unlinkat(place.dev, "dri", AT_REMOVEDIR);
    attach_close(&place);
    return r == 0 && error ? fault_set(fault, CAUSE_TAKE_OFF, error) : r;
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

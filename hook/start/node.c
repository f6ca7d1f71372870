/* SPDX-License-Identifier: MIT */
#include "start/node.h"

#include "base/cleanup.h"
#include "base/mountfd.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Nodes, links and folders have no contents; this bounds what the tmpfs could ever take. */
#define TREE_SIZE   "64k"
#define TREE_INODES "1024"

static int tree_refused(const char *call, struct fault *fault)
{
    return fault_set(fault, CAUSE_TREE, errno, .name = call);
}

static int tree_open(int *ret_fs, int *ret_mount, struct fault *fault)
{
    static const char *const settings[][2] = {{"source", "lxc-gpu-hook"},
                                              {"size", TREE_SIZE},
                                              {"nr_inodes", TREE_INODES},
                                              {"mode", "0755"}};
    CLEANUP_FD int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
    int mount;

    if (fs < 0)
        return tree_refused("fsopen", fault);
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (sys_fsconfig(fs, FSCONFIG_SET_STRING, settings[i][0], settings[i][1], 0) < 0)
            return tree_refused("fsconfig", fault);
    if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return tree_refused("fsconfig", fault);
    mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    if (mount < 0)
        return tree_refused("fsmount", fault);
    *ret_mount = mount;
    *ret_fs = fd_steal(&fs);
    return 0;
}

static int own(int tree, const char *name, uid_t uid, gid_t gid, struct fault *fault)
{
    if (fchownat(tree, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
        return fault_set(fault, CAUSE_NODE_OWNER, errno, .name = name, .a = uid, .b = gid);
    return 0;
}

static int make_device(int tree, const struct op *op, const struct plan *plan, struct fault *fault)
{
    dev_t number = makedev(DRM_MAJOR, op->gpu->node_minor);

    if (mknodat(tree, op->name, S_IFCHR | plan->mode, number) < 0)
        /* This process has the capability: then it is a device cgroup that says EPERM. */
        return fault_set(fault, errno == EPERM ? CAUSE_MAKE_DENIED : CAUSE_NODE_MAKE, errno,
                         .name = op->name, .a = DRM_MAJOR, .b = op->gpu->node_minor);
    return own(tree, op->name, plan->owner.host_uid, plan->owner.host_gid, fault);
}

static int make_link(int tree, const struct op *op, const struct plan *plan, struct fault *fault)
{
    if (mkdirat(tree, "by-path", 0755) < 0 && errno != EEXIST)
        return fault_set(fault, CAUSE_BY_PATH, errno);
    /* Two nodes of one name would be a bug of sysfs: the first one keeps it. */
    if (symlinkat(op->target, tree, op->name) < 0 && errno != EEXIST)
        return fault_set(fault, CAUSE_LINK, errno, .name = op->name);
    return own(tree, op->name, plan->root_uid, plan->root_gid, fault);
}

/* Only a place to bind the kept node to. */
static int make_place(int tree, const struct op *op, struct fault *fault)
{
    if (mknodat(tree, op->name, S_IFREG, 0) < 0)
        return fault_set(fault, CAUSE_KEPT_PLACE, errno, .name = op->name);
    return 0;
}

static int op_make(int tree, const struct op *op, const struct plan *plan, struct fault *fault)
{
    switch (op->kind) {
    case OP_NODE:
        return make_device(tree, op, plan, fault);
    case OP_LINK:
        return make_link(tree, op, plan, fault);
    case OP_KEEP:
        return make_place(tree, op, fault);
    }
    return 0;
}

static int tree_fill(int tree, const struct plan *plan, struct fault *fault)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < plan->op_count; i++)
        r = op_make(tree, &plan->ops[i], plan, fault);
    if (r == 0 && faccessat(tree, "by-path", F_OK, 0) == 0)
        r = own(tree, "by-path", plan->root_uid, plan->root_gid, fault);
    if (r == 0)
        r = own(tree, ".", plan->root_uid, plan->root_gid, fault);
    return r;
}

int node_tree_make(const struct plan *plan, int *ret, struct fault *fault)
{
    CLEANUP_FD int fs = -1;
    CLEANUP_FD int tree = -1;
    mode_t umask_before = umask(0);
    int r = tree_open(&fs, &tree, fault);

    if (r == 0)
        r = tree_fill(tree, plan, fault);
    umask(umask_before);
    if (r < 0)
        return r;
    /* The superblock, not only this mount: then no remount or bind in the container undoes it. */
    if (sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
        sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
        return tree_refused("fsconfig", fault);
    *ret = fd_steal(&tree);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "start/bind.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "facts/guest.h"
#include "facts/lsm.h"
#include "facts/path.h"
#include "plan/plan.h"
#include "start/bind_program.h"
#include "start/gpu_wait.h"
#include "start/privilege.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* The kernel shows what is not mapped as this id, so no group of that number can be trusted. */
static uint32_t overflow_gid(void)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    unsigned gid = 65534;

    if (file_read_at(AT_FDCWD, "/proc/sys/kernel/overflowgid", 32, &text, &size) == 0)
        (void)sscanf(text, "%u", &gid);
    return gid;
}

static int dri_open(int root, int *ret, struct fault *fault)
{
    CLEANUP_FD int dev = -1;
    int r = path_open(root, "dev", PATH_NO_LINKS, &dev);

    if (r == 0 && mkdirat(dev, "dri", 0755) < 0 && errno != EEXIST)
        r = -errno;
    if (r == 0)
        r = path_open(dev, "dri", PATH_NO_LINKS, ret);
    if (r < 0)
        return fault_set(fault, CAUSE_DRI_MAKE, -r);
    return 0;
}

/* A file to bind on. *ret is -1 when a node is there already: the config has put it there. */
static int place_open(int dri, const char *name, int *ret, struct fault *fault)
{
    __attribute__((unused)) CLEANUP_FD int made =
        openat(dri, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0);
    CLEANUP_FD int fd = -1;
    struct stat st;
    int r = path_open(dri, name, PATH_NO_LINKS, &fd);

    if (r < 0 || fstat(fd, &st) < 0)
        return fault_set(fault, CAUSE_BIND_PLACE, r < 0 ? -r : errno, .name = name);
    *ret = S_ISREG(st.st_mode) ? fd_steal(&fd) : -1;
    return 0;
}

/* Only a convenience: programs find the node without it. */
static void link_add(int dri, const struct gpu_node *node, struct bound *ret)
{
    char name[96];
    char target[32];

    plan_link_name(node, name, sizeof(name));
    if (!name[0] || (mkdirat(dri, "by-path", 0755) < 0 && errno != EEXIST))
        return;
    CLEANUP_FD int folder = -1;
    if (path_open(dri, "by-path", PATH_NO_LINKS, &folder) < 0)
        return;
    snprintf(target, sizeof(target), "../%s", node->name);
    ret->has_no_link = symlinkat(target, folder, name) < 0 && errno != EEXIST;
}

static int node_bind(int dri, const struct gpu_node *node, const struct lsm *lsm, struct bound *ret,
                     struct fault *fault)
{
    CLEANUP_FD int target = -1;
    char source[32];
    int r = place_open(dri, node->name, &target, fault);

    if (r < 0 || target < 0)
        return r;
    snprintf(source, sizeof(source), "/dev/dri/%s", node->name);
    r = bind_program_run(source, target, fault);
    if (r == 0) {
        link_add(dri, node, ret);
        ret->is_bound = true;
    } else if (fault->cause == CAUSE_BIND_REFUSED && fault->error == EACCES) {
        /* Of all that can fail here, only the mount itself is a security module's to refuse. */
        fault->b = lsm->kind;
        snprintf(fault->detail, sizeof(fault->detail), "%s", lsm->label);
    }
    return r;
}

static int bind_usable(int root, const struct options *options, struct bind_job *job,
                       const struct lsm *lsm, struct fault *fault)
{
    static struct plan plan; /* for its owner only */
    const struct gpu_list *gpus = &job->gpus;
    struct guest_group groups[2] = {0};
    const char *names[2];
    CLEANUP_FD int dri = -1;
    uint32_t unmapped = overflow_gid();
    int r;

    plan_group_names(options, names);
    r = names[0][0] ? guest_find_groups(root, names, groups, fault) : 0;
    if (r == 0)
        r = plan_choose_group(options, groups, &plan, fault);
    for (size_t i = 0; r == 0 && i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (!plan_is_wanted(options, gpus, node) ||
            !plan_is_usable_as_it_is(node, node->gid != unmapped, node->gid, plan.owner.guest_gid))
            continue;
        if (dri < 0)
            r = dri_open(root, &dri, fault);
        if (r == 0)
            r = node_bind(dri, node, lsm, &job->bound[i], fault);
    }
    return r;
}

int bind_nodes(const struct hook_env *env, const struct options *options, struct bind_job *job,
               struct fault *fault)
{
    struct lsm lsm;
    CLEANUP_FD int root = -1;
    int r = 0;

    /* A privileged container: start-host serves it. */
    if (privilege_is_hosts())
        return 0;
    /* libmount 2.39 and later binds with move_mount(2), which lxc-start's profile denies. */
    lsm_leave_apparmor(&lsm);
    r = privilege_enter(PHASE_BIND, fault);
    /* start-host is the one to say that there is none. */
    if (r == 0)
        r = gpu_wait(options, GPU_AS_IT_IS, &job->gpus, fault);
    if (r == 0) {
        root = open(env->rootfs_mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
        r = root < 0 ? fault_set(fault, CAUSE_ROOTFS_MOUNT, errno) : 0;
    }
    if (r == 0)
        r = bind_usable(root, options, job, &lsm, fault);
    return r;
}

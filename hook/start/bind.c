#include "start/bind.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "exit_status.h"
#include "facts/guest.h"
#include "facts/lsm.h"
#include "facts/path.h"
#include "plan/plan.h"
#include "say/advice_system.h"
#include "say/report.h"
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

static int dri_open(int root, int *ret, struct err *err)
{
    CLEANUP_FD int dev = -1;
    int r = path_open(root, "dev", PATH_NO_LINKS, &dev);

    if (r == 0 && mkdirat(dev, "dri", 0755) < 0 && errno != EEXIST)
        r = -errno;
    if (r == 0)
        r = path_open(dev, "dri", PATH_NO_LINKS, ret);
    if (r < 0)
        return err_set(err, STATUS_UNSAFE_PATH, -r, "make the folder /dev/dri in the container");
    return 0;
}

/* A file to bind on. *ret is -1 when a node is there already: the config has put it there. */
static int place_open(int dri, const char *name, int *ret, struct err *err)
{
    __attribute__((unused)) CLEANUP_FD int made =
        openat(dri, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0);
    CLEANUP_FD int fd = -1;
    struct stat st;
    int r = path_open(dri, name, PATH_NO_LINKS, &fd);

    if (r < 0 || fstat(fd, &st) < 0)
        return err_set(err, STATUS_UNSAFE_PATH, r < 0 ? -r : errno,
                       "make a place for /dev/dri/%s in the container", name);
    *ret = S_ISREG(st.st_mode) ? fd_steal(&fd) : -1;
    return 0;
}

/* Only a convenience: programs find the node without it. */
static void link_add(int dri, const struct gpu_node *node)
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
    if (symlinkat(target, folder, name) < 0 && errno != EEXIST)
        report_step("no by-path link for %s: it cannot be made", node->name);
}

/* Of all that can fail here, only the mount itself is a security module's to refuse. */
static void blame_lsm(const struct lsm *lsm, struct err *err)
{
    if (lsm->kind == LSM_NONE)
        return;
    err_wrap(err, "under the %s %s", lsm_kind_name(lsm->kind), lsm->label);
    advice_lsm(lsm, "mount options=(rw, bind),", err);
}

static int node_bind(int dri, const struct gpu_node *node, const struct lsm *lsm, struct err *err)
{
    CLEANUP_FD int target = -1;
    char source[32];
    int r = place_open(dri, node->name, &target, err);

    if (r < 0 || target < 0)
        return r;
    snprintf(source, sizeof(source), "/dev/dri/%s", node->name);
    r = bind_program_run(source, target, err);
    if (r == -EACCES && err->status == STATUS_UNSAFE_PATH)
        blame_lsm(lsm, err);
    if (r == 0) {
        link_add(dri, node);
        report_step("/dev/dri/%s of the host is bound", node->name);
    }
    return r;
}

static int bind_usable(int root, const struct options *options, const struct gpu_list *gpus,
                       const struct lsm *lsm, struct err *err)
{
    static struct plan plan; /* for its owner only */
    struct guest_group groups[2] = {0};
    const char *names[2];
    size_t count = plan_group_names(options, names);
    CLEANUP_FD int dri = -1;
    uint32_t unmapped = overflow_gid();
    int r = count ? guest_find_groups(root, names, count, groups, err) : 0;

    if (r == 0)
        r = plan_choose_group(options, groups, &plan, err);
    for (size_t i = 0; r == 0 && i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (!plan_is_wanted(options, gpus, node) ||
            !plan_is_usable_as_it_is(node, node->gid != unmapped, node->gid, plan.owner.guest_gid))
            continue;
        if (dri < 0)
            r = dri_open(root, &dri, err);
        if (r == 0)
            r = node_bind(dri, node, lsm, err);
    }
    return r;
}

int bind_nodes(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct gpu_list gpus;
    struct lsm lsm;
    CLEANUP_FD int root = -1;
    int r = 0;

    /* A privileged container: start-host serves it. */
    if (privilege_is_hosts())
        return 0;
    /* libmount 2.39 and later binds with move_mount(2), which lxc-start's profile denies. */
    lsm_leave_apparmor(&lsm);
    r = privilege_enter(PHASE_BIND, err);
    /* start-host is the one to say that there is none. */
    if (r == 0)
        r = gpu_wait(options, &gpus, err);
    if (r == 0) {
        root = open(env->rootfs_mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
        r = root < 0 ? err_set(err, STATUS_INTERNAL, errno, "open LXC_ROOTFS_MOUNT") : 0;
    }
    if (r == 0)
        r = bind_usable(root, options, &gpus, &lsm, err);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

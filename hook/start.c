#include "start.h"

#include "advice.h"
#include "attach.h"
#include "base/cleanup.h"
#include "cgroup.h"
#include "exit_status.h"
#include "node.h"
#include "privilege.h"
#include "report.h"
#include "share.h"
#include "start_user.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_STEP_MS 100

/* A driver may still be loading at boot: look again until something matches or time is up. */
int start_find_gpus(const struct options *options, struct gpu_list *ret, struct err *err)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    unsigned looks_left = options->wait_seconds * 1000 / WAIT_STEP_MS;
    int r;

    while ((r = gpu_find(ret, err)) == 0 && !plan_has_match(options, ret) && looks_left-- > 0)
        (void)nanosleep(&step, NULL);
    if (r < 0 || plan_has_match(options, ret))
        return r;
    r = plan_no_match(options, ret, err);
    advice_no_match(options, ret, err);
    if (options->wait_seconds)
        err_wrap(err, "waited %u s", options->wait_seconds);
    return r;
}

static void tell_gpus(const struct gpu_list *gpus)
{
    char text[PLAN_WARNING_SIZE];

    for (size_t i = 0; i < gpus->stray_count; i++) {
        snprintf(text, sizeof(text), "the host's /dev/dri/%s is a %s: not used",
                 gpus->strays[i].name, gpus->strays[i].what);
        report_warning(text);
    }
    for (size_t i = 0; i < gpus->count; i++)
        report_step("host: %s: driver %s, PCI %s", gpus->nodes[i].name, gpus->nodes[i].driver,
                    gpus->nodes[i].pci[0] ? gpus->nodes[i].pci : "none");
}

static void tell_guest(const struct guest *guest)
{
    char ids[160];

    report_step("container: %s user namespace", guest->user_ns < 0 ? "the host's" : "its own");
    report_step("container: gids %s", idmap_describe(&guest->gids, ids, sizeof(ids)));
    report_step("container: device cgroup %s",
                guest->cgroup_file[0] ? guest->cgroup_file : "unknown");
}

int start_find_groups(const struct options *options, int root, struct guest_group ret[2],
                      struct err *err)
{
    const char *names[2];
    size_t count = plan_group_names(options, names);

    memset(ret, 0, 2 * sizeof(ret[0]));
    return count ? guest_find_groups(root, names, count, ret, err) : 0;
}

/* "dir:/path" and "/path" are folders of the host. */
const char *rootfs_folder(const char *path, char *ret, size_t size)
{
    if (path && strncmp(path, "dir:", 4) == 0)
        path += 4;
    snprintf(ret, size, "%s", path && path[0] == '/' ? path : "");
    return ret;
}

/* What both kinds of start know before anything of the container's is touched. */
int start_facts(const struct hook_env *env, struct start_job *job, struct err *err)
{
    int r = guest_open(env->pid, &job->guest, err);

    if (r < 0)
        return r;
    config_scan(env->config_file, &job->guest.config);
    rootfs_folder(env->rootfs_path, job->guest.rootfs, sizeof(job->guest.rootfs));
    tell_guest(&job->guest);
    r = start_find_gpus(job->options, &job->gpus, err);
    if (r == 0)
        tell_gpus(&job->gpus);
    return r;
}

/* ---- the worker's part: everything that is the container's own ------------------------------- */

int start_look(struct start_job *job, struct err *err)
{
    int r = guest_read_dri(&job->guest, err);

    return r == 0 ? start_find_groups(job->options, job->guest.root, job->groups, err) : r;
}

int start_enter(struct start_job *job, struct err *err)
{
    const struct guest *guest = &job->guest;
    int r;

    enter_leave_apparmor(job->label);
    r = job->as_user ? 0 : privilege_enter(PHASE_ENTER, err);
    if (r == 0 && !job->options->no_probe)
        job->proofs.in_cgroup = guest->cgroup_file[0] && cgroup_join(guest->cgroup_file) == 0;
    return r == 0 ? enter_namespaces(guest, err) : r;
}

int start_prove(struct start_job *job, struct err *err)
{
    return job->options->no_probe ? 0 : prove_nodes(&job->guest, &job->plan, &job->proofs, err);
}

static int worker_steps(void *memory, struct err *err)
{
    struct start_job *job = memory;
    CLEANUP_FD int tree = -1;
    int r = start_look(job, err);

    if (r == 0)
        r = share_check(&job->guest, err);
    if (r == 0)
        r = plan_build(job->options, &job->gpus, &job->guest, job->groups, &job->plan, err);
    if (r == 0)
        r = node_tree_make(&job->plan, &tree, err);
    if (r == 0)
        r = start_enter(job, err);
    if (r == 0)
        r = attach_tree(&job->guest, &job->plan, tree, job->label, err);
    return r == 0 ? start_prove(job, err) : r;
}

/* ---- the parent's --------------------------------------------------------------------------- */

static int start_steps(const struct hook_env *env, struct start_job *job, struct err *err)
{
    const struct worker_job work = {.steps = worker_steps, .memory = job};
    int r = privilege_enter(PHASE_PREPARE, err);

    if (r == 0)
        r = start_facts(env, job, err);
    if (r == 0)
        r = worker_run(&work, err);
    if (r == 0 && !job->options->no_probe)
        r = prove_judge(&job->guest, &job->plan, &job->proofs, err);
    if (r == 0)
        report_success(&job->plan, &job->guest, &job->proofs);
    return r;
}

int start_host(const struct hook_env *env, const struct options *options, struct err *err)
{
    struct start_job *job = worker_memory(sizeof(*job));
    int r;

    if (!job)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "add GPU to container %s", env->name);
    job->options = options;
    guest_init(&job->guest);
    job->as_user = geteuid() != 0;
    r = job->as_user ? start_user(env, job, err) : start_steps(env, job, err);
    guest_close(&job->guest);
    worker_memory_free(job, sizeof(*job));
    if (r < 0 && options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (r < 0 && err->status == STATUS_PRIVILEGE && env->config_file)
        err_fix(err, "sudo lxc-start -n %s    # a container that root starts", env->name);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

/* ---- for a person's commands ---------------------------------------------------------------- */

struct look {
    const struct options *options;
    bool has_dev;
    struct guest guest;
    struct guest_group groups[2];
};

static int look_steps(void *memory, struct err *err)
{
    struct look *look = memory;
    int r = look->has_dev ? guest_read_dri(&look->guest, err) : 0;

    if (r == 0 && look->guest.root >= 0)
        r = start_find_groups(look->options, look->guest.root, look->groups, err);
    return r;
}

int start_look_from_outside(const struct options *options, bool has_dev, struct guest *guest,
                            struct guest_group ret[2], struct err *err)
{
    struct look *look = worker_memory(sizeof(*look));
    const struct worker_job work = {.steps = look_steps, .memory = look, .keeps_privilege = true};
    int r;

    if (!look)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "look into the container");
    look->options = options;
    look->has_dev = has_dev;
    look->guest = *guest;
    r = worker_run(&work, err);
    if (r == 0) {
        *guest = look->guest;
        memcpy(ret, look->groups, sizeof(look->groups));
    }
    worker_memory_free(look, sizeof(*look));
    return r;
}

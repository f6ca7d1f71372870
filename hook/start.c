#include "start.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "gpu.h"
#include "guest.h"
#include "node.h"
#include "plan.h"
#include "privilege.h"
#include "report.h"
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

static int perform(const struct options *options, const struct guest *guest,
                   const struct plan *plan, struct err *err)
{
    struct proofs proofs = {0};
    CLEANUP_FD int tree = -1;
    struct worker_task task = {.guest = guest, .plan = plan, .prove = !options->no_probe};
    int r = node_tree_make(plan, &tree, err);

    task.tree = tree;
    if (r == 0)
        r = worker_run(&task, &proofs, err);
    if (r == 0 && task.prove)
        r = prove_judge(guest, plan, &proofs, err);
    if (r == 0)
        report_success(plan, guest, &proofs);
    return r;
}

static int start_steps(const struct hook_env *env, const struct options *options,
                       struct gpu_list *gpus, struct plan *plan, struct guest *guest,
                       struct err *err)
{
    struct guest_group groups[2];
    int r = privilege_enter(PHASE_PREPARE, err);

    if (r == 0)
        r = guest_open(env->pid, guest, err);
    if (r == 0) {
        guest_scan_config(env->config_file, guest);
        tell_guest(guest);
    }
    if (r == 0)
        r = start_find_gpus(options, gpus, err);
    if (r == 0)
        tell_gpus(gpus);
    if (r == 0)
        r = start_find_groups(options, guest->root, groups, err);
    if (r == 0)
        r = plan_build(options, gpus, guest, groups, plan, err);
    if (r == 0)
        r = perform(options, guest, plan, err);
    return r;
}

int start_host(const struct hook_env *env, const struct options *options, struct err *err)
{
    /* Large, and one to a process. */
    static struct gpu_list gpus;
    static struct plan plan;
    __attribute__((cleanup(guest_close))) struct guest guest = GUEST_CLOSED;
    int r = geteuid() == 0 ? start_steps(env, options, &gpus, &plan, &guest, err)
                           : start_user(env, options, &gpus, &plan, &guest, err);

    if (r < 0 && options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

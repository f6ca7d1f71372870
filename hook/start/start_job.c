#include "start/start_job.h"

#include "start/gpu_wait.h"
#include "config/lxc.h"
#include "start/privilege.h"
#include "say/report.h"

#include <stdio.h>

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
    report_step("container: device cgroup %s", guest->cgroup < 0 ? "not known" : "known");
}

int job_collect(const struct hook_env *env, struct start_job *job, struct err *err)
{
    int r = guest_open(env->pid, &job->guest, err);

    if (r < 0)
        return r;
    config_scan(env->config_file, &job->guest.config);
    job->guest.rootfs = lxc_rootfs_folder(env->rootfs_path);
    if (!job->options->no_probe || job->guest.config.rule_v1[0])
        guest_find_cgroup(&job->guest);
    tell_guest(&job->guest);
    r = gpu_wait_wanted(job->options, &job->gpus, err);
    if (r == 0)
        tell_gpus(&job->gpus);
    return r;
}

int job_read_container(struct start_job *job, struct err *err)
{
    int r = guest_read_dri(&job->guest, err);

    return r == 0 ? guest_find_plan_groups(job->options, job->guest.root, job->groups, err) : r;
}

int job_enter(struct start_job *job, int (*steps)(void *memory, struct err *err), struct err *err)
{
    const struct member_job member = {.cgroup = job->guest.cgroup,
                                      .is_v1 = job->guest.cgroup_is_v1,
                                      .steps = steps,
                                      .memory = job,
                                      .outcome = &job->found->member};
    int r;

    lsm_leave_apparmor(&job->lsm);
    r = job->as_user ? 0 : privilege_enter(PHASE_ENTER, err);
    if (r < 0)
        return r;
    return job->options->no_probe ? steps(job, err) : member_run(&member, err);
}

int job_prove(struct start_job *job, struct err *err)
{
    return job->options->no_probe ? 0
                                  : prove_nodes(&job->guest, &job->plan, &job->found->proofs, err);
}

void job_report(const struct start_job *job)
{
    report_success(&job->plan, &job->guest, &job->found->proofs, job->found->member.is_member);
}

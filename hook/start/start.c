/*
 * A container start, read downwards: the hook's own process, the worker that it makes, and what is
 * done inside of the container. start_user.c has the same of one that an ordinary user starts.
 */
#include "start/start.h"

#include "say/advice_config.h"
#include "start/attach.h"
#include "base/text.h"
#include "config/place.h"
#include "start/enter.h"
#include "exit_status.h"
#include "start/node.h"
#include "start/privilege.h"
#include "start/propagation.h"
#include "say/report.h"
#include "start/start_job.h"
#include "start/start_user.h"
#include "start/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int start_root(const struct hook_env *env, struct start_job *job, struct err *err);
static int root_in_worker(void *memory, struct err *err);
static int root_in_container(void *memory, struct err *err);
static int prove_or_undo(struct start_job *job, struct attachment *attachment, struct err *err);

/* ---- the hook -------------------------------------------------------------------------------- */

/* LXC tells a hook no lxcpath, but where the config is. */
static void fix_starter(const struct hook_env *env, struct err *err)
{
    struct config_place place;

    if (config_place_read(env->config_file, &place) && text_is_equal(place.name, env->name) &&
        text_is_shell_word(env->config_file))
        err_fix(err, "sudo lxc-start -P %s -n %s    # a container that root starts", place.lxcpath,
                place.name);
    else
        err_fix(err, "sudo lxc-start -n %s    # a container that root starts", env->name);
}

int start_host(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct start_job job;  /* 90 kB, of which a start touches a tenth */
    static struct findings empty; /* where there is no proof */
    int r;

    job.options = options;
    job.is_attach = env->is_attach;
    job.tree = -1;
    job.found = options->no_probe ? &empty : member_memory(sizeof(*job.found));
    if (!job.found)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "add GPU to container %s", env->name);
    guest_init(&job.guest);
    job.as_user = !privilege_is_roots(); /* nor is root of a user namespace: LXC in a container */
    r = job.as_user ? start_user(env, &job, err) : start_root(env, &job, err);
    guest_close(&job.guest);
    if (r < 0 && options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (r < 0 && err->status == STATUS_PRIVILEGE && env->config_file)
        fix_starter(env, err);
    if (r < 0 && env->config_file)
        advice_place(env->config_file, err);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

static int start_root(const struct hook_env *env, struct start_job *job, struct err *err)
{
    const struct worker_job work = {.steps = root_in_worker, .memory = job};
    int r = privilege_enter(PHASE_PREPARE, err);

    if (r == 0)
        r = job_collect(env, job, err);
    if (r == 0)
        r = worker_run(&work, err);
    if (r == 0 && !job->options->no_probe)
        r = prove_judge(&job->guest, &job->plan, &job->found->proofs, err);
    if (r == 0)
        job_report(job);
    return r;
}

/* ---- the worker ------------------------------------------------------------------------------ */

/* At a start only another line of the same config can have been before this one. */
static void warn_again(struct start_job *job)
{
    plan_warn(&job->plan,
              "the container's config starts this hook more than once, and these nodes "
              "take the place of those before; keep one line of each type");
}

static int root_in_worker(void *memory, struct err *err)
{
    struct start_job *job = memory;
    int r = job_read_container(job, err);

    if (r == 0)
        r = propagation_check(&job->guest, err);
    if (r == 0)
        r = plan_build(job->options, &job->gpus, &job->guest, job->groups, &job->plan, err);
    if (r == 0 && !job->is_attach && job->guest.has_our_tree)
        warn_again(job);
    if (r == 0)
        r = node_tree_make(&job->plan, &job->tree, err);
    return r == 0 ? job_enter(job, root_in_container, err) : r;
}

/* ---- in the container, as its root ----------------------------------------------------------- */

static int root_in_container(void *memory, struct err *err)
{
    struct start_job *job = memory;
    struct attachment attachment;
    int r = enter_namespaces(&job->guest, err);

    if (r == 0)
        r = attach_tree(&job->guest, &job->plan, job->tree, &job->lsm, &attachment, err);
    if (r < 0)
        return r;
    if (job->is_attach && !job->options->no_probe)
        return prove_or_undo(job, &attachment, err);
    attach_close(&attachment);
    return job_prove(job, err);
}

/* Less than the worker's: when that one is over, nobody is left who could undo the mount. */
#define WITNESS_SECONDS 7

static int witness_steps(void *memory, struct err *err)
{
    return job_prove(memory, err);
}

/*
 * LXC ends a container whose start failed. One that runs already gets back what it had, so the
 * proof, after which a process has no right to undo anything, is made by another one.
 */
static int prove_or_undo(struct start_job *job, struct attachment *attachment, struct err *err)
{
    const struct member_job witness = {.cgroup = -1, /* it is in this process's */
                                       .seconds = WITNESS_SECONDS,
                                       .steps = witness_steps,
                                       .memory = job,
                                       .outcome = &job->found->witness};
    int r = member_run(&witness, err);

    if (r == 0)
        r = prove_judge(&job->guest, &job->plan, &job->found->proofs, err);
    if (r < 0)
        attach_undo(attachment);
    else
        attach_close(attachment);
    return r;
}

#include "start/start_user.h"

#include "plan/unmapped.h"
#include "start/insider.h"
#include "start/witness.h"

static int judge_bound(const struct start_job *job, struct fault *fault);

/* ---- a start --------------------------------------------------------------------------------- */

int start_user(const struct hook_env *env, struct start_job *job, struct fault *fault)
{
    int r = job_collect(env, job, fault);

    if (r == 0)
        r = insider_start(job, fault);
    if (r == 0)
        r = insider_read(job, fault);
    if (r == 0)
        r = plan_build_bound(job->options, &job->gpus, &job->guest, job->groups, &job->plan, fault);
    if (r == 0 && job->plan.op_count && !job->options->no_probe)
        r = witness_run(job, fault);
    (void)insider_end(job, true);
    return r == 0 ? judge_bound(job, fault) : r;
}

/* ---- what is in the way ---------------------------------------------------------------------- */

static int nothing_bound(const struct start_job *job, struct fault *fault)
{
    const struct gpu_node *node =
        plan_left_unbound(job->options, &job->gpus, &job->guest, &job->plan.owner);

    /* The id map has no part in the first: what binds the node did not run. */
    return node ? fault_set(fault, CAUSE_NOT_BOUND, 0, .name = node->name)
                : plan_unmapped(plan_first_wanted(job->options, &job->gpus), &job->plan.owner,
                                &job->guest, fault);
}

static int judge_bound(const struct start_job *job, struct fault *fault)
{
    const struct gpu_node *shut;

    if (job->plan.op_count == 0)
        return nothing_bound(job, fault);
    if (job->options->no_probe)
        return 0;
    /* A node that is bound but shut because of the id map needs its lines too. */
    shut = prove_shut_node(&job->plan, &job->proofs);
    if (shut && !plan_lets_group_in(&job->guest, &job->plan.owner, shut))
        return plan_unmapped(shut, &job->plan.owner, &job->guest, fault);
    return prove_judge(&job->plan, &job->proofs, fault);
}

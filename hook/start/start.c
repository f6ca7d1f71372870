/* SPDX-License-Identifier: MIT */
/*
 * A container start, read downwards: one that root makes, and behind it one that an ordinary user
 * makes. job.h has the four processes of it.
 */
#include "start/start.h"

#include "base/cleanup.h"
#include "plan/plan.h"
#include "start/gpu_wait.h"
#include "start/insider.h"
#include "start/node.h"
#include "start/privilege.h"
#include "start/undoer.h"
#include "start/witness.h"

#include <errno.h>

static int start_root(const struct hook_env *env, struct start_job *job, struct fault *fault);
static int start_user(const struct hook_env *env, struct start_job *job, struct fault *fault);

/* ---- any start ------------------------------------------------------------------------------- */

static int job_begin(const struct hook_env *env, const struct options *options,
                     struct start_job *job, struct fault *fault)
{
    job->options = options;
    job->is_attach = env->is_attach;
    job->undoer = job->insider = CHILD_NONE;
    guest_init(&job->guest);
    job->page = child_memory(sizeof(*job->page));
    return job->page ? 0 : fault_set(fault, CAUSE_NO_MEMORY, ENOMEM);
}

int start_host(const struct hook_env *env, const struct options *options, struct start_job *job,
               struct fault *fault)
{
    int r = job_begin(env, options, job, fault);

    if (r < 0)
        return r;
    job->as_user = !privilege_is_roots(); /* nor is root of a user namespace: LXC in a container */
    return job->as_user ? start_user(env, job, fault) : start_root(env, job, fault);
}

int job_collect(const struct hook_env *env, struct start_job *job, struct fault *fault)
{
    int r = env->is_attach ? guest_open_at(env->proc, env->pid, &job->guest, fault)
                           : guest_open(env->pid, &job->guest, fault);

    if (r < 0)
        return r;
    job->guest.config = env->config;
    job->guest.rootfs = env->rootfs;
    if (!job->options->no_probe || job->guest.config.rule_v1[0])
        guest_find_cgroup(&job->guest);
    r = gpu_wait_wanted(job->options, job->as_user ? GPU_AS_IT_IS : GPU_MADE_ANEW, &job->gpus,
                        fault);
    job->has_gpus = r == 0;
    return r;
}

/* ---- by root --------------------------------------------------------------------------------- */

/* From here on somebody works in the container. */
static int send_in(struct start_job *job, struct fault *fault)
{
    int r = plan_map_root(&job->guest, &job->plan, fault);

    if (r == 0 && job->is_attach)
        r = undoer_start(job, fault);
    if (r == 0)
        r = insider_start(job, fault);
    return r == 0 ? insider_read(job, fault) : r;
}

static int make_plan(const struct hook_env *env, struct start_job *job, struct fault *fault)
{
    int r = plan_build(job->options, &job->gpus, &job->guest, job->groups, &job->plan, fault);

    job->is_current = r == 0 && env->is_refresh && job->guest.has_our_tree &&
                      job->guest.tree_sum == plan_tree_sum(&job->plan);
    return r;
}

static int make_nodes(struct start_job *job, int *ret_tree, struct fault *fault)
{
    /* At a start only another line of the same config can have been before this one. */
    if (!job->is_attach && job->guest.has_our_tree)
        plan_warn(&job->plan, WARN_AGAIN, 0, "");
    return node_tree_make(&job->plan, ret_tree, fault);
}

static int mount_nodes(struct start_job *job, int tree, struct fault *fault)
{
    int r = privilege_enter(job->options->no_probe ? PHASE_WAIT : PHASE_SEND, fault);

    if (r == 0 && job->is_attach)
        r = undoer_prepare(job, tree, fault);
    return r == 0 ? insider_mount(job, tree, fault) : r;
}

static int prove(struct start_job *job, struct fault *fault)
{
    int r;

    if (job->options->no_probe)
        return 0;
    r = witness_run(job, fault);
    if (r == 0)
        r = privilege_enter(PHASE_WAIT, fault);
    return r == 0 ? prove_judge(&job->plan, &job->proofs, fault) : r;
}

/*
 * LXC ends a container whose start failed. One that runs already gets back what it had; where that
 * cannot be said for sure, the message says so.
 */
static void undo(struct start_job *job, struct fault *fault)
{
    bool is_off = !job->is_handed_over || undoer_undo(job);
    bool is_back = insider_end(job, false);

    if (!is_off)
        fault->left = LEFT_NEW_NODES;
    else if (job->is_handed_over && job->guest.has_our_tree && !is_back)
        fault->left = LEFT_NO_OLD_NODES;
}

/* What the container is to have, in its place and proven. */
static int give_nodes(struct start_job *job, struct fault *fault)
{
    CLEANUP_FD int tree = -1;
    int r = make_nodes(job, &tree, fault);

    if (r == 0)
        r = mount_nodes(job, tree, fault);
    if (r == 0)
        r = prove(job, fault);
    /* Killed rather than failed, it has mounted all the same. */
    if (r == 0 && !insider_end(job, true) && job->is_attach &&
        job->page->insider.outcome.is_finished)
        r = fault_of_child(&job->page->insider, CAUSE_INSIDER_KILLED, fault);
    return r;
}

static int start_root(const struct hook_env *env, struct start_job *job, struct fault *fault)
{
    int r = privilege_enter(PHASE_PREPARE, fault);

    if (r == 0)
        r = job_collect(env, job, fault);
    if (r == 0)
        r = send_in(job, fault);
    if (r == 0)
        r = make_plan(env, job, fault);
    if (r == 0 && !job->is_current)
        r = give_nodes(job, fault);
    if (r < 0 && job->is_attach)
        undo(job, fault);
    (void)insider_end(job, false);
    undoer_end(job);
    return r;
}

/* ---- by an ordinary user ---------------------------------------------------------------------
 *
 * No node can be made there: the kernel refuses mknod and chown. The mount hook has bound the
 * host's own nodes where the id map makes them usable; here they are proven, or what is in the way
 * is named.
 */

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

static int start_user(const struct hook_env *env, struct start_job *job, struct fault *fault)
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

/* ---- and taken off again ---------------------------------------------------------------------
 *
 * By the insider: it is in the container's user namespace, to which the mount belongs. What it may
 * be made to do the container's root can do too.
 */

int start_detach(const struct hook_env *env, const struct options *options, struct start_job *job,
                 struct fault *fault)
{
    int r = job_begin(env, options, job, fault);

    if (r == 0)
        r = privilege_enter(PHASE_PREPARE, fault);
    if (r == 0)
        r = guest_open_at(env->proc, env->pid, &job->guest, fault);
    if (r == 0)
        r = plan_map_root(&job->guest, &job->plan, fault);
    if (r == 0)
        r = insider_start(job, fault);
    if (r == 0)
        r = insider_read(job, fault);
    if (r == 0 && job->guest.has_our_tree)
        r = insider_take_off(job, fault);
    (void)insider_end(job, true);
    return r;
}

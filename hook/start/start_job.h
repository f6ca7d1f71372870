/*
 * A container start as data, and the steps that both kinds of start have in common: start.c takes
 * them as root, start_user.c as an ordinary user. In this order, in three processes:
 *
 *   the hook        job_collect
 *   its worker      job_read_container, then the plan, then job_enter
 *   its member      in the container: what start.c or start_user.c does there, then job_prove
 *   the hook        prove_judge, job_report
 */
#ifndef HOOK_START_JOB_H
#define HOOK_START_JOB_H

#include "base/err.h"
#include "facts/env.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "facts/lsm.h"
#include "start/member.h"
#include "cli/options.h"
#include "plan/plan.h"
#include "start/prove.h"

/* What is found out in the container, by processes with memory of their own. */
struct findings {
    struct member_outcome member;
    struct proofs proofs;
    struct member_outcome witness; /* attach only: its proof is a process of its own. Last, so that
                                    * a start does not pay for its pages */
};

/* All that a start works on. */
struct start_job {
    const struct options *options;
    bool as_user; /* no privilege on the host: rights come from owning the user namespace */
    bool is_attach;
    struct gpu_list gpus;
    struct guest guest;
    struct guest_group groups[2];
    struct plan plan;
    int tree;               /* the nodes' file system, attached nowhere yet */
    struct findings *found; /* from member_memory when there is a proof */
    struct lsm lsm;         /* what confines the worker */
};

/* What is known before anything of the container's own is touched: its facts, the host's nodes. */
int job_collect(const struct hook_env *env, struct start_job *job, struct err *err);

/* The worker: reads the container's files, which may never answer. */
int job_read_container(struct start_job *job, struct err *err);

/*
 * The worker: takes the steps that are to be done inside, as a member of the container's cgroup
 * when something is to be proven.
 */
int job_enter(struct start_job *job, int (*steps)(void *memory, struct err *err), struct err *err);

/* In the container: the proof, if one is asked for. Nothing but that can be done afterwards. */
int job_prove(struct start_job *job, struct err *err);

/* What is said when all went well. */
void job_report(const struct start_job *job);

#endif

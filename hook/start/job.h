/* SPDX-License-Identifier: MIT */
/*
 * A container start as data. Four processes work on it, of which each has its own copy but for the
 * page of numbers that they share:
 *
 *   the hook      host's root. Never enters the container, reads nothing that the container wrote
 *                 but the numbers on that page; has the deadline, and reports
 *   the undoer    attach only: host's root in the container's mount namespace. Opens no file there;
 *                 takes the nodes off again when the proof fails, and nobody in there can stop it
 *   the insider   the container's root, with no capability of the host: reads its files, and mounts
 *                 the nodes that the hook hands to it. Not in the container's cgroup, so that the
 *                 container can neither freeze nor kill it
 *   the witness   an ordinary user, in the container's cgroup: opens the nodes, which is the proof
 */
#ifndef HOOK_JOB_H
#define HOOK_JOB_H

#include "base/child.h"
#include "facts/env.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "facts/options.h"
#include "plan/plan.h"
#include "plan/prove.h"

/* What the children tell. Only numbers and one name are used of it, and those are checked. */
struct start_page {
    struct child_told insider;
    struct guest_look look;
    struct child_told witness;
    bool is_member; /* the witness is in the container's cgroup */
    struct proofs proofs;
    struct child_told undoer;
};

/* All that a start works on. */
struct start_job {
    const struct options *options;
    bool as_user; /* no privilege on the host: rights come from owning the user namespace */
    bool is_attach;
    bool has_gpus; /* there is one that is wanted */
    struct gpu_list gpus;
    struct guest guest;
    struct guest_group groups[2];
    struct plan plan;
    int64_t deadline; /* of what is done in the container */
    struct child undoer, insider;
    bool is_current;     /* env.is_refresh: there is what a start would give, and stays */
    bool is_handed_over; /* the insider has the nodes, so they may be mounted */
    bool is_born_member; /* the witness is made in the cgroup rather than moved there */
    struct start_page *page;
    struct proofs proofs; /* what the page said, checked */
};

/* A start is over in milliseconds; this is for a driver or a file system that never answers. */
#define START_SECONDS 10

/* What is known before anything of the container's own is touched: its facts, the host's nodes. */
int job_collect(const struct hook_env *env, struct start_job *job, struct fault *fault);

#endif

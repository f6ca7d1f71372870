/* SPDX-License-Identifier: MIT */
/*
 * The process that works in the container as its root. It is forked, so its memory is its own, and
 * gives up every capability of the host and every descriptor that leads there before it opens the
 * first of the container's files. What it may be made to do, the container's root can do too.
 *
 * In a privileged container, whose root is the host's, it keeps what mounting and reading take.
 */
#ifndef HOOK_INSIDER_H
#define HOOK_INSIDER_H

#include "start/job.h"

/* Starts it; it reads the container's files at once. */
int insider_start(struct start_job *job, struct fault *fault);

/*
 * Waits for what it has read: into job->guest and job->groups. STATUS_UNSAFE_PATH when it does not
 * answer in time.
 */
int insider_read(struct start_job *job, struct fault *fault);

/* Hands the nodes over, and waits until they are mounted. */
int insider_mount(struct start_job *job, int tree, struct fault *fault);

/* In place of that: has it take off what an earlier run has mounted. */
int insider_take_off(struct start_job *job, struct fault *fault);

/*
 * Ends it. When `is_kept` is not set it puts back what was there before an attach; true when all is
 * as that says.
 */
bool insider_end(struct start_job *job, bool is_kept);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The process that takes the nodes off a running container again. It keeps the host's ids, so
 * nobody in the container may stop it, and it opens no file there.
 */
#ifndef HOOK_UNDOER_H
#define HOOK_UNDOER_H

#include "start/job.h"

int undoer_start(struct start_job *job, struct fault *fault);

/* Gives it the nodes' file system, by which it knows the mount. */
int undoer_prepare(struct start_job *job, int tree, struct fault *fault);

/* Takes the nodes off where they are mounted. True when they are off. */
bool undoer_undo(struct start_job *job);

/* Ends it without. */
void undoer_end(struct start_job *job);

#endif

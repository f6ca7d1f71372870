/*
 * start-host of a container that an ordinary user starts. No node can be made there: the kernel
 * refuses mknod and chown. The mount hook has bound the host's own nodes where the id map makes
 * them usable; here they are proven, or the lines that make them usable are worked out.
 */
#ifndef HOOK_START_USER_H
#define HOOK_START_USER_H

#include "facts/account.h"
#include "start/job.h"

/* The caller closes the job's guest. STATUS_OWNERSHIP when nothing is usable. */
int start_user(const struct hook_env *env, struct start_job *job, struct fault *fault);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The process that proves: an ordinary user of the container with the nodes' group and nothing
 * else, a member of the container's cgroup, opens each node the way a program in the container
 * would, and asks the kernel driver its name.
 *
 * Where root starts the container the witness has its ids as the host numbers them, and stays in
 * the host's user namespace: so nothing in the container may trace it, whatever fs.suid_dumpable
 * says, and a FUSE of the container's cannot hold it up.
 */
#ifndef HOOK_WITNESS_H
#define HOOK_WITNESS_H

#include "start/job.h"

/*
 * Sends it, waits for its end, and puts what it found into job->proofs. Called with PHASE_SEND, or
 * by an ordinary user. STATUS_UNSAFE_PATH when it does not end in time.
 */
int witness_run(struct start_job *job, struct fault *fault);

#endif

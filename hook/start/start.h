/* SPDX-License-Identifier: MIT */
/* One container start, from the environment to the proof; a person's attach is one too. */
#ifndef HOOK_START_H
#define HOOK_START_H

#include "start/job.h"

/*
 * The start-host flow for the container of `env`. `job` is the caller's, zeroed, and static: 90 kB,
 * of which a start touches a tenth. The caller closes job->guest, when it has said what was.
 */
int start_host(const struct hook_env *env, const struct options *options, struct start_job *job,
               struct fault *fault);

/*
 * Takes what an attach or a start has put into a container that runs off again; by root alone.
 * job->guest.has_our_tree says whether there was anything. The caller closes job->guest.
 */
int start_detach(const struct hook_env *env, const struct options *options, struct start_job *job,
                 struct fault *fault);

#endif

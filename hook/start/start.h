/* One container start, from the environment to the proof; a person's attach is one too. */
#ifndef HOOK_START_H
#define HOOK_START_H

#include "base/err.h"
#include "cli/options.h"
#include "facts/env.h"

/* The start-host flow for the container of `env`. 0, or the failure to report. */
int start_host(const struct hook_env *env, const struct options *options, struct err *err);

#endif

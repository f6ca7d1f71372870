/* SPDX-License-Identifier: MIT */
/* The hooks that LXC runs, with the words for what they did. */
#ifndef HOOK_CLI_HOOK_H
#define HOOK_CLI_HOOK_H

#include "base/err.h"
#include "facts/env.h"
#include "facts/options.h"

/* The hook that the environment asks for. Sets options->config_file. 0, or the failure to report.
 */
int hook_run(struct options *options, struct err *err);

/* start-host, also for an attach. */
int hook_start(const struct hook_env *env, const struct options *options, struct err *err);

/* What a start or an attach has put into a container that runs comes off, if there is anything. */
int hook_detach(const struct hook_env *env, const struct options *options, bool *ret_was_there,
                struct err *err);

#endif

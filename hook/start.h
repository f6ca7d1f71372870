/* One container start, from the environment to the proof. */
#ifndef HOOK_START_H
#define HOOK_START_H

#include "base/err.h"
#include "env.h"
#include "gpu.h"
#include "guest.h"
#include "options.h"

/* The start-host flow for the container of `env`. 0, or the failure to report. */
int start_host(const struct hook_env *env, const struct options *options, struct err *err);

/* What both kinds of start begin with: the host's nodes, waited for as the options say. */
int start_find_gpus(const struct options *options, struct gpu_list *ret, struct err *err);

/* The guest's groups that the plan needs. */
int start_find_groups(const struct options *options, int root, struct guest_group ret[2],
                      struct err *err);

#endif

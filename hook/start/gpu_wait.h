/* The host's nodes, when there may be none yet: a driver may still be loading at boot. */
#ifndef HOOK_GPU_WAIT_H
#define HOOK_GPU_WAIT_H

#include "base/err.h"
#include "cli/options.h"
#include "facts/gpu.h"

/* Looks again until something matches or the options' time is up; perhaps nothing does. */
int gpu_wait(const struct options *options, struct gpu_list *ret, struct err *err);

/* The same, and STATUS_NO_NODE with the lines that mend it when nothing matches. */
int gpu_wait_wanted(const struct options *options, struct gpu_list *ret, struct err *err);

#endif

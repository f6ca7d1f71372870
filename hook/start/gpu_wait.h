/* SPDX-License-Identifier: MIT */
/* The host's nodes, when there may be none yet: a driver may still be loading at boot. */
#ifndef HOOK_GPU_WAIT_H
#define HOOK_GPU_WAIT_H

#include "facts/fault.h"
#include "facts/gpu.h"
#include "facts/options.h"

enum gpu_use {
    GPU_MADE_ANEW, /* its number is enough: the container gets a node of its own */
    GPU_AS_IT_IS,  /* its group and mode are used: wait until udev has set them, too */
};

/* Looks again until something matches or the options' time is up; perhaps nothing does. */
int gpu_wait(const struct options *options, enum gpu_use use, struct gpu_list *ret,
             struct fault *fault);

/* The same, and STATUS_NO_NODE when nothing matches. */
int gpu_wait_wanted(const struct options *options, enum gpu_use use, struct gpu_list *ret,
                    struct fault *fault);

#endif

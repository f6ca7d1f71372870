/* SPDX-License-Identifier: MIT */
#include "start/gpu_wait.h"

#include "plan/plan.h"

#include <time.h>

#define WAIT_STEP_MS 100

/*
 * The kernel makes a node 0600 root:root (drivers/base/devtmpfs.c, without a mode of the driver's),
 * and udev sets group and mode a moment later. Until then it is of no use as it is.
 */
static bool is_usable_as_it_is(const struct gpu_node *node)
{
    return (node->mode & 06) == 06 || (node->gid != 0 && (node->mode & 060) == 060);
}

static bool is_complete(const struct options *options, enum gpu_use use,
                        const struct gpu_list *gpus)
{
    for (size_t i = 0; use == GPU_AS_IT_IS && i < gpus->count; i++)
        if (plan_is_wanted(options, gpus, &gpus->nodes[i]) && !is_usable_as_it_is(&gpus->nodes[i]))
            return false;
    return plan_has_match(options, gpus);
}

int gpu_wait(const struct options *options, enum gpu_use use, struct gpu_list *ret,
             struct fault *fault)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    unsigned looks_left = options->wait_seconds * 1000 / WAIT_STEP_MS;
    int r;

    while ((r = gpu_find(ret, fault)) == 0 && !is_complete(options, use, ret) && looks_left-- > 0)
        (void)nanosleep(&step, NULL);
    return r;
}

int gpu_wait_wanted(const struct options *options, enum gpu_use use, struct gpu_list *ret,
                    struct fault *fault)
{
    int r = gpu_wait(options, use, ret, fault);

    return r < 0 || plan_has_match(options, ret) ? r : plan_no_match(fault);
}

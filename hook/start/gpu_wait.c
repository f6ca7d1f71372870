#include "start/gpu_wait.h"

#include "plan/plan.h"

#include <time.h>

#define WAIT_STEP_MS 100

int gpu_wait(const struct options *options, struct gpu_list *ret, struct fault *fault)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    unsigned looks_left = options->wait_seconds * 1000 / WAIT_STEP_MS;
    int r;

    while ((r = gpu_find(ret, fault)) == 0 && !plan_has_match(options, ret) && looks_left-- > 0)
        (void)nanosleep(&step, NULL);
    return r;
}

int gpu_wait_wanted(const struct options *options, struct gpu_list *ret, struct fault *fault)
{
    int r = gpu_wait(options, ret, fault);

    return r < 0 || plan_has_match(options, ret) ? r : plan_no_match(fault);
}

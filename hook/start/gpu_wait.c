#include "start/gpu_wait.h"

#include "plan/plan.h"
#include "say/advice_gpu.h"

#include <time.h>

#define WAIT_STEP_MS 100

int gpu_wait(const struct options *options, struct gpu_list *ret, struct err *err)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    unsigned looks_left = options->wait_seconds * 1000 / WAIT_STEP_MS;
    int r;

    while ((r = gpu_find(ret, err)) == 0 && !plan_has_match(options, ret) && looks_left-- > 0)
        (void)nanosleep(&step, NULL);
    return r;
}

int gpu_wait_wanted(const struct options *options, struct gpu_list *ret, struct err *err)
{
    int r = gpu_wait(options, ret, err);

    if (r < 0 || plan_has_match(options, ret))
        return r;
    r = plan_no_match(options, ret, err);
    advice_no_match(options, ret, err);
    if (options->wait_seconds)
        err_wrap(err, "waited %u s", options->wait_seconds);
    return r;
}

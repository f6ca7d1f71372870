/* SPDX-License-Identifier: MIT */
/* --wait: as long as was asked for, and no longer than it takes. */
#include "cmocka_all.h"
#include "start/gpu_wait.h"

#include <time.h>

/* A node that no host has: nothing has it in its /dev/dri. */
static struct options options = {.selection = {.count = 1, .specs = {"pci=ffff:ff:1f.7"}}};

static double seconds_for(unsigned wait, enum gpu_use use)
{
    static struct gpu_list gpus;
    struct fault fault;
    struct timespec began;
    struct timespec ended;

    options.wait_seconds = wait;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &began), 0);
    assert_true(gpu_wait_wanted(&options, use, &gpus, &fault) < 0);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ended), 0);
    assert_int_equal(fault.cause, CAUSE_NO_MATCH);
    return (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
}

static void without_it_nothing_is_waited_for(void **state)
{
    (void)state;
    assert_true(seconds_for(0, GPU_MADE_ANEW) < 0.5);
}

static void in_vain_it_is_the_whole_time(void **state)
{
    double seconds;

    (void)state;
    seconds = seconds_for(1, GPU_MADE_ANEW);
    assert_true(seconds >= 1 && seconds < 2);
    seconds = seconds_for(2, GPU_AS_IT_IS);
    assert_true(seconds >= 2 && seconds < 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_it_nothing_is_waited_for),
        cmocka_unit_test(in_vain_it_is_the_whole_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

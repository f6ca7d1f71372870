/* SPDX-License-Identifier: MIT */
/*
 * The hook's own steps in one process, for budget.sh to count their instructions: lxc-gpu-hook is
 * static, so the C library would be counted too.
 *
 *   instructions list         what `lxc-gpu-hook list` does
 *   instructions start PID    a start of the container with that init, up to its plan
 */
#include "cli/cli.h"
#include "cli/options.h"
#include "facts/env.h"
#include "plan/plan.h"
#include "start/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int plan_start(const struct options *options, const char *pid)
{
    static struct start_job job;
    struct guest_look look = {0};
    const struct hook_env env = {.pid = (pid_t)strtol(pid, NULL, 10), .name = "c", .rootfs = ""};
    const char *names[2];
    struct fault fault = {.cause = CAUSE_NONE};
    int r;

    job.options = options;
    guest_init(&job.guest);
    plan_group_names(options, names);
    r = job_collect(&env, &job, &fault);
    if (r == 0)
        r = guest_look(&job.guest, true, NULL, names, &look, &fault);
    guest_take_look(&job.guest, &look, job.groups);
    if (r == 0)
        r = plan_build(options, &job.gpus, &job.guest, job.groups, &job.plan, &fault);
    if (r == 0)
        printf("%zu steps, gid %u\n", job.plan.op_count, job.plan.owner.guest_gid);
    else
        (void)fprintf(stderr, "instructions: cause %d\n", fault.cause);
    guest_close(&job.guest);
    return r;
}

int main(int argc, char **argv)
{
    char program[] = "lxc-gpu-hook";
    char *no_arguments[] = {program, NULL};
    struct options options;
    struct err err = {0};
    int r = options_parse(1, no_arguments, &options, &err);

    if (r == 0 && argc == 2 && strcmp(argv[1], "list") == 0)
        r = cli_list(&options, &err);
    else if (r == 0 && argc == 3 && strcmp(argv[1], "start") == 0)
        r = plan_start(&options, argv[2]);
    else
        return 2;
    if (r < 0 && err.text[0])
        (void)fprintf(stderr, "instructions: %s\n", err.text);
    return r < 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * lxc-gpu-hook: one executable for LXC's hooks and for a person.
 *
 * A container start, top to bottom, from cli/hook.c: options -> environment -> start_host
 * (start/start.c) -> the words of a failure (say/causes.c). In start_host: the container as the
 * kernel shows it -> the host's GPUs -> the insider enters and reads the container's files -> plan
 * -> nodes -> the insider mounts them -> proof -> judgement. The mount hook, which comes before and
 * matters where an ordinary user starts the container, is bind_nodes (start/bind.c).
 */
#include "base/text.h"
#include "cdi/cdi.h"
#include "cli/cli.h"
#include "cli/hook.h"
#include "cli/options.h"
#include "config/name_words.h"
#include "exit_status.h"
#include "facts/env.h"
#include "heal/heal.h"
#include "say/report.h"
#include "say/say.h"
#include "start/privilege.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hook speaks to the system log, also about a line that it cannot read. */
static void report_begin(const struct options *options, bool is_command)
{
    static char name[CONTAINER_NAME_MAX];
    struct report_style style = {.quiet = options->quiet, .verbose = options->verbose};

    style.container = is_command ? NULL : hook_env_container(name, sizeof(name));
    style.use_syslog = style.container != NULL;
    report_open(&style);
}

struct cli_command {
    const char *name;
    int (*run)(const struct options *options, struct err *err);
};

static const struct cli_command commands[] = {{"list", cli_list},       {"check", cli_check},
                                              {"idmap", cli_idmap},     {"attach", heal_attach},
                                              {"detach", heal_detach},  {"enable", cli_enable},
                                              {"disable", cli_disable}, {"cdi", cli_cdi},
                                              {"verify", cli_verify},   {"status", heal_status}};

static const struct cli_command *command_find(const struct options *options)
{
    for (size_t i = 0; options->rest_count && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (text_is_equal(options->rest[0], commands[i].name))
            return &commands[i];
    return NULL;
}

static int run_command(const struct cli_command *command, const struct options *options,
                       struct err *err)
{
    char shown[80];
    int r;

    if (command) {
        r = cli_check_use(command->name, options, err);
        return r < 0 ? r : command->run(options, err);
    }
    if (options->rest_count)
        r = err_set(err, STATUS_USAGE, 0, "unknown command '%s'",
                    text_printable(shown, sizeof(shown), options->rest[0]));
    else
        r = err_set(err, STATUS_USAGE, 0, "no command, and not started by LXC (no LXC_HOOK_TYPE)");
    err_fix(err, "lxc-gpu-hook --help");
    return r;
}

/* What a person asked for has to arrive. */
static int stdout_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    (void)fprintf(stderr, "lxc-gpu-hook: write the answer: %s\n", strerror(errno));
    return status == STATUS_DONE ? STATUS_INTERNAL : status;
}

/* A container that starts so has no GPU, and nobody is told. */
static bool is_hook_without_task(const struct options *options)
{
    char unused[CONTAINER_NAME_MAX];

    return (options->show_help || options->show_version) &&
           hook_env_container(unused, sizeof(unused));
}

static int hook_refuse(enum cause cause)
{
    const struct about nothing = {.options = NULL};
    char name[CONTAINER_NAME_MAX];
    struct fault fault;
    struct err err;

    (void)fault_set(&fault, cause, 0);
    (void)say_fault(&fault, &nothing, &err);
    err_wrap(&err, "add GPU to container %s", hook_env_container(name, sizeof(name)));
    report_failure(&err);
    return err.status;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    const struct cli_command *command;
    struct err err = {0};
    int r;

    privilege_start();
    bool has_name = name_words_join(&argc, &argv);
    r = options_parse(argc, argv, &options, &err);
    command = command_find(&options);
    report_begin(&options, command && !hook_env_is_hook(options.rest_count, options.rest));
    if (!has_name || (r == 0 && is_hook_without_task(&options)))
        return hook_refuse(has_name ? CAUSE_HOOK_NO_TASK : CAUSE_NAME_LOST);
    if (r < 0) {
        err_fix(&err, "lxc-gpu-hook --help");
        report_failure(&err);
        return err.status;
    }
    if (options.show_help) {
        options_help(&options);
        return stdout_finish(STATUS_DONE);
    }
    if (options.show_version) {
        printf("lxc-gpu-hook %s\n", PROJECT_VERSION);
        return stdout_finish(STATUS_DONE);
    }
    if (hook_env_is_hook(options.rest_count, options.rest))
        r = hook_run(&options, &err);
    else
        r = run_command(command, &options, &err);
    if (r < 0)
        report_failure(&err);
    return stdout_finish(r < 0 ? err.status : r);
}

#include "cli/cli.h"

#include "say/advice_config.h"
#include "base/text.h"
#include "facts/env.h"
#include "exit_status.h"
#include "config/lxc.h"
#include "say/report.h"
#include "start/start.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int find_by_name(const struct options *options, struct hook_env *env, struct err *err)
{
    struct container container = {.lxcpath = options->lxcpath};
    int r;

    if (options->rest_count != 2 || options->pid)
        return err_set(err, STATUS_USAGE, 0,
                       "attach wants the name of one container, or --pid PID");
    container.name = options->rest[1];
    r = lxc_container_check(&container, err);
    if (r == 0)
        r = lxc_container_pid(&container, &env->pid, err);
    if (r < 0)
        return r;
    text_printable(env->name, sizeof(env->name), container.name);
    if (env->pid == 0) {
        r = err_set(err, STATUS_USAGE, 0, "container %s is not running", env->name);
        advice_start(&container, "with gpu.conf included, the nodes are there at once", err);
    }
    return r;
}

static void fix_privilege(const struct options *options, struct err *err)
{
    if (geteuid() == 0)
        err_fix(err, "# root, but without %s: run it on the host, not in a container",
                strstr(err->text, "look into the container") ? "the right to trace that process"
                                                             : "that right");
    else if (options->pid)
        err_fix(err, "sudo lxc-gpu-hook attach --pid %u", options->pid);
    else
        err_fix(err, "sudo lxc-gpu-hook attach %s%s%s", options->rest[1],
                options->lxcpath ? " -P " : "", options->lxcpath ? options->lxcpath : "");
}

int cli_attach(const struct options *options, struct err *err)
{
    struct report_style style = {
        .container = "?", .quiet = options->quiet, .verbose = options->verbose};
    struct hook_env env = {.type = HOOK_START_HOST, .is_attach = true};
    int r = 0;

    if (options->pid && options->rest_count == 1) {
        env.pid = (pid_t)options->pid;
        snprintf(env.name, sizeof(env.name), "of process %u", options->pid);
    } else {
        r = find_by_name(options, &env, err);
    }
    if (r < 0)
        return r;
    style.container = env.name;
    report_open(&style);
    r = start_host(&env, options, err);
    if (r < 0 && err->status == STATUS_PRIVILEGE)
        fix_privilege(options, err);
    return r;
}

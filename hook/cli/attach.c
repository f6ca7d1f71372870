/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/cli.h"
#include "cli/hook.h"
#include "config/init.h"
#include "config/lxc.h"
#include "exit_status.h"
#include "facts/env.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "say/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TURN_SECONDS 60 /* a container that never answers takes twelve */

static int not_running(const struct container *container, const char *shown, struct err *err)
{
    int r = err_set(err, STATUS_USAGE, 0, "container %s is not running", shown);

    advice_start(container->lxcpath, container->name,
                 "with gpu.conf included, the nodes are there at once", err);
    return r;
}

int attach_find_init(const struct container *container, struct hook_env *env, struct err *err)
{
    struct idmap uids = {0};
    struct idmap gids = {0};
    int r = lxc_config_idmap(container, &uids, &gids, err);

    if (r == 0)
        r = lxc_container_pid(container, &env->pid, err);
    if (r < 0)
        return r;
    text_printable(env->name, sizeof(env->name), container->name);
    return env->pid ? init_open(container, env->pid, &uids, &gids, &env->proc, err) : 0;
}

static int find_by_name(const struct options *options, struct hook_env *env, struct err *err)
{
    __attribute__((cleanup(obeyed_close))) struct obeyed obeyed;
    struct container container = {.lxcpath = options->lxcpath, .obeyed = &obeyed};
    int r;

    obeyed_init(&obeyed);
    if (options->rest_count != 2 || options->pid || options->has_owner)
        return err_set(err, STATUS_USAGE, 0, "%s wants the name of one container, or --pid PID",
                       options->rest[0]);
    container.name = options->rest[1];
    r = lxc_container_check(&container, err);
    if (r < 0)
        as_owner_fix(options, &obeyed.breach, err);
    if (r == 0)
        r = attach_find_init(&container, env, err);
    if (r == 0 && env->pid == 0)
        return not_running(&container, env->name, err);
    return r;
}

static int find_by_pid(const struct options *options, struct hook_env *env, struct err *err)
{
    env->pid = (pid_t)options->pid;
    snprintf(env->name, sizeof(env->name), "of process %u", options->pid);
    return init_open_pid(env->pid, options->has_owner ? (int64_t)options->owner : -1, &env->proc,
                         err);
}

/*
 * One attach to a container at a time: each looks at what is there before it puts its own in its
 * place. The lock is on /proc/PID, which no container reaches, and ends with the descriptor.
 */
int attach_wait_for_turn(int proc, struct err *err)
{
    for (int i = 0; i < TURN_SECONDS * 100; i++) {
        if (flock(proc, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK)
            return err_set(err, STATUS_INTERNAL, errno, "wait for another attach");
        (void)usleep(10000);
    }
    return err_set(err, STATUS_UNSAFE_PATH, 0,
                   "another attach to this container has not ended for %d seconds", TURN_SECONDS);
}

void attach_fix_privilege(const struct options *options, struct err *err)
{
    const char *command = options->rest[0];

    if (geteuid() == 0 && err->cause == CAUSE_LOOK_DENIED)
        err_fix(err,
                "# root, but without the right to trace that process: run it on the host, "
                "not in a container");
    else if (geteuid() == 0)
        err_fix(err, "# root, but without that right: run it on the host, not in a container");
    else if (options->pid)
        err_fix(err, "sudo lxc-gpu-hook %s --pid %u", command, options->pid);
    else if (options->all && options->lxcpath)
        err_fix(err, "sudo lxc-gpu-hook attach --all -P %s", options->lxcpath);
    else if (options->all)
        err_fix(err, "sudo lxc-gpu-hook attach --all");
    else if (options->lxcpath)
        err_fix(err, "sudo lxc-gpu-hook %s %s -P %s", command, options->rest[1], options->lxcpath);
    else
        err_fix(err, "sudo lxc-gpu-hook %s %s", command, options->rest[1]);
}

int attach_find(const struct options *options, struct hook_env *env, struct err *err)
{
    int r;

    *env = (struct hook_env){.type = HOOK_START_HOST, .is_attach = true, .proc = -1, .rootfs = ""};
    r = options->pid && options->rest_count == 1 ? find_by_pid(options, env, err)
                                                 : find_by_name(options, env, err);
    if (r == 0)
        r = attach_wait_for_turn(env->proc, err);
    if (r < 0 && env->proc < 0 && err->status == STATUS_PRIVILEGE && !err->fix[0])
        attach_fix_privilege(options, err);
    config_lines_init(&env->config);
    return r;
}

int cli_attach(const struct options *options, struct err *err)
{
    struct report_style style = {
        .container = "?", .quiet = options->quiet, .verbose = options->verbose};
    struct hook_env env;
    int r = attach_find(options, &env, err);

    if (r < 0 && env.name[0])
        err_wrap(err, "add GPU to container %s", env.name);
    if (r < 0)
        return r;
    style.container = env.name;
    report_open(&style);
    r = hook_start(&env, options, err);
    if (r < 0 && err->status == STATUS_PRIVILEGE)
        attach_fix_privilege(options, err);
    return r;
}

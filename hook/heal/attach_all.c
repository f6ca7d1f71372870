/* SPDX-License-Identifier: MIT */
/*
 * `lxc-gpu-hook attach --all`: what the udev rule runs when a render node has come. The right to
 * nodes comes from the config of a container alone, and that from root alone; what is mounted in a
 * container says only whether anything has to be done.
 */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/attach.h"
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/hook.h"
#include "config/init.h"
#include "exit_status.h"
#include "heal/heal.h"
#include "heal/right.h"
#include "heal/running.h"
#include "say/report.h"
#include "start/privilege.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define AT_ONCE     8   /* one that does not answer keeps few others waiting */
#define ONE_SECONDS 180 /* longer than all that one waits for, each to its own end */
#define SKIPS_SAID  8   /* anybody can open sockets of any name */

/* ---- one container, in a process of its own -------------------------------------------------- */

struct page {
    struct child_outcome outcome;
    int status; /* the exit status of a failure */
};

struct worker {
    struct running running;
    const struct options *options;
    struct page *page;
    struct child child;
};

/* LXC runs the lines one after the other, and what the last one gives stays. */
static void line_options(const struct hook_lines *lines, const struct worker *worker,
                         struct options *ret)
{
    *ret = lines->lines[lines->count - 1].options;
    ret->wait_seconds = 0; /* who waits for a node is told of it by udev */
    ret->quiet = worker->options->quiet;
    ret->verbose = worker->options->verbose;
    ret->lxcpath = worker->running.lxcpath;
    ret->rest_count = 0;
}

/* env->pid is 0 when it does not run any more, or has no such line after all. */
static int container_open(const struct container *container, struct hook_lines *lines,
                          struct hook_env *env, struct err *err)
{
    int r = lxc_container_check(container, err);

    if (r == 0)
        r = check_lines_read(container, "start-host", lines, err);
    if (r == 0 && lines->count)
        r = attach_find_init(container, env, err);
    if (r == 0 && env->pid)
        r = attach_wait_for_turn(env->proc, err);
    return r;
}

static int give(const struct worker *worker, struct hook_env *env, struct err *err)
{
    __attribute__((cleanup(obeyed_close))) struct obeyed obeyed;
    __attribute__((cleanup(check_lines_close))) struct hook_lines lines = {.count = 0};
    const struct container container = {
        .name = worker->running.name, .lxcpath = worker->running.lxcpath, .obeyed = &obeyed};
    struct options options;
    int r;

    obeyed_init(&obeyed);
    r = container_open(&container, &lines, env, err);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    if (r < 0 || env->pid == 0)
        return r;
    config_lines_init(&env->config);
    line_options(&lines, worker, &options);
    return hook_start(env, &options, err);
}

static bool has_ended(const struct running *running)
{
    struct ucred peer;

    return init_socket_peer(running->lxcpath, running->name, &peer) == -ENOENT;
}

static int worker_steps(void *memory, int link)
{
    const struct worker *worker = memory;
    const struct options *options = worker->options;
    struct hook_env env = {
        .type = HOOK_START_HOST, .is_attach = true, .is_refresh = true, .proc = -1, .rootfs = ""};
    struct report_style style = {
        .container = env.name, .quiet = options->quiet, .verbose = options->verbose};
    struct err err = {0};
    enum right right = RIGHT_NONE;
    int r;

    (void)link;
    text_printable(env.name, sizeof(env.name), worker->running.name);
    report_open(&style);
    r = right_find(&worker->running, &right, &err);
    if (r < 0)
        err_wrap(&err, "add GPU to container %s", env.name);
    if (r == 0 && right == RIGHT_FOREIGN) {
        err_wrap(&err, "skipped");
        report_warning(err.text);
    }
    if (r == 0 && right != RIGHT_BY_CONFIG)
        report_step("container %s: no right to nodes by its config", env.name);
    if (r == 0 && right == RIGHT_BY_CONFIG)
        r = give(worker, &env, &err);
    if (r < 0 && has_ended(&worker->running))
        r = 0;
    if (r < 0)
        report_failure(&err);
    worker->page->status = err.status;
    (void)fflush(stderr);
    return r;
}

/* ---- all of them ----------------------------------------------------------------------------- */

struct count {
    size_t failed;
    int status; /* of the first of them */
};

static int worker_start(struct worker *worker, struct err *err)
{
    struct child_job job = {.steps = worker_steps, .memory = worker, .cgroup = -1};
    int r;

    worker->page = child_memory(sizeof(*worker->page));
    if (!worker->page)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "share memory with another process");
    job.outcome = &worker->page->outcome;
    r = child_start(&job, &worker->child);
    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "make a process for a container") : 0;
}

static void worker_end(struct worker *worker, struct count *count)
{
    struct page *page = worker->page;
    char shown[80];
    char text[WARNING_SIZE];
    bool stays;

    if (!worker->child.pid)
        return;
    (void)child_end(&worker->child, child_deadline(ONE_SECONDS), &stays);
    if (!page->outcome.is_finished) {
        snprintf(text, sizeof(text), "the process that worked on container %s was killed",
                 text_printable(shown, sizeof(shown), worker->running.name));
        report_warning(text);
        page->status = STATUS_INTERNAL;
    }
    if (!page->outcome.is_finished || page->outcome.result < 0) {
        count->failed++;
        if (count->status == STATUS_DONE)
            count->status = page->status ? page->status : STATUS_INTERNAL;
    }
    child_memory_end(page, sizeof(*page));
}

/* Nobody but its user's own LXC may give it nodes, and then only those that it binds. */
static void users_skip(const struct running *running, size_t skipped)
{
    char text[WARNING_SIZE];
    char name[80];
    char path[200];

    if (skipped == SKIPS_SAID)
        report_warning("more containers of ordinary users are skipped");
    if (skipped >= SKIPS_SAID)
        return;
    snprintf(
        text, sizeof(text),
        "container %s of %s is skipped: uid %u runs it, and gets new nodes into it by a restart",
        text_printable(name, sizeof(name), running->name),
        text_printable(path, sizeof(path), running->lxcpath), running->uid);
    report_warning(text);
}

static int each_give(const struct options *options, const struct running *running, size_t number,
                     struct count *count, struct err *err)
{
    static struct worker workers[AT_ONCE];
    size_t skipped = 0;
    size_t started = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < number; i++) {
        struct worker *worker = &workers[started % AT_ONCE];
        if (running[i].uid != 0) {
            users_skip(&running[i], skipped++);
            continue;
        }
        worker_end(worker, count);
        *worker = (struct worker){running[i], options, NULL, CHILD_NONE};
        r = worker_start(worker, err);
        started++;
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        worker_end(&workers[(started + i) % AT_ONCE], count);
    return r;
}

static int check_words(const struct options *options, struct err *err)
{
    if (options->rest_count > 1 || options->pid || options->has_owner)
        return err_set(err, STATUS_USAGE, 0, "attach --all takes no container's name and no --pid");
    if (check_asks_what_if(options) || options->wait_seconds)
        return err_set(err, STATUS_USAGE, 0,
                       "attach --all takes no options for the nodes: each container has those of "
                       "the hook lines of its own config");
    return 0;
}

static int attach_all(const struct options *options, struct err *err)
{
    CLEANUP_FREE struct running *running = NULL;
    struct count count = {.status = STATUS_DONE};
    size_t number = 0;
    int r = check_words(options, err);

    if (r < 0)
        return r;
    if (!privilege_is_roots()) {
        r = err_set(err, STATUS_PRIVILEGE, 0, "only root attaches to all containers");
        attach_fix_privilege(options, err);
        return r;
    }
    r = running_find(options->lxcpath, &running, &number, err);
    if (r == 0)
        r = each_give(options, running, number, &count, err);
    if (r == 0 && count.failed)
        r = err_set(err, count.status, 0,
                    "%zu of the containers with a right to nodes could not be given theirs",
                    count.failed);
    return r;
}

int heal_attach(const struct options *options, struct err *err)
{
    return options->all ? attach_all(options, err) : cli_attach(options, err);
}

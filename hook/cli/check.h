/* SPDX-License-Identifier: MIT */
/* The parts of `check`: each looks for what a start would stumble over, and says it as that would.
 */
#ifndef HOOK_CHECK_H
#define HOOK_CHECK_H

#include "base/err.h"
#include "cli/options.h"
#include "config/container.h"
#include "config/devices.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stddef.h>

#define HOOK_LINES_MAX 4
#define HOOK_WORDS_MAX 64

/* A line of the config that starts this hook, taken apart. */
struct hook_line {
    char *text; /* what the options point into */
    char *words[HOOK_WORDS_MAX];
    struct options options;
};

struct hook_lines {
    size_t count;
    struct hook_line lines[HOOK_LINES_MAX];
};

/* The config's lines for this hook. */
struct check_hooks {
    struct hook_lines start_host, mount;
};

/* Whether a person gave `check` options for the hook: would a start with those succeed? */
bool check_asks_what_if(const struct options *options);

/*
 * STATUS_USAGE when the config does not start this hook, starts it where it cannot work, or with
 * options that it refuses. Where a person asks what if, the lines get those options. The caller
 * calls check_hooks_close, also after an error.
 */
int check_hooks_read(const struct options *options, const struct container_facts *facts,
                     struct check_hooks *ret, struct err *err);

void check_hooks_close(struct check_hooks *hooks);

/*
 * The lines of one type ("start-host") alone. The caller calls check_lines_close, also after an
 * error.
 */
int check_lines_read(const struct container *container, const char *type, struct hook_lines *ret,
                     struct err *err);
void check_lines_close(struct hook_lines *lines);

/* The lxc.idmap lines: sound, and granted by /etc/subuid and /etc/subgid. STATUS_OWNERSHIP. */
int check_maps(const struct container_facts *facts, struct err *err);

/* What decides about device nodes. */
struct check_devices {
    struct device_case all;
    bool has_parent; /* of the cgroup that the container will have */
    char parent[PATH_MAX], hook_parent[PATH_MAX];
    const char *unit;    /* that the start is made from; NULL: the cgroup of this process */
    char from[PATH_MAX]; /* its cgroup, "" when it has none */
    bool is_unknown;     /* something could not be tried */
};

/* What one start of the container is judged by. */
struct check {
    const struct options *options; /* of the hook line */
    const struct check_hooks *hooks;
    struct container_facts *facts;
    const struct gpu_list *gpus;
    struct guest_group groups[2];
    bool is_group_assumed; /* its files cannot be looked into */
    struct check_devices devices;
};

/* `unit`: --cgroup; NULL when it is not given. */
void check_devices_load(struct check *check, const char *unit);

/* Whether the container may use that node; where not, devices.all says why. */
bool check_device_is_allowed(struct check *check, const struct gpu_node *gpu);
bool check_device_null_is_allowed(struct check *check);

/* Whether the hook may make it: 0, or STATUS_DEVICE_CGROUP. */
int check_device_make(struct check *check, const struct op *op, struct fault *fault);

/* Warns of what could not be found out. */
void check_devices_tell(const struct check *check);

/*
 * A start by root, and one by an ordinary user: prints the nodes that it would give. *plan is the
 * caller's, its count of warnings set to 0. The failure that the start would report.
 */
int check_root_start(struct check *check, struct plan *plan, struct err *err);
int check_user_start(struct check *check, struct plan *plan, struct err *err);

#endif

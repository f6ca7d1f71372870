/* SPDX-License-Identifier: MIT */
/*
 * `lxc-gpu-hook check NAME`: a dry run. The plan of a start is made from the config, and what the
 * start would stumble over is looked for in the order in which it would; where it can, the start's
 * own judgement says so.
 */
#include "cli/cli.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/check.h"
#include "config/container.h"
#include "config/scan.h"
#include "exit_status.h"
#include "facts/place.h"
#include "plan/plan.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "start/gpu_wait.h"
#include "start/privilege.h"

#include <stdio.h>
#include <string.h>

/* With autodev LXC makes /dev anew. */
static int check_dev(const struct container_facts *facts, struct err *err)
{
    const struct about nothing = {.options = NULL};
    struct fault fault;

    if (facts->has_autodev || facts->guest.has_dri || !facts->is_read_only)
        return 0;
    (void)fault_set(&fault, CAUSE_DRI_MAKE, EROFS);
    return say_fault(&fault, &nothing, err);
}

/*
 * Proxmox mounts the file system for a start, and for its monitor alone. All else can be judged: a
 * group of any mapped number stands for the one that is there.
 */
static void groups_assume(struct check *check)
{
    struct guest_group *group = &check->groups[0];

    memset(check->groups, 0, sizeof(check->groups));
    check->facts->guest.node_count = 0;
    group->found = idmap_ordinary(&check->facts->guest.gids, 0, &group->gid);
    check->is_group_assumed = true;
}

static int look(struct check *check, const struct options *options, struct err *err)
{
    struct container_facts *facts = check->facts;
    bool has_root = facts->guest.root >= 0;

    if (!has_root && facts->obeyed.source[0]) {
        groups_assume(check);
        return 0;
    }
    if (!has_root && (!options->has_gid || !facts->has_autodev))
        return container_no_root(options, facts, "and check again while it runs", err);
    memset(check->groups, 0, sizeof(check->groups));
    facts->guest.node_count = 0;
    return has_root
               ? container_look(options, !facts->has_autodev, &facts->guest, check->groups, err)
               : 0;
}

/* The mount hook chooses a group too, in every container but a privileged one. */
static int check_mount(struct check *check, struct err *err)
{
    static struct plan unused;
    const struct hook_lines *mount = &check->hooks->mount;
    struct fault fault;
    int r = 0;

    if (mount->count && !check->facts->is_privileged &&
        plan_map_root(&check->facts->guest, &unused, &fault) < 0)
        r = say_fault(&fault,
                      &(const struct about){.uids = &check->facts->guest.uids,
                                            .gids = &check->facts->guest.gids,
                                            .config_file = check->facts->config_file},
                      err);
    for (size_t i = 0; r == 0 && !check->facts->is_privileged && i < mount->count; i++) {
        r = look(check, &mount->lines[i].options, err);
        if (r == 0 &&
            plan_choose_group(&mount->lines[i].options, check->groups, &unused, &fault) < 0)
            r = say_fault(&fault, &(const struct about){.options = check->options}, err);
    }
    return r;
}

static int check_start(struct check *check, struct err *err)
{
    static struct plan plan;
    static struct gpu_list gpus;
    struct options options = *check->options;
    bool has_root = check->facts->guest.root >= 0;
    struct fault fault;
    int r;

    options.wait_seconds = 0;
    check->gpus = &gpus;
    memset(&plan, 0, offsetof(struct plan, ops));
    /* LXC runs it first; but where nothing can be looked into, a missing GPU is said all the same.
     */
    r = has_root ? check_mount(check, err) : 0;
    if (r < 0)
        return r;
    r = gpu_wait_wanted(&options, GPU_MADE_ANEW, &gpus, &fault);
    if (r < 0)
        r = say_fault(&fault, &(const struct about){.options = &options, .gpus = &gpus}, err);
    if (r < 0 && options.optional && err->status == STATUS_NO_NODE) {
        err_wrap(err, "the container starts without a GPU (--optional)");
        report_warning(err->text);
        return 0;
    }
    if (r == 0 && !has_root)
        r = check_mount(check, err);
    if (r == 0)
        r = look(check, check->options, err);
    if (r == 0)
        r = check_dev(check->facts, err);
    if (r == 0)
        r = privilege_is_roots() ? check_root_start(check, &plan, err)
                                 : check_user_start(check, &plan, err);
    if (r == 0 && check->is_group_assumed)
        report_warning(
            "its file system is mounted when it runs: whether it has a group render, and what "
            "is at /dev/dri, is not known before");
    else if (r == 0)
        report_plan(&(const struct about){
            .options = check->options, .guest = &check->facts->guest, .plan = &plan});
    if (r == 0)
        check_devices_tell(check);
    return r;
}

/* What keeps Proxmox from starting it, or is in its file and not in the start. */
static int check_proxmox(const struct container_facts *facts, struct err *err)
{
    const struct proxmox_config *proxmox = &facts->obeyed.proxmox;
    char shown[160];
    char text[WARNING_SIZE];
    int r;

    if (proxmox->section[0]) {
        snprintf(
            text, sizeof(text),
            "line %u of %s is about this hook, and stands in the section [%s]: no start obeys it",
            proxmox->section_line, facts->obeyed.source,
            text_printable(shown, sizeof(shown), proxmox->section));
        report_warning(text);
    }
    if (!proxmox->no_device[0])
        return 0;
    r = err_set(err, STATUS_NO_NODE, 0, "Proxmox does not start it: %s does not exist",
                text_printable(shown, sizeof(shown), proxmox->no_device));
    err_fix(err, "pct set %s -delete %.*s", facts->container.name,
            (int)strcspn(proxmox->no_device, ":"), proxmox->no_device);
    return r;
}

/* LXC runs them all, and each takes the place of what was there. */
static void tell_several(const struct check_hooks *hooks)
{
    if (hooks->start_host.count > 1 || hooks->mount.count > 1)
        report_warning(
            "the config has several lines of one type for this hook: the nodes of the "
            "last one stay");
}

static int check_steps(const struct options *options, struct container_facts *facts,
                       struct check_hooks *hooks, struct err *err)
{
    static struct check check; /* 150 kB */
    int r;

    check = (struct check){.hooks = hooks, .facts = facts};
    r = container_load(options, facts, err);

    if (r == 0)
        r = check_proxmox(facts, err);
    if (r == 0)
        r = check_hooks_read(options, facts, hooks, err);
    if (r == 0)
        r = check_maps(facts, err);
    if (r == 0)
        config_scan_known(facts->config_file, facts->obeyed.st.st_uid == 0, facts->obeyed.text,
                          &facts->guest.config);
    if (r == 0)
        check_devices_load(&check, options->cgroup);
    if (r == 0)
        tell_several(hooks);
    for (size_t i = 0; r == 0 && i < hooks->start_host.count; i++) {
        hooks->start_host.lines[i].options.config_file = facts->config_file;
        check.options = &hooks->start_host.lines[i].options;
        r = check_start(&check, err);
    }
    check.hooks = NULL; /* the caller's, and the memory outlives it */
    check.options = NULL;
    return r;
}

int cli_check(const struct options *options, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts;
    __attribute__((cleanup(check_hooks_close))) struct check_hooks hooks = {0};
    int r = check_steps(options, &facts, &hooks, err);
    char shown[NAME_MAX + 1];

    if (r == 0)
        printf("container %s: a start %s%s would succeed\n",
               text_printable(shown, sizeof(shown), facts.container.name),
               privilege_is_roots() ? "by root" : "by this user",
               check_asks_what_if(options) ? " with these options on its hook lines" : "");
    else
        advice_place(facts.config_file, err);
    if (r < 0)
        as_owner_fix(options, &facts.obeyed.breach, err);
    if (r < 0 && options->rest_count == 2)
        err_wrap(err, "check container %s", options->rest[1]);
    return r;
}

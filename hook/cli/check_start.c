/* SPDX-License-Identifier: MIT */
/* What would become of a start: the plan, and for each node what its proof would meet. */
#include "base/cleanup.h"
#include "base/drm.h"
#include "base/wrap.h"
#include "cli/check.h"
#include "exit_status.h"
#include "plan/plan.h"
#include "plan/prove.h"
#include "say/advice_config.h"
#include "say/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* The host's own node, which has the same driver behind it. */
static int node_error(const struct gpu_node *node)
{
    char path[32];
    char driver[32];
    int r;

    snprintf(path, sizeof(path), "/dev/dri/%s", node->name);
    CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    r = fd < 0 ? -errno : drm_driver_name(fd, driver, sizeof(driver));
    /* An ordinary user may not open it here; then sysfs must do, where a dead node is missing. */
    if (r == -EACCES || r == -EPERM)
        return node->device[0] ? 0 : ENXIO;
    return -r;
}

static struct about about_of(const struct check *check, const struct plan *plan)
{
    const struct container_facts *facts = check->facts;

    return (struct about){.options = check->options,
                          .gpus = check->gpus,
                          .guest = &facts->guest,
                          .uids = &facts->guest.uids,
                          .gids = &facts->guest.gids,
                          .plan = plan,
                          .devices = &check->devices.all,
                          .config_file = facts->config_file};
}

/* What an ordinary user of the container would meet, judged as after a start. */
static int check_proofs(struct check *check, const struct plan *plan, struct err *err)
{
    static struct proofs proofs;
    struct about about = about_of(check, plan);
    struct fault fault;

    if (check->options->no_probe)
        return 0;
    memset(&proofs, 0, sizeof(proofs));
    proofs.is_dev_null_denied = !check_device_null_is_allowed(check);
    for (size_t i = 0; i < plan->op_count; i++) {
        const struct gpu_node *gpu = plan->ops[i].gpu;
        if (plan->ops[i].kind == OP_NODE)
            proofs.nodes[i].error = check_device_is_allowed(check, gpu) ? node_error(gpu) : EPERM;
    }
    if (prove_judge(plan, &proofs, &fault) == 0)
        return 0;
    about.proofs = &proofs;
    if (fault.cause == CAUSE_NODE_DENIED || fault.cause == CAUSE_LONE_RULE)
        device_case_explain(&check->devices.all, plan->ops[fault.a].gpu->node_minor, &fault);
    return say_fault(&fault, &about, err);
}

static void print_nodes(const struct check *check, const struct plan *plan, const char *how)
{
    const struct plan_owner *owner = &plan->owner;
    char line[320];

    for (size_t i = 0; i < plan->op_count; i++) {
        const struct gpu_node *node = plan->ops[i].gpu;
        if (plan->ops[i].kind != OP_NODE)
            continue;
        if (check->is_group_assumed)
            snprintf(line, sizeof(line), "/dev/dri/%s (%s%s%s): %s", node->name, node->driver,
                     node->pci[0] ? " at " : "", node->pci, how);
        else
            snprintf(line, sizeof(line), "/dev/dri/%s (%s%s%s): group %u%s%s in the container, %s",
                     node->name, node->driver, node->pci[0] ? " at " : "", node->pci,
                     owner->guest_gid, owner->group[0] ? " = " : "", owner->group, how);
        wrap_print(line, stdout);
    }
}

/* As the hook makes them, before anything is proven. */
static int check_making(struct check *check, const struct plan *plan, struct err *err)
{
    const struct about about = about_of(check, plan);
    struct fault fault;
    int r = 0;

    for (size_t i = 0; r == 0 && i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE)
            r = check_device_make(check, &plan->ops[i], &fault);
    if (r == 0)
        return 0;
    device_case_explain(&check->devices.all, fault.b, &fault);
    return say_fault(&fault, &about, err);
}

int check_root_start(struct check *check, struct plan *plan, struct err *err)
{
    struct guest *guest = &check->facts->guest;
    const struct about about = about_of(check, plan);
    struct fault fault;
    int r = 0;

    if (plan_build(check->options, check->gpus, guest, check->groups, plan, &fault) < 0)
        r = say_fault(&fault, &about, err);
    if (r == 0)
        r = check_making(check, plan, err);
    if (r == 0)
        r = check_proofs(check, plan, err);
    if (r < 0)
        return r;
    print_nodes(check, plan, "a private node made at start");
    if (!check_device_null_is_allowed(check))
        report_null_denied(&check->devices.all, check->facts->config_file);
    return 0;
}

static bool is_bound(const struct check *check, const struct gpu_node *node)
{
    const struct hook_lines *mount = &check->hooks->mount;
    bool is_asked_for = check->facts->guest.config.brings_dri;

    for (size_t i = 0; i < mount->count; i++)
        is_asked_for |= plan_is_wanted(&mount->lines[i].options, check->gpus, node);
    return is_asked_for;
}

/* What the mount hook, or the config, would have put into /dev/dri. */
static void bind_usable(const struct check *check, const struct plan_owner *owner)
{
    struct guest *guest = &check->facts->guest;

    guest->node_count = 0;
    for (size_t i = 0; i < check->gpus->count && guest->node_count < GUEST_NODES_MAX; i++) {
        const struct gpu_node *node = &check->gpus->nodes[i];
        if (!is_bound(check, node) || !plan_lets_group_in(guest, owner, node))
            continue;
        struct guest_node *bound = &guest->nodes[guest->node_count++];
        snprintf(bound->name, sizeof(bound->name), "%s", node->name);
        bound->node_minor = node->node_minor;
    }
}

static int no_mount_hook(const struct options *options, struct err *err)
{
    int r = err_set(err, STATUS_OWNERSHIP, 0,
                    "no lxc.hook.mount line starts this hook: nothing binds the host's node into a "
                    "container that an ordinary user starts");

    advice_hook_lines(options, NULL, err);
    return r;
}

int check_user_start(struct check *check, struct plan *plan, struct err *err)
{
    struct guest *guest = &check->facts->guest;
    const struct about about = about_of(check, plan);
    struct fault fault;
    int r;

    if (check->hooks->mount.count == 0 && !guest->config.brings_dri)
        return no_mount_hook(check->options, err);
    r = plan_choose_group(check->options, check->groups, plan, &fault);
    if (r == 0) {
        bind_usable(check, &plan->owner);
        r = plan_build_bound(check->options, check->gpus, guest, check->groups, plan, &fault);
    }
    if (r == 0 && plan->op_count == 0)
        r = plan_unmapped(plan_first_wanted(check->options, check->gpus), &plan->owner, guest,
                          &fault);
    r = r < 0 ? say_fault(&fault, &about, err) : check_proofs(check, plan, err);
    if (r == 0)
        print_nodes(check, plan, "the host's own node, bound at start");
    return r;
}

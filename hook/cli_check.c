/*
 * `lxc-gpu-hook check NAME`: a dry run. The plan of a start is made from the config, and what the
 * start would stumble over is looked for in the order in which it would; where it can, the start's
 * own judgement says so.
 */
#include "cli.h"

#include "advice_config.h"
#include "base/cleanup.h"
#include "base/drm.h"
#include "base/text.h"
#include "base/wrap.h"
#include "check.h"
#include "config_place.h"
#include "container.h"
#include "device_rules.h"
#include "exit_status.h"
#include "gpu_wait.h"
#include "plan.h"
#include "prove.h"
#include "report.h"
#include "start_user.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* What one start of the container is judged by. */
struct check {
    const struct options *options; /* of the hook line */
    const struct check_hooks *hooks;
    struct container_facts *facts;
    const struct gpu_list *gpus;
    struct guest_group groups[2];
    struct device_rules rules;
};

/* With autodev LXC makes /dev anew. */
static int check_dev(const struct container_facts *facts, struct err *err)
{
    int r;

    if (facts->has_autodev || facts->guest.has_dri || !facts->is_read_only)
        return 0;
    r = err_set(err, STATUS_UNSAFE_PATH, EROFS, "make the folder /dev/dri in the container");
    err_fix(err, "lxc.autodev = 1");
    return r;
}

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

/* What an ordinary user of the container would meet, judged as after a start. */
static int check_proofs(const struct check *check, const struct plan *plan, struct err *err)
{
    static struct proofs proofs;
    const struct device_rules *rules = &check->rules;

    if (check->options->no_probe)
        return 0;
    memset(&proofs, 0, sizeof(proofs));
    proofs.is_dev_null_denied = !device_rules_allow(rules, 1, 3); /* /dev/null */
    for (size_t i = 0; i < plan->op_count; i++) {
        const struct gpu_node *gpu = plan->ops[i].gpu;
        if (plan->ops[i].kind == OP_NODE)
            proofs.nodes[i].error =
                device_rules_allow(rules, DRM_MAJOR, gpu->node_minor) ? node_error(gpu) : EPERM;
    }
    return prove_judge(&check->facts->guest, plan, &proofs, err);
}

static void print_nodes(const struct plan *plan, const char *how)
{
    const struct plan_owner *owner = &plan->owner;
    char line[320];

    for (size_t i = 0; i < plan->op_count; i++) {
        const struct gpu_node *node = plan->ops[i].gpu;
        if (plan->ops[i].kind != OP_NODE)
            continue;
        snprintf(line, sizeof(line), "/dev/dri/%s (%s%s%s): group %u%s%s in the container, %s",
                 node->name, node->driver, node->pci[0] ? " at " : "", node->pci, owner->guest_gid,
                 owner->group[0] ? " = " : "", owner->group, how);
        wrap_print(line, stdout);
    }
}

static int check_root_start(struct check *check, struct plan *plan, struct err *err)
{
    struct guest *guest = &check->facts->guest;
    int r = device_rules_load(&check->facts->container, &check->rules, err);

    guest->cgroup_is_v1 = r == 0 && check->rules.is_v1;
    if (r == 0)
        r = plan_build(check->options, check->gpus, guest, check->groups, plan, err);
    if (r == 0)
        r = check_proofs(check, plan, err);
    if (r < 0)
        return r;
    print_nodes(plan, "a private node made at start");
    if (!device_rules_allow(&check->rules, 1, 3)) /* /dev/null */
        report_null_denied(&guest->config);
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
static void bind_usable(const struct check *check, uint32_t guest_gid)
{
    struct guest *guest = &check->facts->guest;

    guest->node_count = 0;
    for (size_t i = 0; i < check->gpus->count && guest->node_count < GUEST_NODES_MAX; i++) {
        const struct gpu_node *node = &check->gpus->nodes[i];
        uint32_t inside = 0;
        bool is_mapped = idmap_to_inside(&guest->gids, node->gid, &inside);
        if (!is_bound(check, node) || !plan_is_usable_as_it_is(node, is_mapped, inside, guest_gid))
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

    advice_hook_place(options, err);
    advice_hook_lines(options, NULL, err);
    return r;
}

static int check_user_start(struct check *check, struct plan *plan, struct err *err)
{
    struct guest *guest = &check->facts->guest;
    struct account user;
    int r;

    if (check->hooks->mount.count == 0 && !guest->config.brings_dri)
        return no_mount_hook(check->options, err);
    r = plan_choose_group(check->options, check->groups, plan, err);
    if (r < 0)
        return r;
    bind_usable(check, plan->owner.guest_gid);
    r = plan_build_bound(check->options, check->gpus, guest, check->groups, plan, err);
    start_user_self(&user);
    if (r == 0 && plan->op_count == 0)
        r = start_user_unmapped(plan_first_wanted(check->options, check->gpus), &plan->owner, guest,
                                &user, err);
    if (r == 0)
        r = check_proofs(check, plan, err);
    if (r == 0)
        print_nodes(plan, "the host's own node, bound at start");
    return r;
}

static int look(struct check *check, const struct options *options, struct err *err)
{
    struct container_facts *facts = check->facts;
    bool has_root = facts->guest.root >= 0;

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
    int r = 0;

    for (size_t i = 0; r == 0 && !check->facts->is_privileged && i < mount->count; i++) {
        r = look(check, &mount->lines[i].options, err);
        if (r == 0)
            r = plan_choose_group(&mount->lines[i].options, check->groups, &unused, err);
    }
    return r;
}

static int check_start(struct check *check, struct err *err)
{
    static struct plan plan;
    static struct gpu_list gpus;
    struct options options = *check->options;
    bool has_root = check->facts->guest.root >= 0;
    int r;

    options.wait_seconds = 0;
    check->gpus = &gpus;
    memset(&plan, 0, offsetof(struct plan, ops));
    /* LXC runs it first; but where nothing can be looked into, a missing GPU is said all the same.
     */
    r = has_root ? check_mount(check, err) : 0;
    if (r < 0)
        return r;
    r = gpu_wait_wanted(&options, &gpus, err);
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
        r = geteuid() == 0 ? check_root_start(check, &plan, err)
                           : check_user_start(check, &plan, err);
    for (size_t i = 0; r == 0 && i < plan.warning_count; i++)
        report_warning(plan.warnings[i]);
    return r;
}

static void tell_stale(const char *config_file)
{
    char proxmox[PROXMOX_FILE_MAX];
    char text[PLAN_WARNING_SIZE];

    if (!config_place_is_stale(config_file, proxmox))
        return;
    snprintf(text, sizeof(text), "%s is newer than %s, which is checked: pct start writes it anew",
             proxmox, config_file);
    report_warning(text);
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
    struct check check = {.hooks = hooks, .facts = facts};
    int r = container_load(options, facts, err);

    if (r == 0)
        tell_stale(facts->config_file);
    if (r == 0)
        r = check_hooks_read(options, facts, hooks, err);
    if (r == 0)
        r = check_maps(facts, err);
    if (r == 0)
        config_scan(facts->config_file, &facts->guest.config);
    if (r == 0)
        tell_several(hooks);
    for (size_t i = 0; r == 0 && i < hooks->start_host.count; i++) {
        hooks->start_host.lines[i].options.config_file = facts->config_file;
        check.options = &hooks->start_host.lines[i].options;
        r = check_start(&check, err);
    }
    return r;
}

int cli_check(const struct options *options, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts;
    __attribute__((cleanup(check_hooks_close))) struct check_hooks hooks = {0};
    int r = check_steps(options, &facts, &hooks, err);

    if (r == 0)
        printf("container %s: a start %s%s would succeed\n", facts.container.name,
               geteuid() == 0 ? "by root" : "by this user",
               check_asks_what_if(options) ? " with these options on its hook lines" : "");
    else
        advice_place(facts.config_file, err);
    if (r < 0 && options->rest_count == 2)
        err_wrap(err, "check container %s", options->rest[1]);
    return r;
}

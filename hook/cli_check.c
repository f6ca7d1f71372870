/*
 * `lxc-gpu-hook check NAME`: a dry run. The plan of a start is made from the config, and what the
 * start would stumble over is looked for in the order in which it would.
 */
#include "cli.h"

#include "advice_config.h"
#include "advice_gpu.h"
#include "base/cleanup.h"
#include "base/drm.h"
#include "base/text.h"
#include "base/wrap.h"
#include "container.h"
#include "device_rules.h"
#include "env.h"
#include "exit_status.h"
#include "gpu_wait.h"
#include "idmap_redirect.h"
#include "plan.h"
#include "prove.h"
#include "report.h"
#include "start_user.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HOOK_WORDS_MAX 64

/* ---- is the hook there, and with which options ------------------------------------------------
 */

static int wrong_section(const struct container_facts *facts, struct err *err)
{
    static const char *const types[] = {"pre-start", "pre-mount", "autodev", "start",
                                        "stop",      "post-stop", "clone",   "destroy"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        CLEANUP_FREE char *lines = NULL;
        enum hook_type unused;
        char key[40];
        snprintf(key, sizeof(key), "lxc.hook.%s", types[i]);
        int r = lxc_config_get(&facts->container, key, &lines, err);
        if (r == 0 && strstr(lines, "lxc-gpu-hook"))
            r = hook_type_read(types[i], facts->config_file, &unused, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int no_hook(struct err *err)
{
    int r = err_set(err, STATUS_USAGE, 0, "the container's config does not start this hook");

    err_fix(err, "lxc.include = /usr/share/lxc/config/gpu.conf");
    return r;
}

/*
 * The options of the config's hook line. `line` is cut into words in place, and they are kept as
 * long as it is. Words that only a shell understands are not.
 */
static int line_options(char *line, struct options *ret, struct err *err)
{
    static char program[] = "lxc-gpu-hook";
    char *words[HOOK_WORDS_MAX] = {program};
    char *options = strstr(line, "lxc-gpu-hook") + strlen("lxc-gpu-hook");
    char *rest = NULL;
    int count = 1;
    int r;

    for (char *word = strtok_r(options, " \t", &rest); word && count < HOOK_WORDS_MAX - 1;
         word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    r = options_parse(count, words, ret, err);
    if (r < 0)
        err_wrap(err, "the config's hook line");
    return r;
}

/* *ret_line is the caller's to free, after the last use of *ret. */
static int find_hook(const struct container_facts *facts, char **ret_line, struct options *ret,
                     struct err *err)
{
    CLEANUP_FREE char *lines = NULL;
    char *rest = NULL;
    int r = lxc_config_get(&facts->container, "lxc.hook.start-host", &lines, err);

    if (r < 0)
        return r;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (!strstr(line, "lxc-gpu-hook"))
            continue;
        *ret_line = strdup(line);
        return *ret_line ? line_options(*ret_line, ret, err)
                         : err_set(err, STATUS_INTERNAL, ENOMEM, "read the config");
    }
    r = wrong_section(facts, err);
    return r < 0 ? r : no_hook(err);
}

/* ---- the id maps ------------------------------------------------------------------------------
 */

static int check_clash(const struct idmap *map, char kind, struct err *err)
{
    struct idmap_clash clash;
    struct idmap sound;
    int r;

    if (!idmap_find_clash(map, &clash))
        return 0;
    const struct idmap_extent *a = &map->extents[clash.first];
    const struct idmap_extent *b = &map->extents[clash.second];
    r = idmap_untangle(map, &sound, err);
    if (r < 0)
        return r;
    r = err_set(
        err, STATUS_OWNERSHIP, 0,
        "the lines 'lxc.idmap = %c %u %u %u' and 'lxc.idmap = %c %u %u %u' claim the same ids",
        kind, a->inside, a->outside, a->length, kind, b->inside, b->outside, b->length);
    advice_map(&sound, kind, err);
    return r;
}

/* newuidmap and newgidmap let a user map only what these files grant; root too, since LXC asks
 * them. */
static int check_grants(const char *file, const struct subid_user *user, const struct idmap *map,
                        struct err *err)
{
    CLEANUP_FREE char *text = subid_read(file);

    for (size_t i = 0; text && i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (subid_allows(text, user, extent->outside, extent->length))
            continue;
        int r = err_set(err, STATUS_OWNERSHIP, 0, "%s does not let %s map %u host ids from %u on",
                        file, user->name, extent->length, extent->outside);
        advice_grant(user->name, extent->outside, extent->length, file, err);
        return r;
    }
    return 0;
}

static int check_maps(const struct container_facts *facts, struct err *err)
{
    const struct guest *guest = &facts->guest;
    struct subid_user user;
    int r = check_clash(&guest->uids, 'u', err);

    if (facts->is_privileged)
        return 0;
    start_user_self(&user);
    if (r == 0)
        r = check_clash(&guest->gids, 'g', err);
    if (r == 0)
        r = check_grants("/etc/subuid", &user, &guest->uids, err);
    if (r == 0)
        r = check_grants("/etc/subgid", &user, &guest->gids, err);
    return r;
}

/* ---- the plan, for either kind of start -------------------------------------------------------
 */

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

static int check_answers(const struct gpu_node *node, struct err *err)
{
    char path[32];
    char driver[32];
    int r;

    snprintf(path, sizeof(path), "/dev/dri/%s", node->name);
    CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    r = fd < 0 ? -errno : drm_driver_name(fd, driver, sizeof(driver));
    /* An ordinary user may not open it here; then sysfs must do, where a dead node is missing. */
    if (r == 0 || ((r == -EACCES || r == -EPERM) && node->device[0]))
        return 0;
    r = r == -EACCES || r == -EPERM ? -ENXIO : r;
    (void)err_set(err, STATUS_DEAD_NODE, -r, "%s does not answer: no driver behind it", path);
    advice_dead_node(node, err);
    return r;
}

static int check_rules(const struct device_rules *rules, const struct config_lines *config,
                       const struct plan *plan, struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < plan->op_count; i++) {
        const struct gpu_node *node = plan->ops[i].gpu;
        if (plan->ops[i].kind != OP_NODE || device_rules_allow(rules, DRM_MAJOR, node->node_minor))
            continue;
        if (!device_rules_allow(rules, 1, 3)) /* /dev/null */
            return prove_lone_rule(config, err);
        if (r == 0)
            r = err_set(err, STATUS_DEVICE_CGROUP, EPERM,
                        "open /dev/dri/%s: the container's device cgroup denies it", node->name);
        err_fix(err, "lxc.cgroup%s.devices.allow = c %d:%u rwm", rules->is_v1 ? "" : "2", DRM_MAJOR,
                node->node_minor);
    }
    return r;
}

static void print_node(const struct plan_owner *owner, const struct gpu_node *node, const char *how)
{
    char line[320];

    snprintf(line, sizeof(line), "/dev/dri/%s (%s%s%s): group %u%s%s in the container, %s",
             node->name, node->driver, node->pci[0] ? " at " : "", node->pci, owner->guest_gid,
             owner->group[0] ? " = " : "", owner->group, how);
    wrap_print(line, stdout);
}

static int check_root_start(const struct options *options, struct container_facts *facts,
                            const struct gpu_list *gpus, const struct guest_group groups[2],
                            struct plan *plan, struct err *err)
{
    struct device_rules rules = {0};
    int r = device_rules_load(&facts->container, &rules, err);

    facts->guest.cgroup_is_v1 = r == 0 && rules.is_v1;
    if (r == 0)
        r = plan_build(options, gpus, &facts->guest, groups, plan, err);
    if (r == 0 && !options->no_probe)
        r = check_rules(&rules, &facts->guest.config, plan, err);
    for (size_t i = 0; r == 0 && !options->no_probe && i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE)
            r = check_answers(plan->ops[i].gpu, err);
    for (size_t i = 0; r == 0 && i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE)
            print_node(&plan->owner, plan->ops[i].gpu, "a private node made at start");
    if (r == 0 && !device_rules_allow(&rules, 1, 3)) /* /dev/null */
        report_null_denied(&facts->guest.config);
    return r;
}

static int check_user_start(const struct options *options, const struct container_facts *facts,
                            const struct gpu_list *gpus, const struct guest_group groups[2],
                            struct plan *plan, struct err *err)
{
    const struct gpu_node *first = NULL;
    struct subid_user user;
    size_t usable = 0;
    int r = plan_choose_group(options, groups, plan, err);

    start_user_self(&user);
    for (size_t i = 0; r == 0 && i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        uint32_t inside = 0;
        if (!plan_is_wanted(options, gpus, node))
            continue;
        first = first ? first : node;
        bool is_mapped = idmap_to_inside(&facts->guest.gids, node->gid, &inside);
        if (!plan_is_usable_as_it_is(node, is_mapped, inside, plan->owner.guest_gid))
            continue;
        usable++;
        r = options->no_probe ? 0 : check_answers(node, err);
        if (r == 0)
            print_node(&plan->owner, node, "the host's own node, bound at start");
    }
    if (r == 0 && usable == 0)
        r = start_user_unmapped(first, &plan->owner, &facts->guest.gids, &user, err);
    return r;
}

static int check_plan(const struct options *options, struct container_facts *facts,
                      const struct gpu_list *gpus, struct err *err)
{
    static struct plan plan;
    struct guest_group groups[2] = {{0}};
    bool has_root = facts->guest.root >= 0;
    int r = 0;

    if (!has_root && (!options->has_gid || !facts->has_autodev)) {
        r = err_set(err, STATUS_UNSAFE_PATH, 0, "look into the container's root: %s",
                    facts->no_root);
        advice_start(&facts->container, "and check again while it runs", err);
    }
    if (r == 0 && has_root)
        r = container_look(options, !facts->has_autodev, &facts->guest, groups, err);
    if (r == 0)
        r = check_dev(facts, err);
    if (r == 0)
        r = geteuid() == 0 ? check_root_start(options, facts, gpus, groups, &plan, err)
                           : check_user_start(options, facts, gpus, groups, &plan, err);
    for (size_t i = 0; r == 0 && i < plan.warning_count; i++)
        report_warning(plan.warnings[i]);
    return r;
}

static int check_steps(const struct options *options, struct container_facts *facts, char **line,
                       struct err *err)
{
    static struct gpu_list gpus;
    struct options hook_options = {0};
    int r = container_load(options, facts, err);

    if (r == 0)
        r = find_hook(facts, line, &hook_options, err);
    if (r == 0)
        r = check_maps(facts, err);
    if (r == 0)
        config_scan(facts->config_file, &facts->guest.config);
    if (r == 0) {
        hook_options.wait_seconds = 0;
        r = gpu_wait(&hook_options, &gpus, err);
        if (r < 0 && hook_options.optional && err->status == STATUS_NO_NODE) {
            err_wrap(err, "the container starts without a GPU (--optional)");
            report_warning(err->text);
            return 0;
        }
    }
    return r < 0 ? r : check_plan(&hook_options, facts, &gpus, err);
}

int cli_check(const struct options *options, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts;
    CLEANUP_FREE char *line = NULL;
    int r = check_steps(options, &facts, &line, err);

    if (r == 0)
        printf("container %s: a start %s would succeed\n", facts.container.name,
               geteuid() == 0 ? "by root" : "by this user");
    else
        err_wrap(err, "check container %s", options->rest_count > 1 ? options->rest[1] : "");
    return r;
}

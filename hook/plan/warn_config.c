/* Lines of the container's config that are not needed with this hook, or have no effect. */
#include "base/text.h"
#include "plan/plan.h"

#include <string.h>

/* The first node that the config brought and this hook does not make; NULL when there is none. */
static const char *kept_node(const struct plan *plan)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_KEEP)
            return plan->ops[i].name;
    return NULL;
}

static bool is_with_card(const struct plan *plan)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE && !plan->ops[i].gpu->is_render)
            return true;
    return false;
}

static void warn_entries(struct plan *plan, const struct config_lines *config)
{
    const char *kept = kept_node(plan);

    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        enum plan_warning_kind kind = WARN_ENTRY;
        if (entry->kind == ENTRY_OTHER_NAME)
            kind = entry->is_card && !is_with_card(plan) ? WARN_ENTRY_HIDES_CARD : WARN_ENTRY_HIDES;
        else if (kept && entry->is_folder)
            kind = WARN_ENTRY_KEEPS;
        plan_warn(plan, kind, i, kind == WARN_ENTRY_KEEPS ? kept : "");
    }
}

/* A render node of that group is made, and no node of it is shown that the config brought. */
static bool is_only_ours(const struct plan *plan, const struct gpu_list *gpus, gid_t gid)
{
    bool is_made = false;

    for (size_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        if (op->kind == OP_NODE)
            is_made |= op->gpu->is_render && op->gpu->gid == gid;
        for (size_t node = 0; op->kind == OP_KEEP && node < gpus->count; node++)
            if (gpus->nodes[node].gid == gid && text_is_equal(gpus->nodes[node].name, op->name))
                return false;
    }
    return is_made;
}

/* Where root starts the container, a host's group need not be mapped into it. */
static void warn_hole(struct plan *plan, const struct gpu_list *gpus, const struct guest *guest)
{
    const struct idmap *map = &guest->gids;

    for (size_t i = 1; i + 1 < map->count; i++) {
        const struct idmap_extent *hole = &map->extents[i];
        const struct idmap_extent *before = &map->extents[i - 1];
        /* Only where the ids around it leave out just this one, it is plain what the line was. */
        if (!is_only_ours(plan, gpus, hole->outside) || hole->length != 1 ||
            hole->inside != before->inside + before->length ||
            map->extents[i + 1].outside != before->outside + before->length + 1)
            continue;
        plan_warn(plan, WARN_HOLE, i, "");
        return;
    }
}

static void warn_rules(struct plan *plan, const struct guest *guest)
{
    const struct config_lines *config = &guest->config;

    if (!guest->cgroup_is_v1 && config->rule_v1[0] && !config->has_drm_rule)
        plan_warn(plan, WARN_RULE_V1, 0, "");
}

/* ---- who the first program is ---------------------------------------------------------------- */

static bool is_init_in_group(const struct config_init *init, uint32_t gid)
{
    bool is_in = init->gid == gid;

    for (size_t i = 0; i < init->group_count; i++)
        is_in |= init->groups[i] == gid;
    return is_in;
}

/* Not root, it comes in by the group, as the owner, or as anybody. */
void plan_warn_init(struct plan *plan, const struct guest *guest)
{
    const struct config_init *init = &guest->config.init;
    const struct plan_owner *owner = &plan->owner;

    if (init->uid == 0 || (init->uid == owner->guest_uid && (plan->mode & 0600) == 0600) ||
        (is_init_in_group(init, owner->guest_gid) && (plan->mode & 0060) == 0060))
        return;
    for (size_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        mode_t mode = plan->is_bound && op->gpu ? op->gpu->mode : plan->mode;
        if (op->kind != OP_NODE || (mode & 0006) == 0006)
            continue;
        plan_warn(plan, WARN_INIT, 0, owner->group);
        return;
    }
}

void plan_warn_config(struct plan *plan, const struct gpu_list *gpus, const struct guest *guest)
{
    warn_entries(plan, &guest->config);
    if (guest->config.changer[0])
        plan_warn(plan, WARN_CHANGER, 0, "");
    plan_warn_init(plan, guest);
    if (guest->config.is_roots)
        warn_hole(plan, gpus, guest);
    warn_rules(plan, guest);
}

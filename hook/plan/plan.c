#include "plan/plan.h"

#include "base/text.h"
#include "base/tree_sum.h"

#include <stdio.h>
#include <string.h>

void plan_warn(struct plan *plan, enum plan_warning_kind kind, size_t number, const char *name)
{
    struct plan_warning *warning = &plan->warnings[plan->warning_count];

    if (plan->warning_count == PLAN_WARNINGS_MAX)
        return;
    plan->warning_count++;
    *warning = (struct plan_warning){.kind = kind, .number = number};
    snprintf(warning->name, sizeof(warning->name), "%s", name);
}

/* ---- which nodes it is to have --------------------------------------------------------------- */

/* A primary node belongs to a render node when both hang below one device. */
static bool is_card_of_selected(const struct options *options, const struct gpu_list *gpus,
                                const struct gpu_node *card)
{
    if (card->is_render || !options->selection.with_card || !card->device[0])
        return false;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (node->is_render && text_is_equal(node->device, card->device) &&
            select_matches(&options->selection, node))
            return true;
    }
    return false;
}

bool plan_is_wanted(const struct options *options, const struct gpu_list *gpus,
                    const struct gpu_node *node)
{
    return select_matches(&options->selection, node) || is_card_of_selected(options, gpus, node);
}

const struct gpu_node *plan_first_wanted(const struct options *options, const struct gpu_list *gpus)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (plan_is_wanted(options, gpus, &gpus->nodes[i]))
            return &gpus->nodes[i];
    return NULL;
}

bool plan_has_match(const struct options *options, const struct gpu_list *gpus)
{
    return plan_first_wanted(options, gpus) != NULL;
}

int plan_no_match(struct fault *fault)
{
    return fault_set(fault, CAUSE_NO_MATCH, 0);
}

/* ---- who owns them -------------------------------------------------------------------------- */

void plan_group_names(const struct options *options, const char *ret_names[2])
{
    const char *first = options->group ? options->group : "render";

    ret_names[0] = options->has_gid ? "" : first;
    ret_names[1] = options->has_gid || options->group ? "" : "video";
}

int plan_choose_group(const struct options *options, const struct guest_group groups[2],
                      struct plan *ret, struct fault *fault)
{
    struct plan_owner *owner = &ret->owner;

    if (options->has_gid) {
        owner->guest_gid = options->gid;
        return 0;
    }
    if (groups[0].found) {
        owner->guest_gid = groups[0].gid;
        snprintf(owner->group, sizeof(owner->group), "%s",
                 options->group ? options->group : "render");
        return 0;
    }
    if (options->group)
        return fault_set(fault, CAUSE_NO_GROUP, 0, .name = options->group);
    owner->guest_gid = groups[1].found ? groups[1].gid : 0;
    snprintf(owner->group, sizeof(owner->group), "%s", groups[1].found ? "video" : "root");
    plan_warn(ret,
              groups[0].has_no_file    ? WARN_NO_GROUP_FILE
              : groups[0].is_elsewhere ? WARN_GROUP_ELSEWHERE
                                       : WARN_NO_RENDER_GROUP,
              owner->guest_gid, owner->group);
    return 0;
}

static int map_id(const struct idmap *map, unsigned char kind, uint32_t inside, uint32_t *ret,
                  struct fault *fault)
{
    if (idmap_to_outside(map, inside, ret))
        return 0;
    return fault_set(fault, CAUSE_ID_UNMAPPED, 0, .a = inside, .b = kind);
}

/* The hook becomes the container's root, whoever starts it. */
int plan_map_root(const struct guest *guest, struct plan *plan, struct fault *fault)
{
    int r = map_id(&guest->uids, 'u', 0, &plan->root_uid, fault);

    return r == 0 ? map_id(&guest->gids, 'g', 0, &plan->root_gid, fault) : r;
}

static int map_group(const struct guest *guest, struct plan *plan, struct fault *fault)
{
    struct plan_owner *owner = &plan->owner;
    int r = map_id(&guest->gids, 'g', owner->guest_gid, &owner->host_gid, fault);

    if (r < 0)
        snprintf(fault->name, sizeof(fault->name), "%s", owner->group);
    return r;
}

static int map_owner(const struct options *options, const struct guest *guest, struct plan *plan,
                     struct fault *fault)
{
    struct plan_owner *owner = &plan->owner;
    int r = plan_map_root(guest, plan, fault);

    owner->guest_uid = options->user;
    if (r == 0)
        r = map_id(&guest->uids, 'u', owner->guest_uid, &owner->host_uid, fault);
    return r == 0 ? map_group(guest, plan, fault) : r;
}

/*
 * The mode says by which right a user is meant to get in: by the group (0660), as the owner (0600)
 * or as anybody (0606). The witness has just that right, so the proof proves the usual way in.
 */
static void choose_witness(const struct guest *guest, struct plan *plan)
{
    const struct plan_owner *owner = &plan->owner;
    struct plan_witness *witness = &plan->witness;
    bool by_group = (plan->mode & 0060) == 0060;
    bool by_owner = !by_group && (plan->mode & 0600) == 0600;

    witness->guest_gid = owner->guest_gid;
    if (!by_group && !idmap_ordinary(&guest->gids, owner->guest_gid, &witness->guest_gid))
        witness->guest_gid = owner->guest_gid;
    if (by_owner || !idmap_ordinary(&guest->uids, owner->guest_uid, &witness->guest_uid))
        witness->guest_uid = owner->guest_uid;
}

/* ---- the steps ------------------------------------------------------------------------------ */

static struct op *op_add(struct plan *plan, enum op_kind kind)
{
    struct op *op = &plan->ops[plan->op_count++];

    *op = (struct op){.kind = kind};
    return op;
}

/* The names that udev gives on the host: pci-0000:00:02.0-render, platform-vgem-render. */
void plan_link_name(const struct gpu_node *node, char *ret, size_t size)
{
    const char *kind = node->is_render ? "render" : "card";

    ret[0] = '\0';
    if (node->pci[0])
        snprintf(ret, size, "pci-%s-%s", node->pci, kind);
    else if (node->device[0])
        snprintf(ret, size, "platform-%s-%s", node->device, kind);
}

static void add_node(struct plan *plan, const struct gpu_node *node)
{
    struct op *op = op_add(plan, OP_NODE);
    char link[sizeof(op->name) - 8];

    op->gpu = node;
    snprintf(op->name, sizeof(op->name), "%s", node->name);
    plan_link_name(node, link, sizeof(link));
    if (!link[0])
        return;
    op = op_add(plan, OP_LINK);
    snprintf(op->name, sizeof(op->name), "by-path/%s", link);
    snprintf(op->target, sizeof(op->target), "../%s", node->name);
}

static bool is_planned(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE && text_is_equal(plan->ops[i].name, name))
            return true;
    return false;
}

bool plan_keeps(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_KEEP && text_is_equal(plan->ops[i].name, name))
            return true;
    return false;
}

static void add_kept(struct plan *plan, const struct guest *guest)
{
    for (size_t i = 0; i < guest->node_count; i++) {
        const char *name = guest->nodes[i].name;
        if (is_planned(plan, name))
            continue;
        if (!guest->config.brings_dri)
            plan_warn(plan, WARN_KEPT, 0, name);
        snprintf(op_add(plan, OP_KEEP)->name, sizeof(plan->ops[0].name), "%s", name);
    }
}

int plan_build(const struct options *options, const struct gpu_list *gpus,
               const struct guest *guest, const struct guest_group groups[2], struct plan *ret,
               struct fault *fault)
{
    int r;

    memset(ret, 0, offsetof(struct plan, ops));
    ret->mode = options->mode;
    if (!plan_has_match(options, gpus))
        return plan_no_match(fault);
    r = plan_choose_group(options, groups, ret, fault);
    if (r == 0)
        r = map_owner(options, guest, ret, fault);
    if (r < 0)
        return r;
    choose_witness(guest, ret);
    for (size_t i = 0; i < gpus->count; i++)
        if (plan_is_wanted(options, gpus, &gpus->nodes[i]))
            add_node(ret, &gpus->nodes[i]);
    add_kept(ret, guest);
    plan_warn_config(ret, gpus, guest);
    return 0;
}

uint64_t plan_tree_sum(const struct plan *plan)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        struct tree_entry entry = {.kind = 'k', .name = op->name};
        if (op->kind == OP_LINK)
            entry = (struct tree_entry){.kind = 'l', .name = op->name, .target = op->target};
        if (op->kind == OP_NODE)
            entry = (struct tree_entry){'n',
                                        op->name,
                                        NULL,
                                        op->gpu->node_minor,
                                        plan->owner.guest_uid,
                                        plan->owner.guest_gid,
                                        plan->mode};
        tree_sum_add(&sum, &entry);
    }
    return sum;
}

/* ---- containers that an ordinary user starts ------------------------------------------------- */

bool plan_is_usable_as_it_is(const struct gpu_node *node, bool is_gid_mapped, uint32_t gid_inside,
                             uint32_t guest_gid)
{
    if ((node->mode & 0006) == 0006)
        return true;
    return is_gid_mapped && gid_inside == guest_gid && (node->mode & 0060) == 0060;
}

bool plan_lets_group_in(const struct guest *guest, const struct plan_owner *owner,
                        const struct gpu_node *node)
{
    uint32_t inside = 0;
    bool is_mapped = idmap_to_inside(&guest->gids, node->gid, &inside);

    return plan_is_usable_as_it_is(node, is_mapped, inside, owner->guest_gid);
}

static bool is_in_guest(const struct guest *guest, const char *name)
{
    for (size_t i = 0; i < guest->node_count; i++)
        if (text_is_equal(guest->nodes[i].name, name))
            return true;
    return false;
}

const struct gpu_node *plan_left_unbound(const struct options *options, const struct gpu_list *gpus,
                                         const struct guest *guest, const struct plan_owner *owner)
{
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (plan_is_wanted(options, gpus, node) && !is_in_guest(guest, node->name) &&
            plan_lets_group_in(guest, owner, node))
            return node;
    }
    return NULL;
}

int plan_build_bound(const struct options *options, const struct gpu_list *gpus,
                     const struct guest *guest, const struct guest_group groups[2],
                     struct plan *ret, struct fault *fault)
{
    int r;

    memset(ret, 0, offsetof(struct plan, ops));
    ret->is_bound = true;
    ret->mode = 0660; /* the witness comes by the group */
    if (!plan_has_match(options, gpus))
        return plan_no_match(fault);
    r = plan_choose_group(options, groups, ret, fault);
    if (r == 0)
        r = plan_map_root(guest, ret, fault);
    if (r == 0)
        r = map_group(guest, ret, fault);
    if (r < 0)
        return r;
    ret->owner.guest_uid = options->user;
    choose_witness(guest, ret);
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (!plan_is_wanted(options, gpus, node) || !is_in_guest(guest, node->name))
            continue;
        struct op *op = op_add(ret, OP_NODE);
        op->gpu = node;
        snprintf(op->name, sizeof(op->name), "%s", node->name);
    }
    plan_warn_init(ret, guest);
    return 0;
}

/* ---- what an id map lacks -------------------------------------------------------------------- */

int plan_gid_pair(const struct gpu_node *node, const struct plan_owner *owner, struct fault *fault)
{
    if (owner->guest_gid == 0)
        return fault_set(fault, owner->group[0] ? CAUSE_ROOT_IS_NO_RENDER : CAUSE_ROOT_KEEPS_GID,
                         0);
    if (node->gid == 0)
        return fault_set(fault, CAUSE_HOST_ROOT_GROUP, 0, .name = node->name);
    return 0;
}

int plan_unmapped(const struct gpu_node *node, const struct plan_owner *owner,
                  const struct guest *guest, struct fault *fault)
{
    int r = plan_gid_pair(node, owner, fault);

    if (r < 0)
        return r;
    if (!idmap_has(&guest->gids, owner->guest_gid))
        return fault_set(fault, CAUSE_ID_UNMAPPED, 0, .a = owner->guest_gid, .b = 'g');
    return fault_set(fault, CAUSE_GID_UNMAPPED, 0, .a = node->gid, .b = owner->guest_gid,
                     .name = node->name, .detail = owner->group);
}

/* What an id map lacks: an id of the guest, or the host's group of a node. */
#include "plan/unmapped.h"

#include "plan/idmap_clash.h"

#include <errno.h>
#include <stdbool.h>

#define USUAL_IDS 65536u

struct idmap_gap idmap_gap_find(const struct idmap *map, uint32_t inside)
{
    struct idmap_gap gap = {-1, -1};

    for (ssize_t i = 0; i < (ssize_t)map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (extent->inside < inside &&
            (gap.before < 0 || extent->inside > map->extents[gap.before].inside))
            gap.before = i;
        if (extent->inside > inside &&
            (gap.after < 0 || extent->inside < map->extents[gap.after].inside))
            gap.after = i;
    }
    return gap;
}

bool idmap_cover(const struct idmap *map, uint32_t inside, struct idmap_gap gap, struct idmap *ret)
{
    struct idmap_clash clash;

    if (gap.before < 0)
        return false;
    *ret = *map;
    struct idmap_extent *extent = &ret->extents[gap.before];
    uint64_t end = gap.after >= 0           ? ret->extents[gap.after].inside
                   : inside < USUAL_IDS - 1 ? USUAL_IDS
                                            : (uint64_t)inside + 1;
    if (extent->outside + (end - extent->inside) > UINT32_MAX)
        return false;
    extent->length = (uint32_t)(end - extent->inside);
    return !idmap_find_clash(ret, &clash);
}

static int map_full(struct fault *fault)
{
    return fault_set(fault, CAUSE_MAP_FULL, 0, .a = IDMAP_EXTENTS_MAX);
}

int plan_untangle(const struct idmap *map, struct idmap *ret, struct fault *fault)
{
    return idmap_untangle(map, ret) < 0 ? map_full(fault) : 0;
}

int plan_redirect(const struct idmap *gids, uint32_t inside, uint32_t outside,
                  struct idmap_change *ret, struct fault *fault)
{
    int r = idmap_redirect(gids, inside, outside, ret);

    if (r == -ENOENT)
        return fault_set(fault, CAUSE_ID_UNMAPPED, 0, .a = inside, .b = 'g');
    return r < 0 ? map_full(fault) : 0;
}

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
    struct idmap_change change;
    int r = plan_gid_pair(node, owner, fault);

    if (r == 0)
        r = plan_redirect(&guest->gids, owner->guest_gid, node->gid, &change, fault);
    return r < 0 ? r
                 : fault_set(fault, CAUSE_GID_UNMAPPED, 0, .a = node->gid, .b = owner->guest_gid,
                             .name = node->name, .detail = owner->group);
}

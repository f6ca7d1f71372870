#include "plan/idmap_redirect.h"

#include <errno.h>

/* Adds what is left of `extent` without the single guest id `inside`. */
static int add_without(struct idmap *map, struct idmap_extent extent, uint32_t inside)
{
    uint32_t offset = inside - extent.inside;
    int r;

    if (inside < extent.inside || offset >= extent.length)
        return idmap_add(map, extent);
    r = idmap_add(map, (struct idmap_extent){extent.inside, extent.outside, offset});
    if (r == 0)
        r = idmap_add(map,
                      (struct idmap_extent){inside + 1, extent.outside + offset + 1,
                                            extent.length - offset - 1});
    return r;
}

static int set_one(struct idmap *map, uint32_t inside, uint32_t outside)
{
    struct idmap next = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < map->count; i++)
        r = add_without(&next, map->extents[i], inside);
    if (r == 0)
        r = idmap_add(&next, (struct idmap_extent){inside, outside, 1});
    if (r == 0)
        *map = next;
    return r;
}

int idmap_redirect(const struct idmap *map, uint32_t inside, uint32_t outside,
                   struct idmap_change *ret)
{
    struct idmap_change change = {.map = *map};
    uint32_t before;
    int r = 0;

    if (!idmap_to_outside(map, inside, &before))
        return -ENOENT;
    change.is_same = before == outside;
    change.has_moved = !change.is_same && idmap_to_inside(map, outside, &change.moved_inside);
    change.moved_outside = before;
    if (change.has_moved)
        r = set_one(&change.map, change.moved_inside, before);
    if (r == 0 && !change.is_same)
        r = set_one(&change.map, inside, outside);
    if (r < 0)
        return r;
    idmap_tidy(&change.map);
    *ret = change;
    return 0;
}

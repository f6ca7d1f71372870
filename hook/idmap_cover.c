#include "idmap_cover.h"

#include "advice_config.h"
#include "exit_status.h"
#include "idmap_redirect.h"

#include <stdbool.h>

#define USUAL_IDS 65536u

/* The extents next to an id that is in none; -1: there is none on that side. */
struct neighbours {
    ssize_t before, after;
};

static struct neighbours neighbours_find(const struct idmap *map, uint32_t inside)
{
    struct neighbours near = {-1, -1};

    for (ssize_t i = 0; i < (ssize_t)map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (extent->inside < inside &&
            (near.before < 0 || extent->inside > map->extents[near.before].inside))
            near.before = i;
        if (extent->inside > inside &&
            (near.after < 0 || extent->inside < map->extents[near.after].inside))
            near.after = i;
    }
    return near;
}

static bool cover(const struct idmap *map, uint32_t inside, struct neighbours near,
                  struct idmap *ret)
{
    struct idmap_clash clash;
    struct err ignored;

    if (near.before < 0)
        return false;
    *ret = *map;
    struct idmap_extent *extent = &ret->extents[near.before];
    uint64_t end = near.after >= 0          ? ret->extents[near.after].inside
                   : inside < USUAL_IDS - 1 ? USUAL_IDS
                                            : (uint64_t)inside + 1;
    if (extent->outside + (end - extent->inside) > UINT32_MAX)
        return false;
    extent->length = (uint32_t)(end - extent->inside);
    /* Ordered, and neighbours that go on where the other ends made one. */
    return !idmap_find_clash(ret, &clash) && idmap_untangle(ret, ret, &ignored) == 0;
}

int idmap_outside(const struct idmap *map, char kind, uint32_t inside, struct err *err)
{
    struct neighbours near = neighbours_find(map, inside);
    struct idmap covering;
    char ranges[160];
    int r =
        err_set(err, STATUS_OWNERSHIP, 0, "guest %cid %u is outside the container's id map (%s)",
                kind, inside, idmap_describe(map, ranges, sizeof(ranges)));

    if (near.before >= 0 && near.after >= 0) {
        const struct idmap_extent *a = &map->extents[near.before];
        const struct idmap_extent *b = &map->extents[near.after];
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "guest %cid %u is not mapped: the lines 'lxc.idmap = %c %u %u %u' and "
                    "'lxc.idmap = %c %u %u %u' leave a hole",
                    kind, inside, kind, a->inside, a->outside, a->length, kind, b->inside,
                    b->outside, b->length);
    }
    if (cover(map, inside, near, &covering))
        advice_map(&covering, kind, err);
    else
        err_fix(err, "# the lxc.idmap = %c lines have to name it", kind);
    return r;
}

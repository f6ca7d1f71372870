#include "plan/idmap_cover.h"

#include "exit_status.h"
#include "plan/idmap_clash.h"
#include "say/advice_config.h"

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

/* The map with the extent before `inside` made longer. */
static bool cover(const struct idmap *map, uint32_t inside, struct neighbours near,
                  struct idmap *ret)
{
    struct idmap_clash clash;

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
    return !idmap_find_clash(ret, &clash);
}

/* The whole new map; where that is too long, only the line that becomes another one. */
static void fix_cover(const struct idmap *covering, const struct idmap_extent *before, size_t at,
                      char kind, struct err *err)
{
    struct idmap tidy;
    struct err ignored;

    /* Ordered, and neighbours that go on where the other ends made one. */
    if (idmap_untangle(covering, &tidy, &ignored) == 0 && advice_map(&tidy, kind, err))
        return;
    err_fix(err, "# in place of the config's line lxc.idmap = %c %u %u %u", kind, before->inside,
            before->outside, before->length);
    err_fix(err, "lxc.idmap = %c %u %u %u", kind, before->inside, before->outside,
            covering->extents[at].length);
}

int idmap_outside(const struct idmap *map, char kind, uint32_t inside, struct err *err)
{
    struct neighbours near = neighbours_find(map, inside);
    struct idmap covering;
    char ranges[160];
    int r;

    if (near.before < 0 || near.after < 0) {
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "guest %cid %u is outside the container's id map (%s)", kind, inside,
                    idmap_describe(map, ranges, sizeof(ranges)));
    } else {
        const struct idmap_extent *a = &map->extents[near.before];
        const struct idmap_extent *b = &map->extents[near.after];
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "guest %cid %u is not mapped: the lines 'lxc.idmap = %c %u %u %u' and "
                    "'lxc.idmap = %c %u %u %u' leave a hole",
                    kind, inside, kind, a->inside, a->outside, a->length, kind, b->inside,
                    b->outside, b->length);
    }
    if (cover(map, inside, near, &covering))
        fix_cover(&covering, &map->extents[near.before], (size_t)near.before, kind, err);
    else
        err_fix(err, "# the lxc.idmap = %c lines have to name it", kind);
    return r;
}

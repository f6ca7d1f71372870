#include "plan/idmap_change.h"

#include <errno.h>
#include <stdlib.h>

/* ---- extents that claim the same ids --------------------------------------------------------- */

static bool ranges_meet(uint32_t a, uint32_t a_length, uint32_t b, uint32_t b_length)
{
    return a < (uint64_t)b + b_length && b < (uint64_t)a + a_length;
}

bool idmap_find_clash(const struct idmap *map, struct idmap_clash *ret)
{
    for (size_t i = 0; i < map->count; i++) {
        for (size_t j = i + 1; j < map->count; j++) {
            const struct idmap_extent *x = &map->extents[i];
            const struct idmap_extent *y = &map->extents[j];
            if (!ranges_meet(x->inside, x->length, y->inside, y->length) &&
                !ranges_meet(x->outside, x->length, y->outside, y->length))
                continue;
            *ret = (struct idmap_clash){i, j};
            return true;
        }
    }
    return false;
}

/* The part of `extent` from `start` to before `end`; both count from its beginning. */
static struct idmap_extent part(struct idmap_extent extent, uint64_t start, uint64_t end)
{
    if (end > extent.length)
        end = extent.length;
    if (start >= end)
        return (struct idmap_extent){0};
    return (struct idmap_extent){extent.inside + (uint32_t)start, extent.outside + (uint32_t)start,
                                 (uint32_t)(end - start)};
}

/*
 * Adds `extent` but for what `taken` already claims: the first clash splits it, and both halves are
 * looked at again. Depth is bounded by the extents there are: each split leaves less.
 */
static int add_unclaimed(const struct idmap *taken, size_t from, struct idmap_extent extent,
                         struct idmap *ret)
{
    for (size_t i = from; extent.length && i < taken->count; i++) {
        const struct idmap_extent *other = &taken->extents[i];
        bool is_inside = ranges_meet(extent.inside, extent.length, other->inside, other->length);
        uint32_t mine = is_inside ? extent.inside : extent.outside;
        uint32_t theirs = is_inside ? other->inside : other->outside;
        if (!is_inside && !ranges_meet(mine, extent.length, theirs, other->length))
            continue;
        uint64_t start = theirs > mine ? theirs - mine : 0;
        uint64_t end = (uint64_t)theirs + other->length - mine;
        int r = add_unclaimed(taken, i, part(extent, 0, start), ret);
        return r < 0 ? r : add_unclaimed(taken, i, part(extent, end, extent.length), ret);
    }
    return idmap_add(ret, extent);
}

static int compare_length(const void *a, const void *b)
{
    const struct idmap_extent *x = a;
    const struct idmap_extent *y = b;

    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->inside < y->inside ? -1 : x->inside > y->inside;
}

int idmap_untangle(const struct idmap *map, struct idmap *ret)
{
    struct idmap by_length = *map;
    struct idmap sound = {0};
    int r = 0;

    qsort(by_length.extents, by_length.count, sizeof(by_length.extents[0]), compare_length);
    for (size_t i = 0; r == 0 && i < by_length.count; i++) {
        const struct idmap taken = sound;
        r = add_unclaimed(&taken, 0, by_length.extents[i], &sound);
    }
    if (r < 0)
        return r;
    idmap_tidy(&sound);
    *ret = sound;
    return 0;
}

/* ---- one id that stands for another ---------------------------------------------------------- */

/* Adds what is left of `extent` without the single guest id `inside`. */
static int add_without(struct idmap *map, struct idmap_extent extent, uint32_t inside)
{
    uint32_t offset = inside - extent.inside;
    int r;

    if (inside < extent.inside || offset >= extent.length)
        return idmap_add(map, extent);
    r = idmap_add(map, (struct idmap_extent){extent.inside, extent.outside, offset});
    if (r == 0)
        r = idmap_add(map, (struct idmap_extent){inside + 1, extent.outside + offset + 1,
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

/* ---- an id that is left out ------------------------------------------------------------------ */

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

bool idmap_cover_front(const struct idmap *map, uint32_t inside, struct idmap_gap gap,
                       struct idmap *ret)
{
    struct idmap_clash clash;

    if (gap.before >= 0 || gap.after < 0)
        return false;
    *ret = *map;
    struct idmap_extent *extent = &ret->extents[gap.after];
    uint32_t more = extent->inside - inside;
    /* Never down to an id of the host's own. */
    if (extent->outside < more || extent->outside - more < USUAL_IDS ||
        extent->length > UINT32_MAX - more)
        return false;
    extent->inside -= more;
    extent->outside -= more;
    extent->length += more;
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

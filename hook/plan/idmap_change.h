/*
 * The arithmetic of id maps that people do by hand when they split 0 100000 65536 in three. Pure.
 */
#ifndef HOOK_IDMAP_CHANGE_H
#define HOOK_IDMAP_CHANGE_H

#include "base/idmap.h"
#include "facts/fault.h"

#include <sys/types.h>

/* Two extents that claim the same ids, inside or outside; indexes into the map. */
struct idmap_clash {
    size_t first, second;
};

/* False when the map is sound. */
bool idmap_find_clash(const struct idmap *map, struct idmap_clash *ret);

/*
 * Makes a map sound: where extents claim the same guest ids, the shorter one has been written for a
 * purpose and wins; a host id claimed twice goes to the shorter one too, and the other loses it.
 * -E2BIG when the result has too many extents.
 */
int idmap_untangle(const struct idmap *map, struct idmap *ret);

/* One gid of the guest is made to stand for another gid of the host, and nothing else changes. */
struct idmap_change {
    struct idmap map; /* ordered by `inside`, as few extents as can be */
    bool is_same;     /* it maps that way already */
    /*
     * Another guest gid stood for the host gid before. A host gid can be mapped once only, so that
     * one takes over the host gid that was given up.
     */
    bool has_moved;
    uint32_t moved_inside;
    uint32_t moved_outside;
};

/* -ENOENT when `inside` is in no extent, -E2BIG when the result has too many. */
int idmap_redirect(const struct idmap *map, uint32_t inside, uint32_t outside,
                   struct idmap_change *ret);

/* The two of them, and the faults of them. */
int plan_untangle(const struct idmap *map, struct idmap *ret, struct fault *fault);
int plan_redirect(const struct idmap *gids, uint32_t inside, uint32_t outside,
                  struct idmap_change *ret, struct fault *fault);

/* The extents next to an id that is in none; -1: there is none on that side. */
struct idmap_gap {
    ssize_t before, after;
};

struct idmap_gap idmap_gap_find(const struct idmap *map, uint32_t inside);

/*
 * The map with the extent before `inside` made longer: to the next extent or to the usual 65536
 * ids. False where that is not sound.
 */
bool idmap_cover(const struct idmap *map, uint32_t inside, struct idmap_gap gap, struct idmap *ret);

/* The same with the extent behind it made longer at its front, where none is before it. */
bool idmap_cover_front(const struct idmap *map, uint32_t inside, struct idmap_gap gap,
                       struct idmap *ret);

#endif

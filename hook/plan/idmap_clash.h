/* Maps that the kernel refuses: extents that claim the same ids. Pure. */
#ifndef HOOK_IDMAP_CLASH_H
#define HOOK_IDMAP_CLASH_H

#include "base/idmap.h"

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

#endif

/*
 * The id map of a user namespace: extents that say which ids inside are which ids outside.
 * Pure: no system call. Source: user_namespaces(7); at most 340 extents since Linux 4.15.
 */
#ifndef HOOK_IDMAP_H
#define HOOK_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDMAP_EXTENTS_MAX 340

struct idmap_extent {
    uint32_t inside;
    uint32_t outside;
    uint32_t length;
};

struct idmap {
    size_t count;
    struct idmap_extent extents[IDMAP_EXTENTS_MAX];
};

/*
 * Reads the text of /proc/PID/uid_map or gid_map. -EINVAL when it is none, -E2BIG when it has too
 * many extents; *ret has none then.
 */
int idmap_parse(const char *text, struct idmap *ret);

/* Whether `inside` is in an extent. */
bool idmap_has(const struct idmap *map, uint32_t inside);

/* Whether this is the first user namespace's, where every id is what it seems. */
bool idmap_is_initial(const struct idmap *map);

/* The id outside that `inside` stands for; false when it is in no extent. *ret is set on true. */
bool idmap_to_outside(const struct idmap *map, uint32_t inside, uint32_t *ret);

/* The id inside that `outside` shows as; false when it is in no extent. *ret is set on true. */
bool idmap_to_inside(const struct idmap *map, uint32_t outside, uint32_t *ret);

/*
 * An id inside that is mapped, is not 0 and is not `avoid`: somebody ordinary. nobody (65534)
 * first, then the highest one. False when the map has no other id.
 */
bool idmap_ordinary(const struct idmap *map, uint32_t avoid, uint32_t *ret);

/* "0-65535, 70000 and 3 more" into `buffer`: the ids inside that are mapped. Returns buffer. */
const char *idmap_describe(const struct idmap *map, char *buffer, size_t size);

/* Adds an extent, but no empty one. -E2BIG when the map is full. */
int idmap_add(struct idmap *map, struct idmap_extent extent);

/* Orders a map by `inside`, and makes one of neighbours that go on where the other ends. */
void idmap_tidy(struct idmap *map);

#endif

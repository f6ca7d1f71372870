#include "base/idmap.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel separates the three numbers of a line by spaces and ends it with a newline. */
static int extent_parse(char *line, struct idmap_extent *ret)
{
    uint32_t numbers[3];
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (count == 3 || text_to_u32(word, 10, UINT32_MAX, &numbers[count]) < 0)
            return -1;
        count++;
    }
    /* As the kernel has it: no extent is empty or runs over the last id (map_write). */
    if (count != 3 || numbers[2] == 0 || numbers[0] > UINT32_MAX - numbers[2] ||
        numbers[1] > UINT32_MAX - numbers[2])
        return -1;
    *ret = (struct idmap_extent){numbers[0], numbers[1], numbers[2]};
    return 0;
}

int idmap_parse(const char *text, struct idmap *ret)
{
    size_t count = 0;

    ret->count = 0;
    while (*text) {
        const char *end = strchrnul(text, '\n');
        char line[64];
        int length = (int)(end - text);

        if (count == IDMAP_EXTENTS_MAX)
            return -E2BIG;
        snprintf(line, sizeof(line), "%.*s", length, text);
        if (length >= (int)sizeof(line) || extent_parse(line, &ret->extents[count]) < 0)
            return -EINVAL;
        count++;
        text = *end ? end + 1 : end;
    }
    ret->count = count;
    return 0;
}

bool idmap_to_outside(const struct idmap *map, uint32_t inside, uint32_t *ret)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (inside >= extent->inside && inside - extent->inside < extent->length) {
            *ret = extent->outside + (inside - extent->inside);
            return true;
        }
    }
    return false;
}

bool idmap_has(const struct idmap *map, uint32_t inside)
{
    uint32_t unused;

    return idmap_to_outside(map, inside, &unused);
}

bool idmap_is_initial(const struct idmap *map)
{
    return map->count == 1 && map->extents[0].inside == 0 && map->extents[0].outside == 0 &&
           map->extents[0].length == UINT32_MAX;
}

bool idmap_to_inside(const struct idmap *map, uint32_t outside, uint32_t *ret)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (outside >= extent->outside && outside - extent->outside < extent->length) {
            *ret = extent->inside + (outside - extent->outside);
            return true;
        }
    }
    return false;
}

bool idmap_ordinary(const struct idmap *map, uint32_t avoid, uint32_t *ret)
{
    static const uint32_t nobody = 65534;
    uint32_t unused;
    bool found = false;

    if (avoid != nobody && idmap_to_outside(map, nobody, &unused)) {
        *ret = nobody;
        return true;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        uint32_t last = extent->inside + (extent->length - 1);
        if (last == avoid && extent->length > 1)
            last--;
        if (last == 0 || last == avoid || (found && last < *ret))
            continue;
        *ret = last;
        found = true;
    }
    return found;
}

const char *idmap_describe(const struct idmap *map, char *buffer, size_t size)
{
    struct text text = {.data = buffer, .size = size};

    buffer[0] = '\0';
    for (size_t i = 0; i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        char range[32];
        char more[32];
        if (extent->length == 1)
            snprintf(range, sizeof(range), "%s%u", i ? ", " : "", extent->inside);
        else
            snprintf(range, sizeof(range), "%s%u-%u", i ? ", " : "", extent->inside,
                     extent->inside + (extent->length - 1));
        /* What is left has to be counted in the room that this one would take. */
        snprintf(more, sizeof(more), " and %zu more", map->count - i);
        bool is_last = i + 1 == map->count;
        if (text.used + strlen(range) + (is_last ? 0 : strlen(more)) >= size) {
            text_add(&text, "%s", more);
            break;
        }
        text_add(&text, "%s", range);
    }
    return buffer;
}

int idmap_add(struct idmap *map, struct idmap_extent extent)
{
    if (extent.length == 0)
        return 0;
    if (map->count == IDMAP_EXTENTS_MAX)
        return -E2BIG;
    map->extents[map->count++] = extent;
    return 0;
}

static int compare_inside(const void *a, const void *b)
{
    const struct idmap_extent *x = a;
    const struct idmap_extent *y = b;

    return x->inside < y->inside ? -1 : x->inside > y->inside;
}

void idmap_tidy(struct idmap *map)
{
    size_t kept = 0;

    qsort(map->extents, map->count, sizeof(map->extents[0]), compare_inside);
    for (size_t i = 1; i < map->count; i++) {
        struct idmap_extent *last = &map->extents[kept];
        const struct idmap_extent *next = &map->extents[i];
        if ((uint64_t)last->inside + last->length == next->inside &&
            (uint64_t)last->outside + last->length == next->outside)
            last->length += next->length;
        else
            map->extents[++kept] = *next;
    }
    map->count = map->count ? kept + 1 : 0;
}

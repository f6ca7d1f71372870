/* SPDX-License-Identifier: MIT */
#include "system/mounts.h"

#include "base/mountinfo.h"

#include <string.h>

static bool field_read(const char *line, int number, char *ret, size_t size)
{
    struct mountinfo_word word = mountinfo_field(line, number);

    return word.length > 0 && mountinfo_decode(word, ret, size);
}

static bool line_read(const char *line, struct mount_entry *ret)
{
    return field_read(line, MOUNTINFO_DEVICE, ret->device, sizeof(ret->device)) &&
           field_read(line, MOUNTINFO_ROOT, ret->root, sizeof(ret->root)) &&
           field_read(line, MOUNTINFO_PLACE, ret->point, sizeof(ret->point)) &&
           field_read(line, MOUNTINFO_OPTIONS, ret->options, sizeof(ret->options));
}

static bool point_holds(const char *point, const char *path)
{
    size_t length = strlen(point);

    if (strcmp(point, "/") == 0)
        return true;
    return strncmp(point, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool mounts_find(const char *text, const char *path, struct mount_entry *ret)
{
    size_t best = 0;

    for (; *text; text = mountinfo_line_next(text)) {
        struct mount_entry entry;
        if (line_read(text, &entry) && point_holds(entry.point, path) &&
            strlen(entry.point) >= best) {
            best = strlen(entry.point);
            *ret = entry;
        }
    }
    return best > 0;
}

bool mounts_root_line(const char *text, char *ret, size_t size)
{
    bool is_found = false;

    for (; *text; text = mountinfo_line_next(text)) {
        size_t length = strcspn(text, "\n");
        if (mountinfo_word_is(mountinfo_field(text, MOUNTINFO_PLACE), "/")) {
            size_t kept = length < size ? length : size - 1;
            memcpy(ret, text, kept);
            ret[kept] = '\0';
            is_found = true;
        }
    }
    return is_found;
}

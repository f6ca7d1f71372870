#include "system/mounts.h"

#include <string.h>

struct part {
    const char *start;
    size_t length;
};

static bool is_octal(const char *digits)
{
    return strspn(digits, "01234567") >= 3 && digits[0] <= '3';
}

/* Copies one field, with \040 and its like turned back; false when it does not fit. */
static bool part_decode(struct part part, char *to, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < part.length; i++) {
        const char *c = part.start + i;
        unsigned value = (unsigned char)*c;
        if (*c == '\\' && i + 3 < part.length && is_octal(c + 1)) {
            value =
                (unsigned)(c[1] - '0') * 64 + (unsigned)(c[2] - '0') * 8 + (unsigned)(c[3] - '0');
            i += 3;
        }
        if (used + 1 >= size)
            return false;
        to[used++] = (char)value;
    }
    to[used] = '\0';
    return true;
}

/* Field number `index` of the line at `text`, counted from 0. */
static bool part_find(const char *text, unsigned index, struct part *ret)
{
    for (;;) {
        size_t length = strcspn(text, " \n");
        if (index == 0) {
            *ret = (struct part){text, length};
            return length > 0;
        }
        if (text[length] != ' ')
            return false;
        text += length + 1;
        index--;
    }
}

static bool line_read(const char *line, struct mount_entry *ret)
{
    struct part device, root, point, options;

    return part_find(line, 2, &device) && part_find(line, 3, &root) && part_find(line, 4, &point) &&
           part_find(line, 5, &options) && part_decode(device, ret->device, sizeof(ret->device)) &&
           part_decode(root, ret->root, sizeof(ret->root)) &&
           part_decode(point, ret->point, sizeof(ret->point)) &&
           part_decode(options, ret->options, sizeof(ret->options));
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

    while (*text) {
        struct mount_entry entry;
        if (line_read(text, &entry) && point_holds(entry.point, path) &&
            strlen(entry.point) >= best) {
            best = strlen(entry.point);
            *ret = entry;
        }
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return best > 0;
}

bool mounts_root_line(const char *text, char *ret, size_t size)
{
    bool is_found = false;

    while (*text) {
        size_t length = strcspn(text, "\n");
        struct part point;
        if (part_find(text, 4, &point) && point.length == 1 && *point.start == '/') {
            size_t kept = length < size ? length : size - 1;
            memcpy(ret, text, kept);
            ret[kept] = '\0';
            is_found = true;
        }
        text += length;
        text += *text == '\n';
    }
    return is_found;
}

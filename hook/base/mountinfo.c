/* SPDX-License-Identifier: MIT */
#include "base/mountinfo.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FIELD_TAGS 6

/* The next word of the line; length 0 at its end. */
static struct mountinfo_word word_next(const char **at)
{
    struct mountinfo_word word = {.start = *at + strspn(*at, " ")};

    word.length = strcspn(word.start, " \n");
    *at = word.start + word.length;
    return word;
}

bool mountinfo_word_is(struct mountinfo_word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.start, text, word.length) == 0;
}

struct mountinfo_word mountinfo_field(const char *line, int number)
{
    struct mountinfo_word word = word_next(&line);

    while (number-- > 0)
        word = word_next(&line);
    return word;
}

static uint32_t word_number(struct mountinfo_word word)
{
    char text[12];
    uint32_t number = 0;

    if (word.length >= sizeof(text))
        return 0;
    memcpy(text, word.start, word.length);
    text[word.length] = '\0';
    (void)text_to_u32(text, 10, UINT32_MAX, &number);
    return number;
}

/* The number behind `tag` ("shared:", "master:") among the line's tags; 0 when it has none. */
static uint32_t tag_number(const char *line, const char *tag)
{
    size_t length = strlen(tag);
    const char *at = mountinfo_field(line, FIELD_TAGS - 1).start;

    (void)word_next(&at);
    for (struct mountinfo_word word = word_next(&at); word.length && !mountinfo_word_is(word, "-");
         word = word_next(&at))
        if (word.length > length && memcmp(word.start, tag, length) == 0)
            return word_number((struct mountinfo_word){word.start + length, word.length - length});
    return 0;
}

/* "ro,size=64k,uid=100000": an option that begins so. */
static bool has_option(struct mountinfo_word options, const char *begin)
{
    size_t length = strlen(begin);

    for (size_t at = 0; at < options.length; at++)
        if ((at == 0 || options.start[at - 1] == ',') && options.length - at >= length &&
            memcmp(options.start + at, begin, length) == 0)
            return true;
    return false;
}

/*
 * Anybody can name a tmpfs so. But the kernel shows who made it: uid= stands there unless that was
 * the host's root, whom no user namespace of a container's maps.
 */
static bool is_our_tree(const char *line)
{
    const char *at = mountinfo_field(line, FIELD_TAGS - 1).start;
    struct mountinfo_word word = word_next(&at);

    while (word.length && !mountinfo_word_is(word, "-"))
        word = word_next(&at);
    return mountinfo_word_is(word_next(&at), "tmpfs") &&
           mountinfo_word_is(word_next(&at), "lxc-gpu-hook") && !has_option(word_next(&at), "uid=");
}

const char *mountinfo_line_next(const char *line)
{
    line = strchrnul(line, '\n');
    return *line ? line + 1 : line;
}

static bool is_octal(const char *digits)
{
    return strspn(digits, "01234567") >= 3 && digits[0] <= '3';
}

bool mountinfo_decode(struct mountinfo_word word, char *ret, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < word.length; i++) {
        const char *c = word.start + i;
        unsigned value = (unsigned char)*c;
        if (*c == '\\' && i + 3 < word.length && is_octal(c + 1)) {
            value =
                (unsigned)(c[1] - '0') * 64 + (unsigned)(c[2] - '0') * 8 + (unsigned)(c[3] - '0');
            i += 3;
        }
        if (used + 1 >= size)
            return false;
        ret[used++] = (char)value;
    }
    ret[used] = '\0';
    return true;
}

bool mountinfo_shows_our_tree(const char *text)
{
    bool is_ours = false;

    for (const char *line = text; *line; line = mountinfo_line_next(line))
        if (mountinfo_word_is(mountinfo_field(line, MOUNTINFO_PLACE), "/dev/dri"))
            is_ours = is_our_tree(line);
    return is_ours;
}

uint32_t mountinfo_peer_group(const char *text, uint32_t id)
{
    for (const char *line = text; *line; line = mountinfo_line_next(line))
        if (word_number(mountinfo_field(line, MOUNTINFO_ID)) == id)
            return tag_number(line, "shared:");
    return 0;
}

bool mountinfo_hears_group(const char *text, uint32_t group)
{
    for (const char *line = text; group && *line; line = mountinfo_line_next(line))
        if (tag_number(line, "shared:") == group || tag_number(line, "master:") == group)
            return true;
    return false;
}

/* What stands behind the tags, which are as many as there are. */
static struct mountinfo_word type_word(const char *line)
{
    const char *at = mountinfo_field(line, FIELD_TAGS - 1).start;
    struct mountinfo_word word = word_next(&at);

    while (word.length && !mountinfo_word_is(word, "-"))
        word = word_next(&at);
    return word_next(&at);
}

/* "fuse", "fuseblk" and "fuse.NAME", which the file system's server may choose. */
static bool is_fuse(const char *line, uint32_t *ret_connection)
{
    struct mountinfo_word type = type_word(line);
    struct mountinfo_word device = mountinfo_field(line, MOUNTINFO_DEVICE);

    if (type.length < 4 || memcmp(type.start, "fuse", 4) != 0 || device.length < 3 ||
        memcmp(device.start, "0:", 2) != 0)
        return false;
    *ret_connection = word_number((struct mountinfo_word){device.start + 2, device.length - 2});
    return true;
}

static bool has_device(const char *text, uint32_t connection)
{
    uint32_t other;

    for (const char *line = text; *line; line = mountinfo_line_next(line))
        if (is_fuse(line, &other) && other == connection)
            return true;
    return false;
}

size_t mountinfo_fuse_connections(const char *text, const char *but_of, uint32_t *ret, size_t max)
{
    size_t count = 0;

    for (const char *line = text; *line && count < max; line = mountinfo_line_next(line)) {
        uint32_t connection;
        bool is_known = !is_fuse(line, &connection) || has_device(but_of, connection);
        for (size_t i = 0; !is_known && i < count; i++)
            is_known = ret[i] == connection;
        if (!is_known)
            ret[count++] = connection;
    }
    return count;
}

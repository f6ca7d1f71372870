#include "base/mountinfo.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ID PARENT MAJOR:MINOR ROOT PLACE OPTIONS [TAG:VALUE]... - TYPE SOURCE SUPER_OPTIONS */
enum { FIELD_ID = 0, FIELD_DEVICE = 2, FIELD_PLACE = 4, FIELD_TAGS = 6 };

/* A stretch of the text, not terminated. */
struct word {
    const char *start;
    size_t length;
};

/* The next word of the line; length 0 at its end. */
static struct word word_next(const char **at)
{
    struct word word = {.start = *at + strspn(*at, " ")};

    word.length = strcspn(word.start, " \n");
    *at = word.start + word.length;
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.start, text, word.length) == 0;
}

static struct word field(const char *line, int number)
{
    struct word word = word_next(&line);

    while (number-- > 0)
        word = word_next(&line);
    return word;
}

static uint32_t word_number(struct word word)
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
    const char *at = field(line, FIELD_TAGS - 1).start;

    (void)word_next(&at);
    for (struct word word = word_next(&at); word.length && !word_is(word, "-");
         word = word_next(&at))
        if (word.length > length && memcmp(word.start, tag, length) == 0)
            return word_number((struct word){word.start + length, word.length - length});
    return 0;
}

static bool is_our_tree(const char *line)
{
    const char *at = field(line, FIELD_TAGS - 1).start;
    struct word word = word_next(&at);

    while (word.length && !word_is(word, "-"))
        word = word_next(&at);
    return word_is(word_next(&at), "tmpfs") && word_is(word_next(&at), "lxc-gpu-hook");
}

static const char *line_next(const char *line)
{
    line = strchrnul(line, '\n');
    return *line ? line + 1 : line;
}

bool mountinfo_shows_our_tree(const char *text)
{
    bool is_ours = false;

    for (const char *line = text; *line; line = line_next(line))
        if (word_is(field(line, FIELD_PLACE), "/dev/dri"))
            is_ours = is_our_tree(line);
    return is_ours;
}

uint32_t mountinfo_peer_group(const char *text, uint32_t id)
{
    for (const char *line = text; *line; line = line_next(line))
        if (word_number(field(line, FIELD_ID)) == id)
            return tag_number(line, "shared:");
    return 0;
}

bool mountinfo_hears_group(const char *text, uint32_t group)
{
    for (const char *line = text; group && *line; line = line_next(line))
        if (tag_number(line, "shared:") == group || tag_number(line, "master:") == group)
            return true;
    return false;
}

/* What stands behind the tags, which are as many as there are. */
static struct word type_word(const char *line)
{
    const char *at = field(line, FIELD_TAGS - 1).start;
    struct word word = word_next(&at);

    while (word.length && !word_is(word, "-"))
        word = word_next(&at);
    return word_next(&at);
}

/* "fuse", "fuseblk" and "fuse.NAME", which the file system's server may choose. */
static bool is_fuse(const char *line, uint32_t *ret_connection)
{
    struct word type = type_word(line);
    struct word device = field(line, FIELD_DEVICE);

    if (type.length < 4 || memcmp(type.start, "fuse", 4) != 0 || device.length < 3 ||
        memcmp(device.start, "0:", 2) != 0)
        return false;
    *ret_connection = word_number((struct word){device.start + 2, device.length - 2});
    return true;
}

static bool has_device(const char *text, uint32_t connection)
{
    uint32_t other;

    for (const char *line = text; *line; line = line_next(line))
        if (is_fuse(line, &other) && other == connection)
            return true;
    return false;
}

size_t mountinfo_fuse_connections(const char *text, const char *but_of, uint32_t *ret, size_t max)
{
    size_t count = 0;

    for (const char *line = text; *line && count < max; line = line_next(line)) {
        uint32_t connection;
        bool is_known = !is_fuse(line, &connection) || has_device(but_of, connection);
        for (size_t i = 0; !is_known && i < count; i++)
            is_known = ret[i] == connection;
        if (!is_known)
            ret[count++] = connection;
    }
    return count;
}

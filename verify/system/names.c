#include "system/names.h"

#include "base/text.h"

#include <string.h>

#define FIELDS_MAX 4
#define ID_LENGTH  16

struct field {
    const char *start;
    size_t length;
};

/* The first fields of the line at `text`; returns how many there are. */
static size_t line_split(const char *text, struct field fields[FIELDS_MAX])
{
    size_t count = 0;
    const char *end = text + strcspn(text, "\n");

    while (count < FIELDS_MAX) {
        size_t length = strcspn(text, ":\n");
        fields[count++] = (struct field){text, length};
        if (text + length >= end)
            break;
        text += length + 1;
    }
    return count;
}

static bool field_is(const struct field *field, const char *word)
{
    return strlen(word) == field->length && memcmp(field->start, word, field->length) == 0;
}

static bool field_number(const struct field *field, uint32_t *ret)
{
    char digits[ID_LENGTH];

    if (field->length >= sizeof(digits))
        return false;
    memcpy(digits, field->start, field->length);
    digits[field->length] = '\0';
    return text_to_u32(digits, 10, UINT32_MAX, ret) == 0;
}

static const char *line_next(const char *text)
{
    text += strcspn(text, "\n");
    return *text ? text + 1 : NULL;
}

/* Goes on to the next line that has an id; NULL at the end. */
static const char *entry_next(const char *text, struct field fields[FIELDS_MAX], size_t *ret_count,
                              uint32_t *ret_id)
{
    for (; text; text = line_next(text)) {
        *ret_count = line_split(text, fields);
        if (*ret_count >= 3 && field_number(&fields[2], ret_id))
            return text;
    }
    return NULL;
}

bool names_find(const char *text, uint32_t id, char *ret, size_t size)
{
    struct field fields[FIELDS_MAX];
    size_t count;
    uint32_t found;

    for (; (text = entry_next(text, fields, &count, &found)); text = line_next(text)) {
        if (found != id || fields[0].length == 0 || fields[0].length >= size)
            continue;
        memcpy(ret, fields[0].start, fields[0].length);
        ret[fields[0].length] = '\0';
        return true;
    }
    return false;
}

bool names_find_id(const char *text, const char *name, uint32_t *ret)
{
    struct field fields[FIELDS_MAX];
    size_t count;
    uint32_t found;

    for (; (text = entry_next(text, fields, &count, &found)); text = line_next(text)) {
        if (!field_is(&fields[0], name))
            continue;
        *ret = found;
        return true;
    }
    return false;
}

static bool list_has(struct field list, const char *word)
{
    while (list.length > 0) {
        const char *comma = memchr(list.start, ',', list.length);
        size_t length = comma ? (size_t)(comma - list.start) : list.length;
        struct field member = {list.start, length};
        if (field_is(&member, word))
            return true;
        if (!comma)
            return false;
        list.start += length + 1;
        list.length -= length + 1;
    }
    return false;
}

bool names_group_lists(const char *group_text, uint32_t gid, const char *user)
{
    struct field fields[FIELDS_MAX];
    const char *text = group_text;
    size_t count;
    uint32_t found;

    for (; (text = entry_next(text, fields, &count, &found)); text = line_next(text)) {
        if (found == gid && count >= 4 && list_has(fields[3], user))
            return true;
    }
    return false;
}

bool names_group_outside(const char *group_text, const char *user, const struct id_map *map,
                         char *ret, size_t size, uint32_t *ret_gid)
{
    struct field fields[FIELDS_MAX];
    const char *text = group_text;
    size_t count;
    uint32_t found;

    for (; (text = entry_next(text, fields, &count, &found)); text = line_next(text)) {
        if (count < 4 || id_map_has(map, found) || !list_has(fields[3], user) ||
            fields[0].length >= size)
            continue;
        memcpy(ret, fields[0].start, fields[0].length);
        ret[fields[0].length] = '\0';
        *ret_gid = found;
        return true;
    }
    return false;
}

bool names_primary_group(const char *passwd_text, const char *user, uint32_t *ret)
{
    struct field fields[FIELDS_MAX];
    const char *text = passwd_text;
    size_t count;
    uint32_t uid;

    for (; (text = entry_next(text, fields, &count, &uid)); text = line_next(text)) {
        if (field_is(&fields[0], user) && count >= 4)
            return field_number(&fields[3], ret);
    }
    return false;
}

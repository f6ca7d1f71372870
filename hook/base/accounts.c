/* SPDX-License-Identifier: MIT */
#include "base/accounts.h"

#include "base/text.h"

#include <string.h>

/* Cuts the first part off `rest`, up to `mark` or the end. False when there is nothing left. */
static bool part_cut(struct part *rest, char mark, struct part *ret)
{
    const char *end;

    if (!rest->at)
        return false;
    end = memchr(rest->at, mark, rest->length);
    *ret = (struct part){rest->at, end ? (size_t)(end - rest->at) : rest->length};
    if (end)
        *rest = (struct part){end + 1, rest->length - ret->length - 1};
    else
        rest->at = NULL;
    return true;
}

bool part_is(const struct part *part, const char *text)
{
    return part->length == strlen(text) && memcmp(part->at, text, part->length) == 0;
}

bool part_copy(const struct part *part, char *ret, size_t size)
{
    if (part->length == 0 || part->length >= size)
        return false;
    memcpy(ret, part->at, part->length);
    ret[part->length] = '\0';
    return true;
}

bool part_id(const struct part *part, uint32_t *ret)
{
    char number[12];

    return part_copy(part, number, sizeof(number)) &&
           text_to_u32(number, 10, UINT32_MAX - 1, ret) == 0;
}

static bool line_read(struct part line, struct account_line *ret)
{
    ret->count = 0;
    while (ret->count < ACCOUNT_FIELDS && part_cut(&line, ':', &ret->fields[ret->count]))
        ret->count++;
    return ret->count > ACCOUNT_ID && part_id(&ret->fields[ACCOUNT_ID], &ret->id);
}

bool account_next(struct part *rest, struct account_line *ret)
{
    struct part line;

    while (part_cut(rest, '\n', &line))
        if (line_read(line, ret))
            return true;
    return false;
}

/* The name is looked at first: there may be very many lines. */
bool account_next_named(struct part *rest, const char *name, struct account_line *ret)
{
    size_t length = strlen(name);
    struct part line;

    while (part_cut(rest, '\n', &line))
        if (line.length > length && line.at[length] == ':' && memcmp(line.at, name, length) == 0 &&
            line_read(line, ret) && part_is(&ret->fields[ACCOUNT_NAME], name))
            return true;
    return false;
}

bool account_lists(const struct account_line *group, const char *user)
{
    struct part rest = group->fields[ACCOUNT_MEMBERS];
    struct part member;

    if (group->count <= ACCOUNT_MEMBERS)
        return false;
    while (part_cut(&rest, ',', &member))
        if (part_is(&member, user))
            return true;
    return false;
}

/* SPDX-License-Identifier: MIT */
#include "facts/subid.h"

#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBID_FILE_MAX (4u << 20)

#define LINE_SIZE 160
#define FREE_MIN  100000u /* where useradd(8) begins, and its step */
#define FREE_STEP 65536u

struct grant {
    const char *owner;
    uint32_t first;
    uint32_t count;
};

/* name-or-uid:first:count */
static bool grant_parse(char *line, struct grant *ret)
{
    char *rest = NULL;
    const char *first;
    const char *count;

    ret->owner = strtok_r(line, ":", &rest);
    first = strtok_r(NULL, ":", &rest);
    count = strtok_r(NULL, ":", &rest);
    return ret->owner && first && count && text_to_u32(first, 10, UINT32_MAX, &ret->first) == 0 &&
           text_to_u32(count, 10, UINT32_MAX, &ret->count) == 0;
}

/* Takes the next grant off the text, into `line`; false at its end. */
static bool grant_next(const char **text, char line[LINE_SIZE], struct grant *ret)
{
    while (**text) {
        const char *start = *text;
        const char *end = strchrnul(start, '\n');
        size_t length = (size_t)(end - start);
        *text = *end ? end + 1 : end;
        if (length >= LINE_SIZE)
            continue;
        memcpy(line, start, length);
        line[length] = '\0';
        if (grant_parse(line, ret))
            return true;
    }
    return false;
}

static bool is_of(const struct grant *grant, const struct account *user)
{
    char uid[16];

    snprintf(uid, sizeof(uid), "%u", user->uid);
    return text_is_equal(grant->owner, user->name) || text_is_equal(grant->owner, uid);
}

static uint64_t end_of(const struct grant *grant)
{
    return (uint64_t)grant->first + grant->count;
}

bool subid_allows(const char *text, const struct account *user, uint32_t own, uint32_t first,
                  uint32_t length)
{
    char line[LINE_SIZE];
    struct grant grant;

    if (length == 1 && first == own)
        return true;
    /* newgidmap wants one entry to hold the whole extent. */
    while (grant_next(&text, line, &grant))
        if (is_of(&grant, user) && grant.first <= first &&
            (uint64_t)first + length <= end_of(&grant))
            return true;
    return false;
}

bool subid_is_others(const char *text, const struct account *user, uint32_t first, uint32_t length)
{
    char line[LINE_SIZE];
    struct grant grant;

    while (grant_next(&text, line, &grant))
        if (!is_of(&grant, user) && grant.count > 1 && first < end_of(&grant) &&
            grant.first < (uint64_t)first + length)
            return true;
    return false;
}

bool subid_find_own(const char *text, const struct account *user, uint32_t length,
                    uint32_t *ret_first)
{
    const char *rest = text;
    char line[LINE_SIZE];
    struct grant grant;

    while (grant_next(&rest, line, &grant)) {
        if (!is_of(&grant, user) || grant.count < length ||
            subid_is_others(text, user, grant.first, length))
            continue;
        *ret_first = grant.first;
        return true;
    }
    return false;
}

bool subid_find_free(const char *text, uint32_t length, uint32_t *ret_first)
{
    uint64_t first = FREE_MIN;
    char line[LINE_SIZE];
    struct grant grant;

    while (grant_next(&text, line, &grant))
        if (end_of(&grant) > first)
            first = FREE_MIN + (end_of(&grant) - FREE_MIN + FREE_STEP - 1) / FREE_STEP * FREE_STEP;
    if (first + length > UINT32_MAX)
        return false;
    *ret_first = (uint32_t)first;
    return true;
}

char *subid_read(const char *path)
{
    char *text;
    size_t size;

    if (file_read_at(AT_FDCWD, path, SUBID_FILE_MAX, &text, &size) < 0)
        return strdup("");
    return text;
}

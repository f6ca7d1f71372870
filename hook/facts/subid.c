#include "facts/subid.h"

#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBID_FILE_MAX (4u << 20)

struct grant {
    uint32_t first;
    uint32_t count;
};

/* name-or-uid:first:count */
static bool grant_parse(char *line, const struct account *user, struct grant *ret)
{
    char uid[16];
    char *rest = NULL;
    const char *owner = strtok_r(line, ":", &rest);
    const char *first = strtok_r(NULL, ":", &rest);
    const char *count = strtok_r(NULL, ":", &rest);

    snprintf(uid, sizeof(uid), "%u", user->uid);
    if (!owner || !first || !count ||
        (!text_is_equal(owner, user->name) && !text_is_equal(owner, uid)))
        return false;
    return text_to_u32(first, 10, UINT32_MAX, &ret->first) == 0 &&
           text_to_u32(count, 10, UINT32_MAX, &ret->count) == 0;
}

/* The end of the granted run that `id` lies in; `id` itself when it is not granted. */
static uint64_t granted_until(const char *text, const struct account *user, uint64_t id)
{
    uint64_t until = id;

    while (*text) {
        const char *end = strchrnul(text, '\n');
        char line[160];
        struct grant grant;
        snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
        if ((size_t)(end - text) < sizeof(line) && grant_parse(line, user, &grant) &&
            grant.first <= id && id < (uint64_t)grant.first + grant.count &&
            (uint64_t)grant.first + grant.count > until)
            until = (uint64_t)grant.first + grant.count;
        text = *end ? end + 1 : end;
    }
    return until;
}

bool subid_allows(const char *text, const struct account *user, uint32_t own, uint32_t first,
                  uint32_t length)
{
    uint64_t end = (uint64_t)first + length;
    uint64_t id = first;

    if (length == 1 && first == own)
        return true;
    /* newgidmap wants one entry to hold the whole extent. */
    return granted_until(text, user, id) >= end;
}

char *subid_read(const char *path)
{
    char *text;
    size_t size;

    if (file_read_at(AT_FDCWD, path, SUBID_FILE_MAX, &text, &size) < 0)
        return strdup("");
    return text;
}

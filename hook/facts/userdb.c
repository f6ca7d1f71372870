/* SPDX-License-Identifier: MIT */
#include "facts/userdb.h"

#include "base/accounts.h"
#include "base/text.h"

#include <string.h>

#define KEY_MAX 32

/* A string of the record's, without its quotes; longer ones are cut, and escapes stay as they are.
 */
static const char *string_take(const char *at, const char *end, char *ret, size_t size)
{
    size_t used = 0;

    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end && used + 1 < size)
            ret[used++] = *at++;
        if (at < end && used + 1 < size)
            ret[used++] = *at;
    }
    ret[used] = '\0';
    return at < end ? at + 1 : end;
}

static bool gid_read(const char *at, const char *end, uint32_t *ret)
{
    struct part number = {.at = at};

    while (at < end && *at >= '0' && *at <= '9')
        at++;
    number.length = (size_t)(at - number.at);
    return part_id(&number, ret);
}

static const char *blanks_skip(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) && *at)
        at++;
    return at;
}

/* Keys of the record itself alone: those of what is inside it, such as "perMachine", are others. */
bool userdb_gid_find(const char *text, size_t size, const char *name, uint32_t *ret)
{
    const char *end = text + size;
    char key[KEY_MAX] = "";
    char value[256];
    bool is_named = false;
    bool has_gid = false;
    uint32_t gid = 0;
    int depth = 0;

    for (const char *at = text; at < end;) {
        if (*at == '"') {
            at = blanks_skip(string_take(at, end, key, sizeof(key)), end);
            if (at == end || *at != ':' || depth != 1)
                continue;
            at = blanks_skip(at + 1, end);
            if (at < end && *at == '"') {
                at = string_take(at, end, value, sizeof(value));
                is_named |= text_is_equal(key, "groupName") && text_is_equal(value, name);
            } else if (text_is_equal(key, "gid")) {
                has_gid = gid_read(at, end, &gid);
            }
            continue;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    }
    if (is_named && has_gid)
        *ret = gid;
    return is_named && has_gid;
}

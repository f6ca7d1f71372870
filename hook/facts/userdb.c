#include "facts/userdb.h"

#include "base/text.h"

#include <stdio.h>
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
    char number[12];
    size_t length = 0;

    while (at + length < end && at[length] >= '0' && at[length] <= '9')
        length++;
    if (length == 0 || length >= sizeof(number))
        return false;
    snprintf(number, sizeof(number), "%.*s", (int)length, at);
    /* 2^32-1 is "no change" to chown(2), never a group. */
    return text_to_u32(number, 10, UINT32_MAX - 1, ret) == 0;
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
    if (!is_named || !has_gid)
        return false;
    *ret = gid;
    return true;
}

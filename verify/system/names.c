/* SPDX-License-Identifier: MIT */
#include "system/names.h"

#include "base/accounts.h"

#include <string.h>

static struct part whole(const char *text)
{
    return (struct part){text, strlen(text)};
}

bool names_find(const char *text, uint32_t id, char *ret, size_t size)
{
    struct part rest = whole(text);
    struct account_line line;

    while (account_next(&rest, &line))
        if (line.id == id && part_copy(&line.fields[ACCOUNT_NAME], ret, size))
            return true;
    return false;
}

bool names_find_id(const char *text, const char *name, uint32_t *ret)
{
    struct part rest = whole(text);
    struct account_line line;

    if (!account_next_named(&rest, name, &line))
        return false;
    *ret = line.id;
    return true;
}

bool names_group_lists(const char *group_text, uint32_t gid, const char *user)
{
    struct part rest = whole(group_text);
    struct account_line group;

    while (account_next(&rest, &group))
        if (group.id == gid && account_lists(&group, user))
            return true;
    return false;
}

bool names_group_outside(const char *group_text, const char *user, const struct idmap *map,
                         char *ret, size_t size, uint32_t *ret_gid)
{
    struct part rest = whole(group_text);
    struct account_line group;

    while (account_next(&rest, &group)) {
        if (idmap_has(map, group.id) || !account_lists(&group, user) ||
            !part_copy(&group.fields[ACCOUNT_NAME], ret, size))
            continue;
        *ret_gid = group.id;
        return true;
    }
    return false;
}

bool names_primary_group(const char *passwd_text, const char *user, uint32_t *ret)
{
    struct part rest = whole(passwd_text);
    struct account_line line;

    return account_next_named(&rest, user, &line) && line.count > ACCOUNT_GID &&
           part_id(&line.fields[ACCOUNT_GID], ret);
}

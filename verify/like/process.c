/* SPDX-License-Identifier: MIT */
/* What /proc says of a process. */
#include "like/like.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *field_find(const char *text, const char *key)
{
    const char *line = strstr(text, key);

    return line ? line + strlen(key) : NULL;
}

/* "Uid:\t1000\t1000\t1000\t1000": the effective one is the second. */
static bool effective_find(const char *text, const char *key, uint32_t *ret)
{
    const char *field = field_find(text, key);
    unsigned long real, effective;

    if (!field || sscanf(field, "%lu %lu", &real, &effective) != 2)
        return false;
    *ret = (uint32_t)effective;
    return true;
}

static void groups_find(const char *text, struct like_process *ret)
{
    const char *field = field_find(text, "\nGroups:");
    char *end;

    ret->group_count = 0;
    while (field && ret->group_count < ACCESS_GROUPS_MAX) {
        field += strspn(field, " \t");
        unsigned long id = strtoul(field, &end, 10);
        if (end == field)
            return;
        ret->groups[ret->group_count++] = (uint32_t)id;
        field = end;
    }
}

bool like_process_parse(const char *text, struct like_process *ret)
{
    const char *bounding = field_find(text, "\nCapBnd:");
    const char *privs = field_find(text, "\nNoNewPrivs:");
    const char *seccomp = field_find(text, "\nSeccomp:");
    const char *filters = field_find(text, "\nSeccomp_filters:");

    if (!effective_find(text, "\nUid:", &ret->uid) || !effective_find(text, "\nGid:", &ret->gid) ||
        !bounding)
        return false;
    groups_find(text, ret);
    ret->bounding = strtoull(bounding, NULL, 16);
    ret->is_no_new_privs = privs && strtoul(privs, NULL, 10) == 1;
    ret->seccomp = seccomp ? (uint32_t)strtoul(seccomp, NULL, 10) : 0;
    ret->filters = filters ? (uint32_t)strtoul(filters, NULL, 10) : 0;
    return true;
}

/* A container's own filter binds both; a service's comes on top. */
bool like_is_filtered(const struct like_process *theirs, const struct like_process *ours)
{
    return theirs->seccomp > ours->seccomp || theirs->filters > ours->filters;
}

bool like_is_labelled(const char *theirs, const char *ours)
{
    return *theirs && !strstr(theirs, "unconfined") && strcmp(theirs, ours) != 0;
}

#include "facts/account.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The answer's line, cut into its fields; false when there is no such entry, or no getent. `key` is
 * a number or a name.
 */
static bool entry_find(const char *database, const char *key, char **ret_line, char *ret_fields[6],
                       size_t fields)
{
    CLEANUP_FREE char *line = NULL;
    struct command command = {.words = {"getent", database}, .count = 2};
    char *rest;
    int status = 0;

    command_add(&command, key);
    if (command_run(&command, &line, &status) < 0 || status != 0)
        return false;
    rest = line;
    rest[strcspn(rest, "\n")] = '\0';
    for (size_t i = 0; i < fields; i++) {
        ret_fields[i] = strsep(&rest, ":");
        if (!ret_fields[i] || (i == 0 && !*ret_fields[i]))
            return false;
    }
    *ret_line = line;
    line = NULL;
    return true;
}

/* passwd(5): name, password, uid, gid, comment, home. */
void account_user(uid_t uid, gid_t gid, struct account *ret)
{
    CLEANUP_FREE char *line = NULL;
    char *fields[6];
    char number[12];

    snprintf(number, sizeof(number), "%u", uid);
    *ret = (struct account){.uid = uid, .gid = gid, .home = "/"};
    if (!entry_find("passwd", number, &line, fields, 6)) {
        snprintf(ret->name, sizeof(ret->name), "%s", number);
        return;
    }
    text_printable(ret->name, sizeof(ret->name), fields[0]);
    ret->has_name = true;
    text_printable(ret->home, sizeof(ret->home), fields[5]);
    (void)text_to_u32(fields[3], 10, UINT32_MAX - 1, &ret->gid);
}

void account_self(struct account *ret)
{
    account_user(geteuid(), getegid(), ret);
    ret->gid = getegid();
}

void account_group(gid_t gid, char *ret, size_t size)
{
    CLEANUP_FREE char *line = NULL;
    char *fields[6];
    char number[12];

    snprintf(number, sizeof(number), "%u", gid);
    if (entry_find("group", number, &line, fields, 4))
        text_printable(ret, size, fields[0]);
    else
        snprintf(ret, size, "%s", number);
}

bool account_gid(const char *name, gid_t *ret)
{
    CLEANUP_FREE char *line = NULL;
    char *fields[6];

    return entry_find("group", name, &line, fields, 4) &&
           text_to_u32(fields[2], 10, UINT32_MAX - 1, ret) == 0;
}

#include "facts/account.h"

#include "base/accounts.h"
#include "base/cleanup.h"
#include "base/command.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The answer's line, which `ret` points into; false when there is no such entry, or no getent. */
static bool entry_find(const char *database, const char *key, char **ret_text,
                       struct account_line *ret)
{
    struct command command = {.words = {"getent", database}, .count = 2};
    struct part rest;
    int status = 0;

    command_add(&command, key);
    if (command_run(&command, ret_text, &status) < 0 || status != 0)
        return false;
    rest = (struct part){*ret_text, strlen(*ret_text)};
    return account_next(&rest, ret) && ret->count > ACCOUNT_MEMBERS &&
           ret->fields[ACCOUNT_NAME].length > 0;
}

static void field_print(const struct account_line *line, enum account_field field, char *ret,
                        size_t size)
{
    char text[256];

    if (part_copy(&line->fields[field], text, sizeof(text)))
        text_printable(ret, size, text);
}

void account_user(uid_t uid, gid_t gid, struct account *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct account_line line;
    char number[12];

    snprintf(number, sizeof(number), "%u", uid);
    *ret = (struct account){.uid = uid, .gid = gid, .home = "/"};
    snprintf(ret->name, sizeof(ret->name), "%s", number);
    if (!entry_find("passwd", number, &text, &line) || line.count <= ACCOUNT_HOME)
        return;
    field_print(&line, ACCOUNT_NAME, ret->name, sizeof(ret->name));
    ret->has_name = true;
    field_print(&line, ACCOUNT_HOME, ret->home, sizeof(ret->home));
    (void)part_id(&line.fields[ACCOUNT_GID], &ret->gid);
}

void account_self(struct account *ret)
{
    account_user(geteuid(), getegid(), ret);
    ret->gid = getegid();
}

void account_group(gid_t gid, char *ret, size_t size)
{
    CLEANUP_FREE char *text = NULL;
    struct account_line line;
    char number[12];

    snprintf(number, sizeof(number), "%u", gid);
    snprintf(ret, size, "%s", number);
    if (entry_find("group", number, &text, &line))
        field_print(&line, ACCOUNT_NAME, ret, size);
}

bool account_gid(const char *name, gid_t *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct account_line line;

    if (!entry_find("group", name, &text, &line))
        return false;
    *ret = line.id;
    return true;
}

/* SPDX-License-Identifier: MIT */
#include "visit/user.h"

#include "base/accounts.h"
#include "base/child.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LOOK_SECONDS 10

/* It becomes a word of the environment: what is no plain path of a directory is "/". */
static void home_take(struct guest_user *user)
{
    user->home[sizeof(user->home) - 1] = '\0';
    if (user->home[0] != '/' || !text_is_shell_word(user->home))
        snprintf(user->home, sizeof(user->home), "/");
}

bool user_text_find(const char *text, size_t size, const char *name, struct guest_user *ret)
{
    struct part rest = {text, size};
    struct account_line line;

    while (account_next_named(&rest, name, &line)) {
        struct guest_user user = {.found = true, .uid = line.id};
        if (line.count < ACCOUNT_FIELDS || !part_id(&line.fields[ACCOUNT_GID], &user.gid))
            continue;
        (void)part_copy(&line.fields[ACCOUNT_HOME], user.home, sizeof(user.home));
        home_take(&user);
        user.groups[user.group_count++] = user.gid;
        *ret = user;
        return true;
    }
    return false;
}

static bool has_group(const struct guest_user *user, uint32_t gid)
{
    for (uint32_t i = 0; i < user->group_count; i++)
        if (user->groups[i] == gid)
            return true;
    return false;
}

bool groups_text_add(const char *text, size_t size, const char *name, struct guest_user *user)
{
    struct part rest = {text, size};
    struct account_line group;

    while (account_next(&rest, &group)) {
        if (!account_lists(&group, name) || has_group(user, group.id))
            continue;
        if (user->group_count == GUEST_USER_GROUPS_MAX)
            return false;
        user->groups[user->group_count++] = group.id;
    }
    return true;
}

int guest_find_user(int root, const char *name, struct guest_user *ret, struct fault *fault)
{
    CLEANUP_FREE char *passwd = NULL;
    CLEANUP_FREE char *group = NULL;
    struct guest_user user = {0};
    size_t passwd_size = 0;
    size_t group_size = 0;
    int r = guest_file_read(root, "etc/passwd", &passwd, &passwd_size, fault);

    if (r < 0 || !passwd || !user_text_find(passwd, passwd_size, name, &user))
        return r;
    r = guest_file_read(root, "etc/group", &group, &group_size, fault);
    if (r < 0)
        return r;
    if (group && !groups_text_add(group, group_size, name, &user))
        return fault_set(fault, CAUSE_USER_GROUPS, 0, .name = name, .a = GUEST_USER_GROUPS_MAX);
    *ret = user;
    return 0;
}

void guest_take_user(const struct guest_user *told, struct guest_user *ret)
{
    *ret = *told;
    home_take(ret);
    if (ret->group_count > GUEST_USER_GROUPS_MAX)
        ret->group_count = 0;
}

/* ---- by a child ------------------------------------------------------------------------------ */

struct look_page {
    struct child_told told;
    struct guest_user user;
};

struct look_job {
    const char *name;
    int root;
    struct look_page *page;
};

static int look_steps(void *memory, int link)
{
    const struct look_job *job = memory;
    const int keep[] = {link, job->root};

    child_keep_only(keep, 2);
    child_leave_output(job->root);
    return guest_find_user(job->root, job->name, &job->page->user, &job->page->told.fault);
}

static int look_run(struct look_job *job, struct fault *fault)
{
    struct child_job work = {.steps = look_steps, .memory = job, .cgroup = -1};
    struct child child = CHILD_NONE;
    bool stays;
    pid_t pid;
    int r;

    work.outcome = &job->page->told.outcome;
    r = child_start(&work, &child);
    if (r < 0)
        return fault_set(fault, CAUSE_NO_LOOKER, -r);
    pid = child.pid;
    if (child_end(&child, child_deadline(LOOK_SECONDS), &stays) < 0)
        return fault_set(fault, CAUSE_NO_ANSWER, 0, .a = LOOK_SECONDS,
                         .b = stays ? (uint32_t)pid : 0);
    return fault_of_child(&job->page->told, CAUSE_LOOKER_KILLED, fault);
}

int guest_user_apart(const char *name, const struct guest *guest, struct guest_user *ret,
                     struct fault *fault)
{
    struct look_job job = {.name = name, .root = guest->root};
    int r;

    job.page = child_memory(sizeof(*job.page));
    if (!job.page)
        return fault_set(fault, CAUSE_NO_LOOKER, ENOMEM);
    r = look_run(&job, fault);
    if (r == 0)
        guest_take_user(&job.page->user, ret);
    (void)munmap(job.page, sizeof(*job.page));
    return r;
}

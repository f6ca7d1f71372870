#include "visit/user.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define FIELDS_MAX   7
#define LOOK_SECONDS 10

/* A part of a text that is not ours, and has no end of its own. */
struct part {
    const char *at;
    size_t length;
};

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

static bool part_is(const struct part *part, const char *text)
{
    return part->length == strlen(text) && memcmp(part->at, text, part->length) == 0;
}

static bool part_id(const struct part *part, uint32_t *ret)
{
    char number[12];

    if (part->length >= sizeof(number))
        return false;
    snprintf(number, sizeof(number), "%.*s", (int)part->length, part->at);
    /* 2^32-1 is "no change" to setresuid(2), never an id. */
    return text_to_u32(number, 10, UINT32_MAX - 1, ret) == 0;
}

static size_t fields_cut(struct part line, struct part ret[FIELDS_MAX])
{
    size_t count = 0;

    while (count < FIELDS_MAX && part_cut(&line, ':', &ret[count]))
        count++;
    return count;
}

/* It becomes a word of the environment: what is no plain path of a directory is "/". */
static void home_take(struct guest_user *user)
{
    user->home[sizeof(user->home) - 1] = '\0';
    if (user->home[0] != '/' || !text_is_shell_word(user->home))
        snprintf(user->home, sizeof(user->home), "/");
}

/* passwd(5): name, password, uid, gid, comment, home, shell. */
bool user_text_find(const char *text, size_t size, const char *name, struct guest_user *ret)
{
    struct part rest = {text, size};
    struct part line;
    struct part fields[FIELDS_MAX] = {{0}};

    while (part_cut(&rest, '\n', &line)) {
        struct guest_user user = {.found = true};
        if (fields_cut(line, fields) < FIELDS_MAX || !part_is(&fields[0], name) ||
            !part_id(&fields[2], &user.uid) || !part_id(&fields[3], &user.gid))
            continue;
        if (fields[5].length < sizeof(user.home))
            snprintf(user.home, sizeof(user.home), "%.*s", (int)fields[5].length, fields[5].at);
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

/* group(5): name, password, gid, members. */
bool groups_text_add(const char *text, size_t size, const char *name, struct guest_user *user)
{
    struct part rest = {text, size};
    struct part line;
    struct part fields[FIELDS_MAX] = {{0}};
    struct part member;
    uint32_t gid;

    while (part_cut(&rest, '\n', &line)) {
        if (fields_cut(line, fields) < 4 || !part_id(&fields[2], &gid))
            continue;
        while (part_cut(&fields[3], ',', &member)) {
            if (!part_is(&member, name) || has_group(user, gid))
                continue;
            if (user->group_count == GUEST_USER_GROUPS_MAX)
                return false;
            user->groups[user->group_count++] = gid;
        }
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

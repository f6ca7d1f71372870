/* SPDX-License-Identifier: MIT */
/*
 * What an ordinary user's own cgroup lets a container of that user do: tried with the right that
 * the container will have, which its user has not: that of the node's group, by a user namespace.
 */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/command.h"
#include "facts/cgroup.h"

#include <sched.h>
#include <stdio.h>

#define TRY_SECONDS 10

struct user_page {
    struct child_outcome outcome;
    enum cgroup_answer answer;
};

struct user_job {
    const struct cgroup_wish *wish;
    struct user_page *page;
};

static int user_steps(void *memory, int link)
{
    const struct user_job *job = memory;
    int unused = -1;
    char go;

    if (unshare(CLONE_NEWUSER) < 0)
        return -errno;
    child_say(link);
    if (child_listen(link, &go, 1, &unused) < 0 || setresgid(0, 0, 0) < 0)
        return -EPERM;
    job->page->answer = cgroup_try_here(job->wish);
    return 0;
}

/* As /etc/subgid lets this user. */
static int map_group(pid_t pid, gid_t gid)
{
    CLEANUP_FREE char *output = NULL;
    char pid_text[16];
    char gid_text[16];
    struct command command = {.words = {"newgidmap", pid_text, "0", gid_text, "1"}, .count = 5};
    int status = 0;
    int r;

    snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
    snprintf(gid_text, sizeof(gid_text), "%u", gid);
    r = command_run(&command, &output, &status);
    return r == 0 && status != 0 ? -EPERM : r;
}

enum cgroup_answer cgroup_try_as_group(gid_t gid, const struct cgroup_wish *wish)
{
    struct user_job job = {.wish = wish};
    struct child child = CHILD_NONE;
    struct child_job work = {.steps = user_steps, .memory = &job, .cgroup = -1};
    int64_t deadline = child_deadline(TRY_SECONDS);
    bool unused;

    job.page = child_memory(sizeof(*job.page));
    if (!job.page)
        return CGROUP_UNKNOWN;
    work.outcome = &job.page->outcome;
    job.page->answer = CGROUP_UNKNOWN;
    if (child_start(&work, &child) < 0)
        return CGROUP_UNKNOWN;
    if (child_hear(&child, deadline) == 0 && map_group(child.pid, gid) == 0)
        (void)child_tell(&child, "g", 1, -1);
    else
        (void)child_kill(&child);
    if (child.pid)
        (void)child_end(&child, deadline, &unused);
    return job.page->outcome.is_finished ? job.page->answer : CGROUP_UNKNOWN;
}

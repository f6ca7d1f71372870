/* SPDX-License-Identifier: MIT */
#include "facts/cgroup.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/command.h"
#include "base/file.h"
#include "base/text.h"
#include "facts/guest.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define TRY_SECONDS   10
#define CGROUP_MAX    (64u << 10)
#define LIST_FILE_MAX (1u << 20)

static const char *const v1_mounts[] = {"/sys/fs/cgroup/devices", NULL};
static const char *const v2_mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", NULL};

bool cgroup_host_is_v1(void)
{
    return access("/sys/fs/cgroup/devices/cgroup.procs", F_OK) == 0;
}

bool cgroup_of(const char *proc_cgroup, char *ret, size_t size)
{
    CLEANUP_FREE char *text = NULL;
    size_t unused;
    bool is_v1;

    return file_read_at(AT_FDCWD, proc_cgroup, CGROUP_MAX, &text, &unused) == 0 &&
           cgroup_path_find(text, ret, size, &is_v1) && is_v1 == cgroup_host_is_v1();
}

/* -1 when there is none. */
static int folder_open(const char *path, bool is_v1)
{
    const char *const *mounts = is_v1 ? v1_mounts : v2_mounts;
    char folder[PATH_MAX + 32];
    int fd = -1;

    for (size_t i = 0; fd < 0 && mounts[i]; i++) {
        snprintf(folder, sizeof(folder), "%s/cgroup.procs", mounts[i]);
        if (access(folder, F_OK) < 0)
            continue;
        snprintf(folder, sizeof(folder), "%s%s", mounts[i], path);
        fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return fd;
}

bool cgroup_exists(const char *path, bool is_v1)
{
    CLEANUP_FD int fd = folder_open(path, is_v1);

    return fd >= 0;
}

char *cgroup_device_list(const char *path)
{
    CLEANUP_FD int folder = folder_open(path, true);
    char *text = NULL;
    size_t unused;

    if (folder < 0 || file_read_at(folder, "devices.list", LIST_FILE_MAX, &text, &unused) < 0)
        return NULL;
    return text;
}

/* ---- trying ---------------------------------------------------------------------------------- */

struct try_page {
    struct child_outcome outcome;
    enum cgroup_answer answer;
};

struct try_job {
    int folder;
    bool is_v1;
    const struct cgroup_wish *wish;
    struct try_page *page;
};

/* On a file system of this process alone, which ends with it. */
static int make_node(const struct stat *st)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("lxc-gpu-hook", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0700,size=64k") < 0)
        return -EIO;
    return mknod("/dev/node", S_IFCHR | 0600, st->st_rdev) < 0 ? -errno : 0;
}

static enum cgroup_answer try_wish(const struct cgroup_wish *wish)
{
    struct stat st;
    int r;

    if (stat(wish->node, &st) < 0 || !S_ISCHR(st.st_mode))
        return CGROUP_UNKNOWN;
    if (wish->is_make)
        r = make_node(&st);
    else
        r = access(wish->node, R_OK | W_OK) < 0 ? -errno : 0;
    if (r == -EPERM)
        return CGROUP_DENIES;
    return r == 0 ? CGROUP_ALLOWS : CGROUP_UNKNOWN;
}

static int try_steps(void *memory, int link)
{
    const struct try_job *job = memory;

    (void)link;
    if (cgroup_join(job->folder, job->is_v1) == 0)
        job->page->answer = try_wish(job->wish);
    return 0;
}

static enum cgroup_answer try_in(int folder, bool is_v1, const struct cgroup_wish *wish)
{
    struct try_job job = {.folder = folder, .is_v1 = is_v1, .wish = wish};
    struct child child = CHILD_NONE;
    struct child_job work = {.steps = try_steps, .memory = &job, .cgroup = -1};
    bool unused;

    job.page = child_memory(sizeof(*job.page));
    if (!job.page)
        return CGROUP_UNKNOWN;
    work.outcome = &job.page->outcome;
    job.page->answer = CGROUP_UNKNOWN;
    if (child_start(&work, &child) < 0 ||
        child_end(&child, child_deadline(TRY_SECONDS), &unused) < 0 ||
        !job.page->outcome.is_finished)
        return CGROUP_UNKNOWN;
    return job.page->answer;
}

enum cgroup_answer cgroup_try(const char *path, bool is_v1, const struct cgroup_wish *wish)
{
    CLEANUP_FD int folder = folder_open(path, is_v1);
    enum cgroup_answer answer;
    char name[40];

    if (folder < 0)
        return CGROUP_UNKNOWN;
    answer = try_in(folder, is_v1, wish);
    if (answer != CGROUP_UNKNOWN || is_v1)
        return answer;
    /* One that has controllers for those below it takes no process; one below it does. */
    snprintf(name, sizeof(name), "lxc-gpu-hook-%d", (int)getpid());
    if (mkdirat(folder, name, 0755) < 0)
        return CGROUP_UNKNOWN;
    CLEANUP_FD int below = openat(folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (below >= 0)
        answer = try_in(below, is_v1, wish);
    (void)unlinkat(folder, name, AT_REMOVEDIR);
    return answer;
}

enum cgroup_answer cgroup_try_here(const struct cgroup_wish *wish)
{
    return try_wish(wish);
}

enum cgroup_answer cgroup_find_denying(const char *path, bool is_v1, const struct cgroup_wish *wish,
                                       char *ret, size_t size)
{
    enum cgroup_answer whole = CGROUP_ALLOWS;
    size_t length = strlen(path);
    char above[PATH_MAX];

    ret[0] = '\0';
    for (size_t end = 1; end <= length; end++) {
        bool is_end = path[end] == '/' || path[end] == '\0';
        if (!is_end && end > 1)
            continue;
        snprintf(above, sizeof(above), "%.*s", (int)end, path);
        enum cgroup_answer answer = cgroup_try(above, is_v1, wish);
        if (answer == CGROUP_DENIES) {
            snprintf(ret, size, "%s", above);
            return answer;
        }
        if (answer == CGROUP_UNKNOWN)
            whole = answer;
    }
    return whole;
}

/* ---- by an ordinary user ---- */

/*
 * What an ordinary user's own cgroup lets a container of that user do: tried with the right that
 * the container will have, which its user has not: that of the node's group, by a user namespace.
 */

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

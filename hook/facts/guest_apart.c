/* SPDX-License-Identifier: MIT */
/* Looking into a container by a child, because its files may never answer. */
#include "base/cleanup.h"
#include "facts/guest.h"

#include <fcntl.h>
#include <sys/stat.h>

#define LOOK_SECONDS 10

struct look_page {
    struct child_told told;
    struct guest_look look;
    struct guest_root_look root;
};

struct look_job {
    const char *const *names;
    const struct guest *guest;
    bool has_dev;
    const char *folder;
    struct look_page *page;
};

static int look_steps(void *memory, int link)
{
    const struct look_job *job = memory;
    CLEANUP_FREE char *mountinfo = guest_mountinfo(job->guest);
    const int keep[] = {link, job->guest->root};

    child_keep_only(keep, 2);
    child_leave_output(job->guest->root);
    return guest_look(job->guest, job->has_dev, mountinfo, job->names, &job->page->look,
                      &job->page->told.fault);
}

/* A root file system has one of these, and so has one that is made by hand. */
static int root_steps(void *memory, int link)
{
    static const char *const folders[] = {"etc", "bin", "usr", "sbin"};
    const struct look_job *job = memory;
    struct guest_root_look *look = &job->page->root;
    int root = open(job->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int keep[] = {link, root};
    struct stat st;

    look->error = root < 0 ? errno : 0;
    if (root < 0)
        return 0;
    child_keep_only(keep, 2);
    child_leave_output(root);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        look->is_mounted |=
            fstatat(root, folders[i], &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
    return 0;
}

static int look_run(struct look_job *job, int (*steps)(void *memory, int link), struct fault *fault)
{
    struct child child = CHILD_NONE;
    struct child_job work = {.steps = steps, .memory = job, .cgroup = -1};
    bool stays;
    pid_t pid;
    int r;

    job->page = child_memory(sizeof(*job->page));
    if (!job->page)
        return fault_set(fault, CAUSE_NO_LOOKER, ENOMEM);
    work.outcome = &job->page->told.outcome;
    r = child_start(&work, &child);
    if (r < 0)
        return fault_set(fault, CAUSE_NO_LOOKER, -r);
    pid = child.pid;
    r = child_end(&child, child_deadline(LOOK_SECONDS), &stays);
    if (r < 0)
        return fault_set(fault, CAUSE_NO_ANSWER, 0, .a = LOOK_SECONDS,
                         .b = stays ? (uint32_t)pid : 0);
    return fault_of_child(&job->page->told, CAUSE_LOOKER_KILLED, fault);
}

int guest_look_apart(const char *const names[2], bool has_dev, struct guest *guest,
                     struct guest_group ret_groups[2], struct fault *fault)
{
    struct look_job job = {.names = names, .guest = guest, .has_dev = has_dev};
    int r;

    if (guest->root < 0) {
        const struct guest_look nothing = {0};
        guest_take_look(guest, &nothing, ret_groups);
        return 0;
    }
    r = look_run(&job, look_steps, fault);
    if (r == 0)
        guest_take_look(guest, &job.page->look, ret_groups);
    return r;
}

int guest_root_apart(const char *folder, struct guest_root_look *ret, struct fault *fault)
{
    struct guest nobody;
    struct look_job job = {.guest = &nobody, .folder = folder};
    int r;

    guest_init(&nobody);
    r = look_run(&job, root_steps, fault);
    if (r == 0)
        *ret = job.page->root;
    return r;
}

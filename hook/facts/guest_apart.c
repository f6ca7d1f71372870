/* Looking into a container by a child, because its files may never answer. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "exit_status.h"
#include "facts/guest.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define LOOK_SECONDS  10
#define FUSE_MAX      4
#define MOUNTINFO_MAX (16u << 20)

/* ---- no answer ------------------------------------------------------------------------------- */

/*
 * The FUSE file systems that the container mounted itself. Those that this host has too serve
 * others as well, such as LXCFS, and are not to be ended.
 */
static void fix_fuse(const struct guest *guest, struct err *err)
{
    CLEANUP_FREE char *theirs = guest_mountinfo(guest);
    CLEANUP_FREE char *ours = NULL;
    uint32_t numbers[FUSE_MAX];
    size_t size;
    size_t count;

    if (!theirs || file_read_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &ours, &size) < 0)
        return;
    count = mountinfo_fuse_connections(theirs, ours, numbers, FUSE_MAX);
    for (size_t i = 0; i < count; i++)
        err_fix(err,
                "echo 1 >/sys/fs/fuse/connections/%u/abort    # ends a FUSE file system that the "
                "container has mounted",
                numbers[i]);
}

int guest_no_answer(const struct guest *guest, int seconds, pid_t stays, struct err *err)
{
    (void)err_set(err, STATUS_UNSAFE_PATH, 0,
                  "no answer from the container's files or the node for %d seconds", seconds);
    if (stays)
        err_add(err, "; process %d of this program still hangs in the kernel", stays);
    fix_fuse(guest, err);
    err_fix(err, "dmesg | grep -iE 'drm|gpu|blocked for|not responding'    # shows what hangs");
    err_fix(err, "# either the GPU, or what is mounted in the container on /, /etc or /dev");
    return -ETIMEDOUT;
}

/* ---- a look ---------------------------------------------------------------------------------- */

struct look_page {
    struct child_outcome outcome;
    struct guest_look look;
    struct guest_root_look root;
};

struct look_job {
    const struct options *options;
    const struct guest *guest;
    bool has_dev;
    const char *folder;
    struct look_page *page;
};

static int look_steps(void *memory, int link, struct err *err)
{
    const struct look_job *job = memory;
    CLEANUP_FREE char *mountinfo = guest_mountinfo(job->guest);
    const int keep[] = {link, job->guest->root};

    child_keep_only(keep, 2);
    child_leave_output(job->guest->root);
    return guest_look(job->guest, job->has_dev, mountinfo, job->options, &job->page->look, err);
}

/* A root file system has one of these, and so has one that is made by hand. */
static int root_steps(void *memory, int link, struct err *err)
{
    static const char *const folders[] = {"etc", "bin", "usr", "sbin"};
    const struct look_job *job = memory;
    struct guest_root_look *look = &job->page->root;
    int root = open(job->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int keep[] = {link, root};
    struct stat st;

    (void)err;
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

static int look_run(struct look_job *job, int (*steps)(void *memory, int link, struct err *err),
                    struct err *err)
{
    struct child child = CHILD_NONE;
    struct child_job work = {.steps = steps, .memory = job, .cgroup = -1};
    bool stays;
    pid_t pid;
    int r;

    job->page = child_memory(sizeof(*job->page));
    if (!job->page)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "look into the container");
    work.outcome = &job->page->outcome;
    r = child_start(&work, &child);
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "make a process that looks into the container");
    pid = child.pid;
    r = child_end(&child, child_deadline(LOOK_SECONDS), &stays);
    if (r < 0)
        return guest_no_answer(job->guest, LOOK_SECONDS, stays ? pid : 0, err);
    return child_result(work.outcome, "the process that looks into the container", err);
}

int guest_look_apart(const struct options *options, bool has_dev, struct guest *guest,
                     struct guest_group ret_groups[2], struct err *err)
{
    struct look_job job = {.options = options, .guest = guest, .has_dev = has_dev};
    int r;

    if (guest->root < 0) {
        const struct guest_look nothing = {0};
        guest_take_look(guest, &nothing, ret_groups);
        return 0;
    }
    r = look_run(&job, look_steps, err);
    if (r == 0)
        guest_take_look(guest, &job.page->look, ret_groups);
    return r;
}

int guest_root_apart(const char *folder, struct guest_root_look *ret, struct err *err)
{
    struct guest nobody;
    struct look_job job = {.guest = &nobody, .folder = folder};
    int r;

    guest_init(&nobody);
    r = look_run(&job, root_steps, err);
    if (r == 0)
        *ret = job.page->root;
    return r;
}

#include "start/undoer.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "facts/lsm.h"
#include "start/attach.h"
#include "start/privilege.h"

#include <sched.h>

#define UNDO_SECONDS 2

static int undoer_steps(void *memory, int link, struct err *err)
{
    const struct start_job *job = memory;
    CLEANUP_FD int tree = -1;
    CLEANUP_FD int none = -1;
    struct lsm lsm;
    char byte;
    int r = 0;

    lsm_leave_apparmor(&lsm);
    if (setns(job->guest.mnt_ns, CLONE_NEWNS) < 0)
        r = err_set(err, STATUS_PRIVILEGE, errno, "enter the container's mount namespace");
    if (r == 0)
        r = privilege_enter(PHASE_UNDO, err);
    child_keep_only(&link, 1);
    child_leave_output(link);
    if (r < 0)
        return r;
    child_say(link);
    if (child_listen(link, &byte, 1, &tree) < 0 || child_listen(link, &byte, 1, &none) < 0)
        return 0;
    return attach_detach(tree);
}

int undoer_start(struct start_job *job, struct err *err)
{
    const struct child_job work = {
        .steps = undoer_steps, .memory = job, .outcome = &job->page->undoer, .cgroup = -1};
    int r = child_start(&work, &job->undoer);

    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "make a process that can undo the mount");
    return 0;
}

int undoer_prepare(struct start_job *job, int tree, struct err *err)
{
    int r = child_hear(&job->undoer, job->deadline);

    if (r == 0)
        r = child_tell(&job->undoer, "t", 1, tree);
    if (r == 0)
        return 0;
    (void)child_kill(&job->undoer);
    r = child_result(&job->page->undoer, "the process that can undo the mount", err);
    return r < 0 ? r : err_set(err, STATUS_INTERNAL, 0, "prepare to undo the mount");
}

bool undoer_undo(struct start_job *job)
{
    const struct child_outcome *outcome = &job->page->undoer;
    bool stays;

    if (!job->undoer.pid || child_tell(&job->undoer, "u", 1, -1) < 0)
        return false;
    return child_end(&job->undoer, child_deadline(UNDO_SECONDS), &stays) == 0 &&
           outcome->is_finished && outcome->result == 0;
}

void undoer_end(struct start_job *job)
{
    (void)child_kill(&job->undoer);
}

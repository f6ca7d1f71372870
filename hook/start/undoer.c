/* SPDX-License-Identifier: MIT */
#include "start/undoer.h"

#include "base/cleanup.h"
#include "facts/lsm.h"
#include "start/attach.h"
#include "start/privilege.h"

#include <sched.h>

#define UNDO_SECONDS 2

static int undoer_steps(void *memory, int link)
{
    const struct start_job *job = memory;
    struct fault *fault = &job->page->undoer.fault;
    CLEANUP_FD int tree = -1;
    CLEANUP_FD int none = -1;
    struct lsm lsm;
    char byte;
    int r = 0;

    lsm_leave_apparmor(&lsm);
    if (setns(job->guest.mnt_ns, CLONE_NEWNS) < 0)
        r = fault_set(fault, CAUSE_ENTER_MNT_NS, errno);
    if (r == 0)
        r = privilege_enter(PHASE_UNDO, fault);
    child_keep_only(&link, 1);
    child_leave_output(link);
    if (r < 0)
        return r;
    child_say(link);
    if (child_listen(link, &byte, 1, &tree) < 0 || child_listen(link, &byte, 1, &none) < 0)
        return 0;
    return attach_detach(tree);
}

int undoer_start(struct start_job *job, struct fault *fault)
{
    const struct child_job work = {
        .steps = undoer_steps, .memory = job, .outcome = &job->page->undoer.outcome, .cgroup = -1};
    int r = child_start(&work, &job->undoer);

    if (r < 0)
        return fault_set(fault, CAUSE_NO_UNDOER, -r);
    return 0;
}

int undoer_prepare(struct start_job *job, int tree, struct fault *fault)
{
    int r = child_hear(&job->undoer, job->deadline);

    if (r == 0)
        r = child_tell(&job->undoer, "t", 1, tree);
    if (r == 0)
        return 0;
    (void)child_kill(&job->undoer);
    r = fault_of_child(&job->page->undoer, CAUSE_UNDOER_KILLED, fault);
    return r < 0 ? r : fault_set(fault, CAUSE_UNDOER_EARLY, 0);
}

bool undoer_undo(struct start_job *job)
{
    const struct child_outcome *outcome = &job->page->undoer.outcome;
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

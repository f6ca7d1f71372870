#include "start/insider.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "facts/lsm.h"
#include "start/attach.h"
#include "start/privilege.h"
#include "start/propagation.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOUNTINFO_MAX (16u << 20)
#define END_SECONDS   2

/* ---- the hook's side ------------------------------------------------------------------------- */

static int insider_steps(void *memory, int link);

int insider_start(struct start_job *job, struct fault *fault)
{
    const struct child_job work = {
        .steps = insider_steps, .memory = job, .outcome = &job->page->insider.outcome, .cgroup = -1};
    int r = child_start(&work, &job->insider);

    job->deadline = child_deadline(START_SECONDS);
    if (r < 0)
        return fault_set(fault, CAUSE_NO_INSIDER, -r);
    return 0;
}

/* It has said that a step is done, or its failure. */
static int insider_hear(struct start_job *job, struct fault *fault)
{
    int r = child_hear(&job->insider, job->deadline);
    pid_t pid = job->insider.pid;

    if (r == 0)
        return 0;
    if (r == -ETIMEDOUT)
        return fault_set(fault, CAUSE_NO_ANSWER, 0, .a = START_SECONDS,
                         .b = child_kill(&job->insider) ? 0 : (uint32_t)pid);
    (void)child_kill(&job->insider);
    r = fault_of_child(&job->page->insider, CAUSE_INSIDER_KILLED, fault);
    return r < 0 ? r : fault_set(fault, CAUSE_INSIDER_EARLY, 0);
}

int insider_read(struct start_job *job, struct fault *fault)
{
    int r = insider_hear(job, fault);

    if (r == 0)
        guest_take_look(&job->guest, &job->page->look, job->groups);
    return r;
}

/* What it is told. */
struct order {
    uint32_t keep; /* which of the nodes that it has found stay: a bit for each */
    bool is_kept;  /* the mount stays */
};

static uint32_t kept_bits(const struct start_job *job)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < job->guest.node_count; i++)
        if (plan_keeps(&job->plan, job->guest.nodes[i].name))
            bits |= 1U << i;
    return bits;
}

int insider_mount(struct start_job *job, int tree, struct fault *fault)
{
    const struct order order = {.keep = kept_bits(job)};
    int r = child_tell(&job->insider, &order, sizeof(order), tree);

    if (r < 0 && r != -EPIPE)
        return fault_set(fault, CAUSE_HAND_OVER, -r);
    job->is_handed_over = true;
    return insider_hear(job, fault);
}

bool insider_end(struct start_job *job, bool is_kept)
{
    const struct order order = {.is_kept = is_kept};
    bool stays;

    if (!job->insider.pid)
        return false;
    /* Who gets no order sees the end of them, and puts back what was there. */
    if (job->is_attach && child_tell(&job->insider, &order, sizeof(order), -1) < 0)
        (void)shutdown(job->insider.link, SHUT_WR);
    return child_end(&job->insider, child_deadline(END_SECONDS), &stays) == 0 &&
           job->page->insider.outcome.is_finished &&
           job->page->insider.outcome.result == 0;
}

/* ---- its own --------------------------------------------------------------------------------- */

/*
 * The group while this is still a process of the host, the user behind: a change of the effective
 * ids makes a process traceable where fs.suid_dumpable is 1, and nobody in the container may trace
 * one of the host. So that lasts for one system call, not for three.
 */
static int become_group(const struct start_job *job)
{
    gid_t gid = job->as_user ? 0 : job->plan.root_gid;

    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0)
        return -errno;
    (void)prctl(PR_SET_DUMPABLE, 0);
    return 0;
}

static int become_user(void)
{
    if (setresuid(0, 0, 0) < 0)
        return -errno;
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the change has cleared it */
    return 0;
}

/* Of the job's descriptors only the container's root is open afterwards. */
static int enter(const struct start_job *job, int link, struct fault *fault)
{
    const struct guest *guest = &job->guest;
    const int keep[] = {link, guest->root};
    int r = job->as_user ? 0 : privilege_enter(PHASE_ENTER, fault);

    if (r < 0)
        return r;
    r = job->as_user ? 0 : become_group(job);
    if (r < 0)
        return fault_set(fault, CAUSE_ENTER_GROUP, -r);
    if (guest->user_ns >= 0 && setns(guest->user_ns, CLONE_NEWUSER) < 0)
        return fault_set(fault, CAUSE_ENTER_USER_NS, errno);
    if (setns(guest->mnt_ns, CLONE_NEWNS) < 0)
        return fault_set(fault, CAUSE_ENTER_MNT_NS, errno);
    child_keep_only(keep, 2);
    child_leave_output(guest->root);
    r = job->as_user ? become_group(job) : 0;
    if (r == 0)
        r = become_user();
    if (r < 0)
        return fault_set(fault, CAUSE_ENTER_USER, -r);
    return privilege_enter(PHASE_ATTACH, fault);
}

/* Where the mount goes, and what becomes of it. */
static int mount_steps(struct start_job *job, int link, const struct lsm *lsm, struct fault *fault)
{
    struct attachment attachment;
    CLEANUP_FD int tree = -1;
    CLEANUP_FD int none = -1;
    struct order order;
    int r;

    if (child_listen(link, &order, sizeof(order), &tree) < 0)
        return 0; /* the hook has given up, and says why */
    guest_take_look(&job->guest, &job->page->look, job->groups);
    r = attach_tree(&job->guest, order.keep, tree, lsm, &attachment, fault);
    if (r < 0)
        return r;
    child_say(link);
    if (job->is_attach) {
        r = child_listen(link, &order, sizeof(order), &none);
        if (r < 0 || !order.is_kept) {
            attach_undo(&attachment);
            return r < 0 ? fault_set(fault, CAUSE_STAY_UNHEARD, -r) : 0;
        }
    }
    attach_close(&attachment);
    return 0;
}

static int insider_steps(void *memory, int link)
{
    struct start_job *job = memory;
    struct fault *fault = &job->page->insider.fault;
    struct guest *guest = &job->guest;
    CLEANUP_FREE char *theirs = guest_mountinfo(guest); /* the kernel's words, read from outside */
    CLEANUP_FREE char *ours = NULL;
    struct lsm lsm;
    const char *names[2];
    size_t size;
    int r;

    plan_group_names(job->options, names);
    if (guest->user_ns < 0)
        (void)file_read_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &ours, &size);
    lsm_leave_apparmor(&lsm);
    r = enter(job, link, fault);
    if (r == 0)
        r = guest_look(guest, true, theirs, names, &job->page->look, fault);
    if (r == 0 && guest->user_ns < 0)
        r = propagation_check(guest, job->page->look.has_dri, theirs, ours, fault);
    if (r < 0)
        return r;
    child_say(link);
    return job->as_user ? 0 : mount_steps(job, link, &lsm, fault);
}

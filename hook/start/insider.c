/* SPDX-License-Identifier: MIT */
#include "start/insider.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "facts/lsm.h"
#include "facts/path.h"
#include "start/attach.h"
#include "start/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOUNTINFO_MAX (16u << 20)
#define END_SECONDS   2

/* ---- the hook's side ------------------------------------------------------------------------- */

static int insider_steps(void *memory, int link);

int insider_start(struct start_job *job, struct fault *fault)
{
    const struct child_job work = {.steps = insider_steps,
                                   .memory = job,
                                   .outcome = &job->page->insider.outcome,
                                   .cgroup = -1};
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
    bool is_off;   /* what an earlier run has mounted comes off, and nothing takes its place */
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

int insider_take_off(struct start_job *job, struct fault *fault)
{
    const struct order order = {.is_off = true};
    int r = child_tell(&job->insider, &order, sizeof(order), -1);

    if (r < 0 && r != -EPIPE)
        return fault_set(fault, CAUSE_HAND_OVER, -r);
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
           job->page->insider.outcome.is_finished && job->page->insider.outcome.result == 0;
}

/* ---- would a mount show on the host? --------------------------------------------------------- */

#define MOUNT_ID_BIT    0x1000U /* STATX_MNT_ID, since Linux 5.8; the C library may be older */
#define MOUNT_ID_OFFSET 0x90

/* Not by /proc/self/fdinfo: the /proc that this process sees is the container's. */
static int mount_id(int fd, uint32_t *ret)
{
    union {
        char bytes[256];
        uint32_t words[64];
    } answer = {0};
    struct file_handle handle = {0};
    int id;

    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, MOUNT_ID_BIT, &answer) == 0 &&
        answer.words[0] & MOUNT_ID_BIT) {
        *ret = answer.words[MOUNT_ID_OFFSET / sizeof(answer.words[0])];
        return 0;
    }
    /* It tells the mount, though there is no room for the handle. */
    if (name_to_handle_at(fd, "", &handle, &id, AT_EMPTY_PATH) < 0 && errno != EOVERFLOW)
        return -errno;
    *ret = (uint32_t)id;
    return 0;
}

/* /dev/dri may be a mount of its own, or a folder that is still to be made. */
static int peer_group(const struct guest *guest, bool has_dri, const char *theirs, uint32_t *ret)
{
    CLEANUP_FD int place = -1;
    uint32_t id = 0;
    int r = path_open(guest->root, has_dri ? "dev/dri" : "dev", PATH_NO_LINKS, &place);

    if (r == 0)
        r = mount_id(place, &id);
    if (r == 0)
        *ret = mountinfo_peer_group(theirs, id);
    return r;
}

/*
 * STATUS_UNSAFE_PATH when the mount that holds the container's /dev/dri passes new mounts on to
 * this host. LXC's containers never do: LXC makes all their mounts slaves, and the kernel does
 * where a user namespace begins, so this
 * is asked of a container without one. A process in a bare mount namespace (attach --pid) may.
 * `theirs` and `ours` are the texts of mountinfo of the container and of this host.
 */
static int propagation_check(const struct guest *guest, bool has_dri, const char *theirs,
                             const char *ours, struct fault *fault)
{
    uint32_t group = 0;
    int r = theirs && ours ? peer_group(guest, has_dri, theirs, &group) : -EIO;

    if (r < 0)
        return fault_set(fault, CAUSE_DEV_SHARED_UNKNOWN, -r);
    return mountinfo_hears_group(ours, group) ? fault_set(fault, CAUSE_DEV_SHARED, 0) : 0;
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
    if (order.is_off) {
        r = attach_take_off(&job->guest, fault);
        if (r == 0)
            child_say(link);
        return r;
    }
    if (tree < 0)
        return 0; /* what is there stays */
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

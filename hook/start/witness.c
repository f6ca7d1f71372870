/* SPDX-License-Identifier: MIT */
#include "start/witness.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/text.h"
#include "facts/guest.h"
#include "facts/lsm.h"
#include "start/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* ---- in the container ------------------------------------------------------------------------ */

static int become_failed(const struct start_job *job, struct fault *fault)
{
    return fault_set(fault, CAUSE_WITNESS_IDS, errno, .a = job->plan.witness.guest_uid);
}

static int become_witness(const struct start_job *job, int link, struct fault *fault)
{
    const struct guest *guest = &job->guest;
    const int keep[] = {link, guest->root};
    uid_t uid = job->plan.witness.guest_uid;
    gid_t gid = job->plan.witness.guest_gid;

    if (!job->as_user && (!idmap_to_outside(&guest->uids, uid, &uid) ||
                          !idmap_to_outside(&guest->gids, gid, &gid))) {
        errno = EINVAL;
        return become_failed(job, fault);
    }
    if (job->as_user && setns(guest->user_ns, CLONE_NEWUSER) < 0)
        return fault_set(fault, CAUSE_ENTER_USER_NS, errno);
    if (setns(guest->mnt_ns, CLONE_NEWNS) < 0)
        return fault_set(fault, CAUSE_ENTER_MNT_NS, errno);
    child_keep_only(keep, 2); /* before a change of ids may make it traceable for a moment */
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return become_failed(job, fault);
    /* The change of ids has undone both. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return privilege_enter(PHASE_PROVE, fault);
}

/* By path from the container's root, as a program there would; the tmpfs is read-only, so no race.
 */
static void prove_node(int root, const struct op *op, struct proof *ret)
{
    CLEANUP_FD int fd = -1;
    char path[96];
    int r;

    snprintf(path, sizeof(path), "dev/dri/%s", op->name);
    /* Who opens a primary node may become the display's master. access(2) asks the mode and the
     * device cgroup (devcgroup_inode_permission in the kernel) and opens nothing. */
    if (!op->gpu->is_render) {
        ret->error = faccessat(root, path, R_OK | W_OK, 0) < 0 ? errno : 0;
        return;
    }
    fd = openat(root, path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) {
        ret->error = errno;
        return;
    }
    r = drm_driver_name(fd, ret->driver, sizeof(ret->driver));
    ret->error = r < 0 ? -r : 0;
}

/* Which folder on the way it is that others may not pass. */
static enum proof_folder shut_folder(int root)
{
    for (int i = PROOF_FOLDER_ROOT; i <= PROOF_FOLDER_DRI; i++) {
        const char *name = proof_folder_name((enum proof_folder)i);
        if (faccessat(root, name[1] ? name + 1 : ".", X_OK, 0) < 0 && errno == EACCES)
            return (enum proof_folder)i;
    }
    return PROOF_FOLDER_NONE;
}

static bool is_dev_null_denied(int root)
{
    CLEANUP_FD int fd = openat(root, "dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);

    return fd < 0 && errno == EPERM;
}

static int witness_steps(void *memory, int link)
{
    const struct start_job *job = memory;
    const int keep[] = {link, job->guest.root, job->guest.mnt_ns, job->guest.user_ns};
    struct start_page *page = job->page;
    struct lsm lsm;
    int r;

    page->is_member =
        job->is_born_member ||
        (job->guest.cgroup >= 0 && cgroup_join(job->guest.cgroup, job->guest.cgroup_is_v1) == 0);
    lsm_leave_apparmor(&lsm);
    child_keep_only(keep, 4);
    child_leave_output(job->guest.root);
    r = become_witness(job, link, &page->witness.fault);
    if (r < 0)
        return r;
    for (size_t i = 0; i < job->plan.op_count; i++)
        if (job->plan.ops[i].kind == OP_NODE)
            prove_node(job->guest.root, &job->plan.ops[i], &page->proofs.nodes[i]);
    page->proofs.is_dev_null_denied = is_dev_null_denied(job->guest.root);
    if (prove_shut_node(&job->plan, &page->proofs))
        page->proofs.shut = shut_folder(job->guest.root);
    return 0;
}

/* ---- the hook's side ------------------------------------------------------------------------- */

/*
 * Where it can (cgroup v2, Linux 5.7) the witness is born in the cgroup. To move a whole process
 * that lives makes the kernel wait for a grace period of RCU (cgroup_threadgroup_rwsem): many times
 * what all the rest of a start takes, and starts at once wait one after the other. On cgroup v1 it
 * moves its one thread, which waits for nothing.
 */
static int witness_start(struct start_job *job, struct child *ret)
{
    struct child_job work = {.steps = witness_steps,
                             .memory = job,
                             .outcome = &job->page->witness.outcome,
                             .cgroup = job->is_born_member ? job->guest.cgroup : -1};
    int r = child_start(&work, ret);

    if (r == 0 || !job->is_born_member)
        return r;
    job->is_born_member = false;
    work.cgroup = -1;
    return child_start(&work, ret);
}

static int witness_wait(struct start_job *job, struct child *child, struct fault *fault)
{
    pid_t pid = child->pid;
    bool stays;

    if (child_end(child, job->deadline, &stays) < 0)
        return fault_set(fault, CAUSE_NO_ANSWER, 0, .a = START_SECONDS,
                         .b = stays ? (uint32_t)pid : 0);
    return 0;
}

/* What it wrote, with its text ended and its one choice among those that there are. */
static void take_proofs(struct start_job *job)
{
    struct proofs *proofs = &job->proofs;
    char driver[sizeof(proofs->nodes[0].driver)];

    proofs->is_dev_null_denied = job->page->proofs.is_dev_null_denied;
    proofs->shut = job->page->proofs.shut;
    if ((unsigned)proofs->shut > PROOF_FOLDER_DRI)
        proofs->shut = PROOF_FOLDER_NONE;
    for (size_t i = 0; i < job->plan.op_count; i++) {
        struct proof *proof = &proofs->nodes[i];
        *proof = job->page->proofs.nodes[i];
        proof->driver[sizeof(proof->driver) - 1] = '\0';
        memcpy(proof->driver, text_printable(driver, sizeof(driver), proof->driver),
               sizeof(driver));
        if (proof->error < 0)
            proof->error = EIO;
    }
}

int witness_run(struct start_job *job, struct fault *fault)
{
    const struct child_outcome *outcome = &job->page->witness.outcome;
    struct child child = CHILD_NONE;
    int r;

    job->is_born_member = job->guest.cgroup >= 0 && !job->guest.cgroup_is_v1;
    r = witness_start(job, &child);
    if (r == 0)
        r = witness_wait(job, &child, fault);
    else
        return fault_set(fault, CAUSE_NO_WITNESS, -r);
    /* Linux 6.18 kills it at its birth where cgroup.kill was ever written to that cgroup. */
    if (r == 0 && job->is_born_member && !outcome->has_begun) {
        job->is_born_member = false;
        r = witness_start(job, &child);
        r = r < 0 ? fault_set(fault, CAUSE_NO_WITNESS, -r) : witness_wait(job, &child, fault);
    }
    if (r < 0)
        return r;
    r = fault_of_child(&job->page->witness, CAUSE_WITNESS_KILLED, fault);
    if (r == 0)
        take_proofs(job);
    return r;
}

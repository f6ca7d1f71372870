#include "start/member.h"

#include "base/cleanup.h"
#include "facts/cgroup.h"
#include "exit_status.h"
#include "base/process_wait.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

void *member_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

/* As fork(2), the child in that cgroup from its first moment. */
static pid_t fork_into(int cgroup)
{
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)cgroup};

    return (pid_t)syscall(__NR_clone3, &args, sizeof(args));
}

__attribute__((noreturn)) static void child_main(const struct member_job *job, pid_t parent)
{
    struct member_outcome *outcome = job->outcome;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    if (!outcome->is_member)
        outcome->is_member = job->cgroup >= 0 && cgroup_join(job->cgroup, job->is_v1) == 0;
    outcome->result = job->steps(job->memory, &outcome->err);
    outcome->is_finished = true;
    _exit(0);
}

static int child_wait(pid_t pid, const struct member_job *job, int gone, struct err *err)
{
    if (job->seconds)
        return process_gone_within(pid, gone, job->seconds) ? 0
                                                            : process_no_answer(job->seconds, err);
    while (waitpid(pid, NULL, 0) < 0)
        if (errno != EINTR)
            return err_set(err, STATUS_INTERNAL, errno, "wait for the process in the container");
    return 0;
}

static int child_collect(const struct member_outcome *outcome, struct err *err)
{
    if (!outcome->is_finished)
        return err_set(err, STATUS_INTERNAL, 0, "the process in the container was killed");
    if (outcome->result < 0)
        *err = outcome->err;
    return outcome->result;
}

static pid_t child_start(const struct member_job *job)
{
    pid_t parent = getpid();
    pid_t pid = -1;

    job->outcome->is_member = job->cgroup >= 0 && !job->is_v1;
    if (job->outcome->is_member)
        pid = fork_into(job->cgroup);
    if (pid < 0) {
        job->outcome->is_member = false;
        pid = fork();
    }
    if (pid == 0)
        child_main(job, parent);
    return pid;
}

int member_run(const struct member_job *job, struct err *err)
{
    /* The end that is held is the child's too: the pipe closes when that one is gone. */
    CLEANUP_FD int gone = -1;
    CLEANUP_FD int held = -1;
    int ends[2];
    pid_t pid;
    int r;

    if (job->seconds) {
        if (pipe2(ends, O_CLOEXEC) < 0)
            return err_set(err, STATUS_INTERNAL, errno, "prepare a process for the container");
        gone = ends[0];
        held = ends[1];
    }
    pid = child_start(job);
    if (pid < 0)
        return err_set(err, STATUS_INTERNAL, errno, "make a process for the container");
    fd_cleanup(&held);
    held = -1;
    r = child_wait(pid, job, gone, err);
    return r == 0 ? child_collect(job->outcome, err) : r;
}

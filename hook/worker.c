#include "worker.h"

#include "attach.h"
#include "base/cleanup.h"
#include "cgroup.h"
#include "enter.h"
#include "exit_status.h"
#include "privilege.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* A start is over in milliseconds; this is for a driver or a file system that never answers. */
#define DEADLINE_SECONDS 10
/* How long a killed worker may take to go: one that hangs inside the kernel may not go at all. */
#define GRACE_SECONDS 2

/* Memory shared with the worker: what it did comes back without a protocol. */
struct report {
    bool finished;
    int result;
    struct err err;
    struct proofs proofs;
};

/* LXC waits for the end of a hook's output: a worker that hangs in the kernel must not hold it
 * open. */
static void leave_output(void)
{
    CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd <= 2 && null > 2; fd++)
        (void)dup2(null, fd);
}

static int worker_steps(const struct worker_task *task, struct proofs *proofs, struct err *err)
{
    char label[LSM_LABEL_MAX];
    int r;

    enter_leave_apparmor(label);
    r = task->as_user ? 0 : privilege_enter(PHASE_ENTER, err);
    if (r == 0 && task->prove)
        proofs->in_cgroup =
            task->guest->cgroup_file[0] && cgroup_join(task->guest->cgroup_file) == 0;
    if (r == 0)
        r = enter_namespaces(task->guest, err);
    if (r == 0 && task->tree >= 0)
        r = attach_tree(task->guest, task->plan, task->tree, label, err);
    if (r == 0 && task->prove)
        r = prove_nodes(task->guest, task->plan, proofs, err);
    return r;
}

__attribute__((noreturn)) static void worker_main(const struct worker_task *task, pid_t parent,
                                                  struct report *report)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    leave_output();
    report->result = worker_steps(task, &report->proofs, &report->err);
    report->finished = true;
    _exit(0);
}

/* Waits for the end of `pid` at most `seconds`; the pipe's other end closes when it is gone. */
static bool is_gone_within(pid_t pid, int pipe_end, int seconds)
{
    struct timespec start;
    struct timespec now;
    struct pollfd wait = {.fd = pipe_end, .events = POLLIN};
    int left = seconds * 1000;

    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    while (left > 0 && poll(&wait, 1, left) < 0 && errno == EINTR) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        left = seconds * 1000 - (int)((now.tv_sec - start.tv_sec) * 1000);
    }
    if (!wait.revents)
        return false;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return true;
}

static int collect(pid_t pid, int pipe_end, const struct report *report, struct err *err)
{
    if (!is_gone_within(pid, pipe_end, DEADLINE_SECONDS)) {
        (void)kill(pid, SIGKILL);
        (void)is_gone_within(pid, pipe_end, GRACE_SECONDS);
        return err_set(err, STATUS_DEAD_NODE, ETIMEDOUT, "no answer for %d seconds",
                       DEADLINE_SECONDS);
    }
    if (!report->finished)
        return err_set(err, STATUS_INTERNAL, 0, "the worker process ended early");
    if (report->result < 0)
        *err = report->err;
    return report->result;
}

int worker_run(const struct worker_task *task, struct proofs *ret, struct err *err)
{
    struct report *report =
        mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t parent = getpid();
    int ends[2];
    pid_t pid;
    int r;

    if (report == MAP_FAILED || pipe2(ends, O_CLOEXEC) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "prepare the worker process");
    pid = fork();
    if (pid == 0)
        worker_main(task, parent, report);
    (void)close(ends[1]);
    if (pid < 0) {
        r = err_set(err, STATUS_INTERNAL, errno, "start the worker process");
    } else {
        r = task->as_user ? 0 : privilege_enter(PHASE_WAIT, err);
        int collected = collect(pid, ends[0], report, err);
        r = r < 0 ? r : collected;
    }
    if (r == 0)
        *ret = report->proofs;
    (void)close(ends[0]);
    (void)munmap(report, sizeof(*report));
    return r;
}

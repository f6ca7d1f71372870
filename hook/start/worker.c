#include "start/worker.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "say/log.h"
#include "start/privilege.h"
#include "base/process_wait.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* A start is over in milliseconds; this is for a driver or a file system that never answers. */
#define DEADLINE_SECONDS 10
/* How long a killed worker may take to go: one that hangs inside the kernel may not go at all. */
#define GRACE_SECONDS 2

/* For the worker: a megabyte is far more than it takes, and what is not touched costs nothing. */
#define STACK_SIZE (1u << 20)
#define GUARD_SIZE (64u << 10)

/* LXC waits for the end of a hook's output: a worker that hangs in the kernel must not hold it
 * open. */
static void leave_output(void)
{
    CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd <= 2; fd++)
        (void)(null > 2 ? dup2(null, fd) : close(fd));
}

/* What parent and worker tell each other: "go" by a byte, "gone" by the end of the pipe. */
struct ends {
    int go[2];
    int gone[2];
};

struct call {
    const struct worker_job *job;
    pid_t parent;
    struct ends ends; /* by number; both processes have descriptors of their own */
    bool is_finished;
    int result;
    struct err err;
};

static int worker_main(void *memory)
{
    struct call *call = memory;
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpgid(0, 0); /* to be killed with the process that it may make */
    (void)close(call->ends.go[1]);
    (void)close(call->ends.gone[0]);
    if (getppid() != call->parent || read(call->ends.go[0], &byte, 1) != 1)
        _exit(1);
    /* Into a container it takes along no descriptor that it does not need. */
    (void)close(call->ends.go[0]);
    log_leave();
    leave_output();
    call->result = call->job->steps(call->job->memory, &call->err);
    call->is_finished = true;
    _exit(0);
}

static int collect(pid_t pid, const struct call *call, struct err *err)
{
    int gone = call->ends.gone[0];

    if (!process_gone_within(pid, gone, DEADLINE_SECONDS)) {
        if (kill(-pid, SIGKILL) < 0)
            (void)kill(pid, SIGKILL);
        (void)process_gone_within(pid, gone, GRACE_SECONDS);
        return process_no_answer(DEADLINE_SECONDS, err);
    }
    if (!call->is_finished)
        return err_set(err, STATUS_INTERNAL, 0, "the worker process was killed");
    if (call->result < 0)
        *err = call->err;
    return call->result;
}

/* The worker begins when its parent has given up what it does not need: all or nothing. */
static int let_go(const struct worker_job *job, const struct ends *ends, struct err *err)
{
    int r = job->keeps_privilege ? 0 : privilege_enter(PHASE_WAIT, err);

    if (r == 0 && write(ends->go[1], "g", 1) != 1)
        return err_set(err, STATUS_INTERNAL, errno, "start the worker process");
    return r;
}

static void ends_close(struct ends *ends)
{
    fd_cleanup(&ends->go[0]);
    fd_cleanup(&ends->go[1]);
    fd_cleanup(&ends->gone[0]);
    fd_cleanup(&ends->gone[1]);
}

/*
 * Kept to the end of this process: a worker that hangs in the kernel still stands on it. Below it
 * a page that faults, for what would run over. NULL when there is no memory.
 */
static char *stack_top(void)
{
    static char *stack;

    if (!stack) {
        char *memory = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory, GUARD_SIZE, PROT_NONE) < 0)
            return NULL;
        stack = memory;
    }
    return stack + GUARD_SIZE + STACK_SIZE;
}

static int run(struct call *call, struct ends *ours, struct err *err)
{
    struct err unused;
    char *stack = stack_top();
    pid_t pid;
    int r;

    if (!stack || pipe2(ours->go, O_CLOEXEC) < 0 || pipe2(ours->gone, O_CLOEXEC) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "prepare the worker process");
    call->ends = *ours;
    pid = clone(worker_main, stack, CLONE_VM | SIGCHLD, call);
    if (pid < 0)
        return err_set(err, STATUS_INTERNAL, errno, "start the worker process");
    r = let_go(call->job, ours, err);
    /*
     * Without its byte the worker sees the end of this pipe, and ends. Not by fd_cleanup: it puts
     * errno back, which from here on is the worker's too.
     */
    (void)close(ours->go[1]);
    (void)close(ours->gone[1]);
    ours->go[1] = ours->gone[1] = -1;
    if (r == 0)
        return collect(pid, call, err);
    (void)collect(pid, call, &unused);
    return r;
}

int worker_run(const struct worker_job *job, struct err *err)
{
    __attribute__((cleanup(ends_close))) struct ends ours = {{-1, -1}, {-1, -1}};
    struct call call = {.job = job, .parent = getpid()};

    return run(&call, &ours, err);
}

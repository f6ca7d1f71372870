#include "worker.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "privilege.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

/* A start is over in milliseconds; this is for a driver or a file system that never answers. */
#define DEADLINE_SECONDS 10
/* How long a killed worker may take to go: one that hangs inside the kernel may not go at all. */
#define GRACE_SECONDS 2

/* Memory shared with the worker: what became of it comes back without a protocol. */
struct report {
    bool finished;
    int result;
    struct err err;
};

void *worker_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void worker_memory_free(void *memory, size_t size)
{
    int saved = errno;

    if (memory)
        (void)munmap(memory, size);
    errno = saved;
}

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

__attribute__((noreturn)) static void worker_main(const struct worker_job *job, pid_t parent,
                                                  const struct ends *ends, struct report *report)
{
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)close(ends->go[1]);
    (void)close(ends->gone[0]);
    if (getppid() != parent || read(ends->go[0], &byte, 1) != 1)
        _exit(1);
    /* Into a container it takes along no descriptor that it does not need. */
    (void)close(ends->go[0]);
    closelog();
    leave_output();
    report->result = job->steps(job->memory, &report->err);
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
        return err_set(err, STATUS_UNSAFE_PATH, ETIMEDOUT,
                       "no answer from the container's files or the node for %d seconds",
                       DEADLINE_SECONDS);
    }
    if (!report->finished)
        return err_set(err, STATUS_INTERNAL, 0, "the worker process was killed");
    if (report->result < 0)
        *err = report->err;
    return report->result;
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

static int run(const struct worker_job *job, struct report *report, struct err *err)
{
    __attribute__((cleanup(ends_close))) struct ends ends = {{-1, -1}, {-1, -1}};
    struct err unused;
    pid_t parent = getpid();
    pid_t pid;
    int r;

    if (pipe2(ends.go, O_CLOEXEC) < 0 || pipe2(ends.gone, O_CLOEXEC) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "prepare the worker process");
    pid = fork();
    if (pid == 0)
        worker_main(job, parent, &ends, report);
    if (pid < 0)
        return err_set(err, STATUS_INTERNAL, errno, "start the worker process");
    r = let_go(job, &ends, err);
    /* Without its byte the worker sees the end of this pipe, and ends. */
    fd_cleanup(&ends.go[1]);
    fd_cleanup(&ends.gone[1]);
    ends.go[1] = ends.gone[1] = -1;
    if (r == 0)
        return collect(pid, ends.gone[0], report, err);
    (void)collect(pid, ends.gone[0], report, &unused);
    return r;
}

int worker_run(const struct worker_job *job, struct err *err)
{
    struct report *report = worker_memory(sizeof(*report));
    int r;

    if (!report)
        return err_set(err, STATUS_INTERNAL, errno, "prepare the worker process");
    r = run(job, report, err);
    worker_memory_free(report, sizeof(*report));
    return r;
}

/* SPDX-License-Identifier: MIT */
#include "run/supervise.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_SECONDS 0.25
/* How long a killed child may take to vanish before it counts as stuck in the kernel. */
#define REAP_SECONDS 2.0
#define STRAYS_MAX   64

struct strays {
    size_t count;
    pid_t pids[STRAYS_MAX];
};

double supervise_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct timespec seconds_span(double seconds)
{
    struct timespec span;

    if (seconds < 0)
        seconds = 0;
    span.tv_sec = (time_t)seconds;
    span.tv_nsec = (long)((seconds - (double)span.tv_sec) * 1e9);
    return span;
}

/* ---- the child ---- */

/*
 * No core file: a limit of 1 also keeps a core_pattern pipe from being fed, which 0 does not
 * (do_coredump in the kernel's fs/coredump.c).
 */
static void core_forbid(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
    (void)setrlimit(RLIMIT_CORE, &limit);
}

/* Where the device cgroup forbids even /dev/null, a descriptor that refuses every read and write
 * keeps the numbers 0 to 2 from being handed to the GPU. */
static int nowhere_open(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    return fd >= 0 ? fd : open("/", O_PATH | O_CLOEXEC);
}

static void output_redirect(bool keep)
{
    int fd = nowhere_open();

    if (fd < 0)
        return;
    (void)dup2(fd, STDIN_FILENO);
    if (!keep)
        (void)dup2(fd, STDERR_FILENO);
    (void)dup2(keep ? STDERR_FILENO : fd, STDOUT_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

/* A crash must end the child by its signal, whatever was inherited or installed before. */
static void signals_reset(const sigset_t *mask)
{
    static const int numbers[] = {SIGABRT, SIGBUS,  SIGFPE, SIGHUP,  SIGILL,  SIGINT,
                                  SIGPIPE, SIGSEGV, SIGSYS, SIGTERM, SIGTRAP, SIGQUIT};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        (void)signal(numbers[i], SIG_DFL);
    /* In a group of its own it is in the background: a driver's line would stop it under
     * "stty tostop". */
    (void)signal(SIGTTOU, SIG_IGN);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
}

__attribute__((noreturn)) static void child_run(const struct supervise_plan *plan, pid_t parent,
                                                const sigset_t *mask, volatile bool *finished)
{
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(STATUS_INTERNAL);
    signals_reset(mask);
    core_forbid();
    output_redirect(plan->keep_output);
    plan->work(plan->context);
    *finished = true;
    /* No exit handlers: a driver may have left some. */
    _exit(STATUS_PASS);
}

/* ---- the parent ---- */

/* The children this process has right now. Needs CONFIG_PROC_CHILDREN; none without it. */
static void strays_list(struct strays *ret)
{
    CLEANUP_FREE char *text = NULL;
    char path[64];
    char *rest = NULL;
    size_t size;

    ret->count = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    if (file_read_at(AT_FDCWD, path, 4096, &text, &size) < 0)
        return;
    for (char *word = strtok_r(text, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        uint32_t pid;
        if (ret->count < STRAYS_MAX && text_to_u32(word, 10, INT32_MAX, &pid) == 0)
            ret->pids[ret->count++] = (pid_t)pid;
    }
}

static bool strays_have(const struct strays *strays, pid_t pid)
{
    for (size_t i = 0; i < strays->count; i++) {
        if (strays->pids[i] == pid)
            return true;
    }
    return false;
}

/*
 * Kills what the child started and orphaned: as a child subreaper (prctl(2)) we inherit it.
 * `before` are children that an earlier program in this process had; they are not ours to kill.
 * Returns whether anything is left.
 */
static bool strays_kill(const struct strays *before)
{
    struct strays now;
    bool is_left = false;

    strays_list(&now);
    for (size_t i = 0; i < now.count; i++) {
        if (strays_have(before, now.pids[i]))
            continue;
        (void)kill(now.pids[i], SIGKILL);
        if (waitpid(now.pids[i], NULL, WNOHANG) == 0)
            is_left = true;
    }
    return is_left;
}

/* Leaves nothing alive; `is_reaped` says whether the child's end was already collected. */
static bool all_kill(pid_t child, bool is_reaped, const struct strays *before)
{
    const struct timespec pause = {.tv_nsec = 2000000L};
    double deadline = supervise_now() + REAP_SECONDS;

    /* The group may still have members when its leader is gone. */
    (void)kill(-child, SIGKILL);
    for (;;) {
        if (!is_reaped)
            is_reaped = waitpid(child, NULL, WNOHANG) != 0;
        if ((is_reaped && !strays_kill(before)) || supervise_now() > deadline)
            return is_reaped;
        (void)nanosleep(&pause, NULL);
    }
}

static void end_record(int status, bool is_finished, struct run_facts *run)
{
    if (WIFSIGNALED(status)) {
        run->end = RUN_CRASHED;
        run->signal = WTERMSIG(status);
    } else {
        run->end = is_finished ? RUN_FINISHED : RUN_LEFT;
        run->exit_code = WEXITSTATUS(status);
    }
}

/* When the work last got on. */
struct watch {
    uint64_t progress;
    double since;
};

static double silence_measure(const struct supervise_plan *plan, double now, struct watch *watch)
{
    uint64_t progress = plan->progress ? plan->progress(plan->context) : 0;

    if (progress != watch->progress)
        *watch = (struct watch){progress, now};
    return now - watch->since;
}

/* Until it counts as hung, or as late, which is said. */
static double time_left(const struct supervise_plan *plan, double now, struct run_facts *run)
{
    double silent = plan->timeout - run->silence;
    double whole = plan->ends_at > 0 ? plan->ends_at - now : silent;

    run->is_late = silent > 0 && whole <= 0;
    return whole < silent ? whole : silent;
}

/* Waits for the child's end, its deadline or a signal to us; returns whether the child ended. */
static bool child_wait(const struct supervise_plan *plan, pid_t child, const sigset_t *awaited,
                       const volatile bool *finished, struct run_facts *run)
{
    double start = supervise_now();
    struct watch watch = {.since = start};

    for (;;) {
        int status;
        pid_t ended = waitpid(child, &status, WNOHANG);
        double now = supervise_now();
        run->seconds = now - start;
        if (ended == child) {
            end_record(status, *finished, run);
            return true;
        }
        run->silence = silence_measure(plan, now, &watch);
        double left = time_left(plan, now, run);
        if (left <= 0) {
            run->end = RUN_HUNG;
            return false;
        }
        struct timespec span = seconds_span(left < TICK_SECONDS ? left : TICK_SECONDS);
        int number = sigtimedwait(awaited, NULL, &span);
        if (number > 0 && number != SIGCHLD) {
            run->end = RUN_INTERRUPTED;
            run->signal = number;
            return false;
        }
        if (number < 0 && plan->tick)
            plan->tick(plan->context, run->seconds);
    }
}

static int child_start_and_wait(const struct supervise_plan *plan, const sigset_t *awaited,
                                const sigset_t *mask, volatile bool *finished,
                                struct run_facts *run, struct err *err)
{
    struct strays before;
    pid_t parent = getpid();

    strays_list(&before);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return err_set(err, STATUS_INTERNAL, errno, "start the checking process");
    if (child == 0)
        child_run(plan, parent, mask, finished);
    (void)setpgid(child, child);
    bool is_reaped = child_wait(plan, child, awaited, finished, run);
    run->is_stuck = !all_kill(child, is_reaped, &before);
    return 0;
}

int supervise_run(const struct supervise_plan *plan, struct run_facts *ret, struct err *err)
{
    const struct sigaction ordinary = {.sa_handler = SIG_DFL};
    struct sigaction old_action;
    struct run_facts run = {0};
    sigset_t awaited, old_mask;
    int was_reaper = 0;

    volatile bool *finished =
        mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (finished == MAP_FAILED)
        return err_set(err, STATUS_INTERNAL, errno, "share memory with the checking process");
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGHUP);
    sigprocmask(SIG_BLOCK, &awaited, &old_mask);
    /* Whoever started us may have had SIGCHLD ignored, and then no end could be waited for. */
    (void)!sigaction(SIGCHLD, &ordinary, &old_action);
    (void)prctl(PR_GET_CHILD_SUBREAPER, &was_reaper);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);

    int r = child_start_and_wait(plan, &awaited, &old_mask, finished, &run, err);

    (void)prctl(PR_SET_CHILD_SUBREAPER, was_reaper);
    (void)!sigaction(SIGCHLD, &old_action, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    (void)munmap((void *)finished, sizeof(*finished));
    if (r == 0)
        *ret = run;
    return r;
}

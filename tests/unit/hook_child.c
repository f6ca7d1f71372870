/* SPDX-License-Identifier: MIT */
/*
 * What a child keeps open, on a kernel with and without close_range(2), with and without /proc; and
 * who outlives whom.
 */
#include "base/child.h"
#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HIGH 3000

static void hide_close_range(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436 /* close_range, everywhere */, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        _exit(100);
}

static void hide_proc(void)
{
    if ((geteuid() != 0 && unshare(CLONE_NEWUSER) < 0) || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", "/proc", "tmpfs", 0, NULL) < 0)
        _exit(77);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* In the child: 0, or the number of what is wrong. */
static int keep_one(bool has_close_range, bool has_proc)
{
    struct rlimit limit = {HIGH + 100, HIGH + 100};
    const int keep[] = {-1, 1500};

    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || dup2(0, HIGH) < 0 || dup2(0, 1500) < 0 ||
        dup2(0, 1023) < 0 || dup2(0, 5) < 0)
        return 101;
    if (!has_proc)
        hide_proc();
    if (!has_close_range)
        hide_close_range();
    child_keep_only(keep, 2);
    if (!is_open(1500) || !is_open(2))
        return 1;
    return is_open(HIGH) ? 2 : is_open(1023) ? 3 : is_open(5) ? 4 : 0;
}

static int status_of(bool has_close_range, bool has_proc)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0)
        _exit(keep_one(has_close_range, has_proc));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void every_descriptor_is_closed_however_high(void **state)
{
    int status;

    (void)state;
    assert_int_equal(status_of(true, true), 0);
    assert_int_equal(status_of(false, true), 0);
    status = status_of(false, false);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
}

/* ---- its end ----------------------------------------------------------------------------------
 */

static int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

__attribute__((noreturn)) static void hang(void)
{
    for (;;)
        (void)pause();
}

static int steps_hang(void *memory, int link)
{
    (void)memory;
    (void)link;
    hang();
}

static int steps_talk_and_hang(void *memory, int link)
{
    (void)memory;
    child_say(link);
    child_say(link);
    hang();
}

static int steps_talk(void *memory, int link)
{
    for (int i = 0; i < 3; i++)
        child_say(link);
    return *(int *)memory;
}

/* Takes its own hands off the output, says so, and hangs. */
static int steps_leave_output(void *memory, int link)
{
    (void)memory;
    child_leave_output(link);
    child_say(link);
    hang();
}

/* Whatever it has said before. */
static void what_hangs_is_ended_at_the_deadline(void **state)
{
    struct child_outcome *outcome = child_memory(sizeof(*outcome));
    struct child_job job = {.steps = steps_talk_and_hang, .outcome = outcome, .cgroup = -1};
    struct child child = CHILD_NONE;
    bool stays = true;
    int64_t began = now();
    pid_t pid;

    (void)state;
    assert_non_null(outcome);
    assert_int_equal(child_start(&job, &child), 0);
    pid = child.pid;
    assert_int_equal(child_hear(&child, child_deadline(10)), 0);
    assert_int_equal(child_end(&child, child_deadline(1), &stays), -ETIMEDOUT);
    assert_in_range(now() - began, 900, 5000);
    assert_false(stays);
    assert_int_equal(child.pid, 0);
    assert_int_equal(kill(pid, 0), -1); /* reaped: not even a zombie is left */
    assert_int_equal(errno, ESRCH);
    assert_true(outcome->has_begun);
    assert_false(outcome->is_finished);
}

static void what_ends_is_told_from_what_talks(void **state)
{
    struct child_outcome *outcome = child_memory(sizeof(*outcome));
    int answer = -EBUSY;
    struct child_job job = {
        .steps = steps_talk, .memory = &answer, .outcome = outcome, .cgroup = -1};
    struct child child = CHILD_NONE;
    bool stays = true;

    (void)state;
    assert_non_null(outcome);
    assert_int_equal(child_start(&job, &child), 0);
    assert_int_equal(child_hear(&child, child_deadline(10)), 0);
    /* two more words wait to be heard */
    assert_int_equal(child_end(&child, child_deadline(10), &stays), 0);
    assert_false(stays);
    assert_true(outcome->is_finished);
    assert_int_equal(outcome->result, -EBUSY);
    assert_int_equal(child_end(&child, child_deadline(10), &stays), 0); /* there is none any more */
}

/* Whoever starts the children is killed: they go with it. */
static void nobody_outlives_the_parent(void **state)
{
    struct child_outcome *outcome = child_memory(sizeof(*outcome));
    struct child_job job = {.steps = steps_hang, .outcome = outcome, .cgroup = -1};
    volatile pid_t *hung = child_memory(sizeof(*hung));
    int status = 0;
    pid_t parent;
    pid_t gone = 0;

    (void)state;
    assert_true(outcome && hung);
    /* the orphan becomes this process's own child */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    parent = fork();
    if (parent == 0) {
        struct child child = CHILD_NONE;
        if (child_start(&job, &child) < 0)
            _exit(1);
        *hung = child.pid;
        hang();
    }
    for (int64_t began = now(); !(outcome->has_begun && *hung) && now() - began < 10000;)
        (void)usleep(1000);
    assert_true(outcome->has_begun && *hung > 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    for (int64_t began = now(); gone == 0 && now() - began < 5000; (void)usleep(1000))
        gone = waitpid(*hung, &status, WNOHANG);
    if (gone == 0)
        (void)kill(*hung, SIGKILL);
    assert_int_equal(gone, *hung);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* A process that cannot be killed would hold whoever waits for the end of the output. */
static void a_child_that_hangs_does_not_hold_the_output(void **state)
{
    struct child_outcome *outcome = child_memory(sizeof(*outcome));
    struct child_job job = {.steps = steps_leave_output, .outcome = outcome, .cgroup = -1};
    struct child child = CHILD_NONE;
    struct pollfd end = {.events = POLLIN};
    int saved[3];
    int ends[2];
    bool stays;

    (void)state;
    assert_non_null(outcome);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 3; i++)
        saved[i] = dup(i);
    for (int i = 0; i < 3; i++)
        (void)dup2(ends[1], i);
    (void)close(ends[1]);
    int r = child_start(&job, &child);
    for (int i = 0; i < 3; i++)
        (void)dup2(saved[i], i);
    for (int i = 0; i < 3; i++)
        (void)close(saved[i]);
    assert_int_equal(r, 0);
    assert_int_equal(child_hear(&child, child_deadline(10)), 0);
    end.fd = ends[0];
    assert_int_equal(poll(&end, 1, 5000), 1);
    assert_int_equal(child_hear(&child, child_deadline(0)), -ETIMEDOUT);
    assert_int_equal(end.revents & POLLHUP, POLLHUP);
    (void)close(ends[0]);
    assert_int_equal(child_end(&child, child_deadline(0), &stays), -ETIMEDOUT);
    assert_false(stays);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_descriptor_is_closed_however_high),
        cmocka_unit_test(what_hangs_is_ended_at_the_deadline),
        cmocka_unit_test(what_ends_is_told_from_what_talks),
        cmocka_unit_test(nobody_outlives_the_parent),
        cmocka_unit_test(a_child_that_hangs_does_not_hold_the_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Work that hangs, crashes, leaves, forks or talks is survived, told apart, and cleaned up after.
 * Times are bounds on hanging for ever, not measurements: no verdict depends on how fast this is.
 */
#include "cmocka_all.h"

#include "run/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHORT 0.3
#define BRIEF 1.0
#define LONG  60.0

/* What the work tells the test. */
struct notes {
    volatile pid_t pids[2];
    volatile int number;
};
static struct notes *notes;

static int setup(void **state)
{
    (void)state;
    notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return notes == MAP_FAILED ? -1 : 0;
}

static int clear(void **state)
{
    (void)state;
    memset(notes, 0, sizeof(*notes));
    return 0;
}

static struct run_facts supervised(void (*work)(void *), double timeout)
{
    const struct supervise_plan plan = {.work = work, .timeout = timeout};
    struct run_facts run;
    struct err err;

    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    return run;
}

/* A killed process may stay a zombie of init for a moment. */
static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 1000; i++) {
        if (kill(pid, 0) < 0 && errno == ESRCH)
            return true;
        usleep(10 * 1000);
    }
    return false;
}

static void finish(void *context)
{
    (void)context;
    notes->number = 42;
}

static void hang(void *context)
{
    (void)context;
    notes->pids[0] = getpid();
    for (;;)
        pause();
}

/* In all much longer than BRIEF, no step of it nearly so. */
static void get_on(void *context)
{
    (void)context;
    for (int i = 0; i < 20; i++) {
        usleep(100 * 1000);
        notes->number++;
    }
}

static void get_on_and_hang(void *context)
{
    get_on(context);
    hang(context);
}

static uint64_t number_so_far(void *context)
{
    (void)context;
    return (uint64_t)notes->number;
}

static void spin_ignoring_signals(void *context)
{
    (void)context;
    for (int number = 1; number < 32; number++)
        (void)signal(number, SIG_IGN);
    notes->pids[0] = getpid();
    for (volatile unsigned i = 0;; i++) {
    }
}

static void stop_itself(void *context)
{
    (void)context;
    notes->pids[0] = getpid();
    (void)raise(SIGSTOP);
}

static void crash(void *context)
{
    (void)context;
    (void)raise(SIGSEGV);
}

static void give_up(void *context)
{
    (void)context;
    abort();
}

static void leave_well(void *context)
{
    (void)context;
    _exit(0);
}

static void leave_badly(void *context)
{
    (void)context;
    exit(7);
}

/* A child in our group, and one that got away into a session of its own; both outlive us. */
static void fork_and_finish(void *context)
{
    (void)context;
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (i == 1)
                (void)setsid();
            for (;;)
                pause();
        }
        notes->pids[i] = pid;
    }
}

static void fork_and_hang(void *context)
{
    fork_and_finish(context);
    for (;;)
        pause();
}

static void close_everything(void *context)
{
    (void)context;
    for (int fd = 0; fd < 256; fd++)
        (void)close(fd);
}

static void talk(void *context)
{
    (void)context;
    for (int i = 0; i < 10000; i++) {
        (void)!write(STDOUT_FILENO, "junk\n", 5);
        (void)!write(STDERR_FILENO, "junk\n", 5);
    }
    printf("buffered junk");
}

static void look_at_limits(void *context)
{
    struct rlimit limit;

    (void)context;
    notes->number =
        getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur <= 1 && getpgrp() == getpid();
}

static void finished_work_is_finished(void **state)
{
    (void)state;
    assert_int_equal(supervised(finish, LONG).end, RUN_FINISHED);
    assert_int_equal(notes->number, 42);
}

static void hanging_work_is_killed(void **state)
{
    struct run_facts run = supervised(hang, SHORT);

    (void)state;
    assert_int_equal(run.end, RUN_HUNG);
    assert_true(run.seconds >= SHORT);
    assert_false(run.is_stuck);
    assert_true(is_gone(notes->pids[0]));
}

/* The deadline is for one step, not for all of them. */
static void work_that_gets_on_is_not_killed(void **state)
{
    struct supervise_plan plan = {.work = get_on, .progress = number_so_far, .timeout = BRIEF};
    struct run_facts run;
    struct err err;

    (void)state;
    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    assert_int_equal(run.end, RUN_FINISHED);
    assert_true(run.seconds > BRIEF);
    plan.work = get_on_and_hang;
    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    assert_int_equal(run.end, RUN_HUNG);
    assert_true(run.silence >= BRIEF && run.silence < run.seconds - BRIEF / 2);
}

static void work_that_ignores_signals_is_killed(void **state)
{
    (void)state;
    assert_int_equal(supervised(spin_ignoring_signals, SHORT).end, RUN_HUNG);
    assert_true(is_gone(notes->pids[0]));
}

static void stopped_work_is_killed(void **state)
{
    (void)state;
    assert_int_equal(supervised(stop_itself, SHORT).end, RUN_HUNG);
    assert_true(is_gone(notes->pids[0]));
}

static void crashes_are_told_by_their_signal(void **state)
{
    struct run_facts run = supervised(crash, LONG);

    (void)state;
    assert_int_equal(run.end, RUN_CRASHED);
    assert_int_equal(run.signal, SIGSEGV);
    run = supervised(give_up, LONG);
    assert_int_equal(run.end, RUN_CRASHED);
    assert_int_equal(run.signal, SIGABRT);
}

static void leaving_is_not_finishing(void **state)
{
    struct run_facts run = supervised(leave_well, LONG);

    (void)state;
    assert_int_equal(run.end, RUN_LEFT);
    assert_int_equal(run.exit_code, 0);
    run = supervised(leave_badly, LONG);
    assert_int_equal(run.end, RUN_LEFT);
    assert_int_equal(run.exit_code, 7);
}

static void nothing_outlives_the_work(void **state)
{
    (void)state;
    assert_int_equal(supervised(fork_and_finish, LONG).end, RUN_FINISHED);
    assert_true(notes->pids[0] > 0 && notes->pids[1] > 0);
    assert_true(is_gone(notes->pids[0]));
    assert_true(is_gone(notes->pids[1]));
    assert_int_equal(supervised(fork_and_hang, SHORT).end, RUN_HUNG);
    assert_true(is_gone(notes->pids[0]));
    assert_true(is_gone(notes->pids[1]));
}

static void closed_descriptors_change_nothing(void **state)
{
    (void)state;
    assert_int_equal(supervised(close_everything, LONG).end, RUN_FINISHED);
}

/* What a driver prints reaches neither output. */
static void junk_goes_nowhere(void **state)
{
    char file[] = "/tmp/verify-supervise-XXXXXX";
    int fd = mkstemp(file);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);
    struct run_facts run;

    (void)state;
    assert_true(fd >= 0 && out >= 0 && err >= 0);
    (void)unlink(file);
    (void)fflush(stdout);
    (void)dup2(fd, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    run = supervised(talk, LONG);
    off_t size = lseek(fd, 0, SEEK_END);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    (void)close(out);
    (void)close(err);
    (void)close(fd);
    assert_int_equal(run.end, RUN_FINISHED);
    assert_int_equal(size, 0);
}

static void no_core_and_a_group_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(supervised(look_at_limits, LONG).end, RUN_FINISHED);
    assert_int_equal(notes->number, 1);
}

/* As a process that was started with SIGCHLD ignored, which exec hands on. */
static void ignored_sigchld_changes_nothing(void **state)
{
    (void)state;
    (void)signal(SIGCHLD, SIG_IGN);
    assert_int_equal(supervised(finish, LONG).end, RUN_FINISHED);
    assert_true(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

/* A process that the caller had before is none of ours. */
static void other_children_are_left_alone(void **state)
{
    pid_t other = fork();

    (void)state;
    if (other == 0) {
        for (;;)
            pause();
    }
    assert_int_equal(supervised(finish, LONG).end, RUN_FINISHED);
    assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
    (void)kill(other, SIGKILL);
    assert_int_equal(waitpid(other, NULL, 0), other);
}

/* The signal comes from a process of its own, once the work runs. */
static void a_signal_to_us_ends_the_work(void **state)
{
    pid_t self = getpid();
    pid_t sender = fork();
    struct run_facts run;

    (void)state;
    if (sender == 0) {
        while (notes->pids[0] == 0)
            usleep(1000);
        (void)kill(self, SIGTERM);
        _exit(0);
    }
    run = supervised(hang, LONG);
    assert_int_equal(run.end, RUN_INTERRUPTED);
    assert_int_equal(run.signal, SIGTERM);
    assert_true(is_gone(notes->pids[0]));
    assert_int_equal(waitpid(sender, NULL, 0), sender);
}

/* When we are killed without a chance to clean up, the work dies with us. */
static void killing_us_kills_the_work(void **state)
{
    pid_t supervisor = fork();

    (void)state;
    if (supervisor == 0) {
        (void)supervised(hang, LONG);
        _exit(0);
    }
    for (int i = 0; i < 10000 && notes->pids[0] == 0; i++)
        usleep(1000);
    assert_true(notes->pids[0] > 0);
    (void)kill(supervisor, SIGKILL);
    assert_int_equal(waitpid(supervisor, NULL, 0), supervisor);
    assert_true(is_gone(notes->pids[0]));
}

/* It gets on, and the time for all of it is over: late, and not hung. */
static void late_is_told_from_hung(void **state)
{
    struct supervise_plan plan = {.work = get_on_and_hang,
                                  .progress = number_so_far,
                                  .timeout = LONG,
                                  .ends_at = supervise_now() + BRIEF};
    struct run_facts run;
    struct err err;

    (void)state;
    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    assert_int_equal(run.end, RUN_HUNG);
    assert_true(run.is_late);
    assert_true(run.seconds < LONG / 2);
    plan.timeout = SHORT;
    plan.work = hang;
    plan.ends_at = supervise_now() + LONG;
    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    assert_int_equal(run.end, RUN_HUNG);
    assert_false(run.is_late);
    /* It was over before it began. */
    plan.ends_at = supervise_now() - 1;
    assert_int_equal(supervise_run(&plan, &run, &err), 0);
    assert_int_equal(run.end, RUN_HUNG);
    assert_true(run.is_late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(finished_work_is_finished, clear),
        cmocka_unit_test_setup(hanging_work_is_killed, clear),
        cmocka_unit_test_setup(work_that_gets_on_is_not_killed, clear),
        cmocka_unit_test_setup(late_is_told_from_hung, clear),
        cmocka_unit_test_setup(work_that_ignores_signals_is_killed, clear),
        cmocka_unit_test_setup(stopped_work_is_killed, clear),
        cmocka_unit_test_setup(crashes_are_told_by_their_signal, clear),
        cmocka_unit_test_setup(leaving_is_not_finishing, clear),
        cmocka_unit_test_setup(nothing_outlives_the_work, clear),
        cmocka_unit_test_setup(closed_descriptors_change_nothing, clear),
        cmocka_unit_test_setup(junk_goes_nowhere, clear),
        cmocka_unit_test_setup(no_core_and_a_group_of_its_own, clear),
        cmocka_unit_test_setup(ignored_sigchld_changes_nothing, clear),
        cmocka_unit_test_setup(other_children_are_left_alone, clear),
        cmocka_unit_test_setup(a_signal_to_us_ends_the_work, clear),
        cmocka_unit_test_setup(killing_us_kills_the_work, clear),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

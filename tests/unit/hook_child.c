/* What a child keeps open, on a kernel with and without close_range(2), with and without /proc. */
#include "base/child.h"
#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_descriptor_is_closed_however_high),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

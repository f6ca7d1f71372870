/* SPDX-License-Identifier: MIT */
#include "base/child.h"
#include "base/text.h"
#include "visit/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define FAILED     127

enum { WORD_UID = 1, WORD_GID, WORD_GROUPS, WORD_NAME, WORD_HOME, WORDS };

/* Whoever started this is gone when nobody reads it: SIGPIPE then ends this process too. */
static void tell(char byte)
{
    if (write(VISIT_TOLD_FD, &byte, 1) != 1)
        _exit(FAILED);
}

__attribute__((noreturn)) static void fail(int error)
{
    tell(VISIT_FAILED);
    tell((char)error);
    _exit(FAILED);
}

static void leave_host(void)
{
    static const int keep[] = {VISIT_TOLD_FD, VISIT_PROGRAM_FD};
    sigset_t none;

    child_keep_only(keep, 2);
    (void)fcntl(VISIT_TOLD_FD, F_SETFD, FD_CLOEXEC);
    (void)fcntl(VISIT_PROGRAM_FD, F_SETFD, FD_CLOEXEC);
    if (chdir("/") < 0)
        fail(errno);
    (void)umask(022);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
}

/* "2992,44" */
static size_t groups_read(char *text, gid_t ret[GROUPS_MAX])
{
    size_t count = 0;
    char *rest = NULL;
    uint32_t gid;

    for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        if (count == GROUPS_MAX || text_to_u32(word, 10, UINT32_MAX - 1, &gid) < 0)
            fail(EINVAL);
        ret[count++] = gid;
    }
    return count;
}

/* Of no use to a program that a login would have started: an ordinary user has none. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};

    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) < 0)
        fail(errno);
}

static void become_user(char **argv)
{
    gid_t groups[GROUPS_MAX];
    uint32_t uid;
    uint32_t gid;

    if (text_to_u32(argv[WORD_UID], 10, UINT32_MAX - 1, &uid) < 0 ||
        text_to_u32(argv[WORD_GID], 10, UINT32_MAX - 1, &gid) < 0)
        fail(EINVAL);
    if (setgroups(groups_read(argv[WORD_GROUPS], groups), groups) < 0)
        fail(errno);
    tell(VISIT_IDS);
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        fail(errno);
    if (uid != 0)
        drop_capabilities();
}

static void become_program(char **argv)
{
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    static char language[] = "LANG=C.UTF-8";
    static char container[] = "container=lxc";
    char home[300];
    char user[80];
    char logname[80];
    char place[32];
    char *env[] = {path, language, container, home, user, logname, NULL};

    snprintf(home, sizeof(home), "HOME=%s", argv[WORD_HOME]);
    snprintf(user, sizeof(user), "USER=%s", argv[WORD_NAME]);
    snprintf(logname, sizeof(logname), "LOGNAME=%s", argv[WORD_NAME]);
    (void)syscall(SYS_execveat, VISIT_PROGRAM_FD, "", argv + WORDS, env, AT_EMPTY_PATH);
    if (errno == ENOSYS || errno == EPERM) { /* a filter of the container's */
        snprintf(place, sizeof(place), "/proc/self/fd/%d", VISIT_PROGRAM_FD);
        (void)execve(place, argv + WORDS, env);
    }
    fail(errno);
}

int main(int argc, char **argv)
{
    if (argc <= WORDS) {
        (void)fprintf(stderr, "lxc-gpu-inside is started by lxc-gpu-hook\n");
        return FAILED;
    }
    tell(VISIT_BEGUN);
    leave_host();
    if (!text_is_equal(argv[WORD_UID], VISIT_STAY))
        become_user(argv);
    /* Behind the change of ids, which would clear it. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    tell(VISIT_READY);
    become_program(argv);
}

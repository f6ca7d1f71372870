/* SPDX-License-Identifier: MIT */
#include "start/bind_program.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PROGRAM          "lxc-gpu-bind"
#define OTHERS_MAY_WRITE (S_IWGRP | S_IWOTH)

/*
 * It has to be as safe as the program that runs already: of the same owner, and open to nobody
 * else. What is checked is what is executed: by descriptor.
 */
static int program_find(int *ret, struct fault *fault)
{
    CLEANUP_FD int fd = open(BIND_PROGRAM_FOLDER "/" PROGRAM, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat own;
    struct stat st;

    if (stat("/proc/self/exe", &own) < 0)
        return fault_set(fault, CAUSE_BIND_SELF, errno);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != own.st_uid ||
        !(st.st_mode & S_IXUSR) || st.st_mode & OTHERS_MAY_WRITE)
        return fault_set(fault, CAUSE_BIND_MISSING, 0);
    *ret = fd_steal(&fd);
    return 0;
}

/* ---- running it ------------------------------------------------------------------------------ */

/* With no environment: neither the loader nor libmount is steered by it. */
static int program_spawn(int program, const char *source, int target, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    char path[32];
    char name[] = PROGRAM;
    char *argv[] = {name, (char *)source, NULL};
    char *env[] = {NULL};
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
    error = posix_spawn_file_actions_adddup2(&actions, target, BIND_TARGET_FD);
    if (error == 0)
        error = posix_spawn(ret_pid, path, &actions, NULL, argv, env);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int judge(const char *source, int status, struct fault *fault)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : BIND_USAGE;

    if (code == BIND_DONE)
        return 0;
    if (code == BIND_NO_LIBRARY)
        return fault_set(fault, CAUSE_BIND_NO_LIBRARY, 0, .name = source);
    if (code == BIND_NO_MEMORY)
        return fault_set(fault, CAUSE_BIND_MEMORY, ENOMEM, .name = source);
    if (code < BIND_USAGE)
        return fault_set(fault, CAUSE_BIND_REFUSED, code, .name = source);
    return fault_set(fault, CAUSE_BIND_KILLED, 0, .name = source);
}

/* Above the number that the target gets in the new process. */
static int fd_above_target(int *fd)
{
    int above = fcntl(*fd, F_DUPFD_CLOEXEC, BIND_TARGET_FD + 1);

    fd_cleanup(fd);
    *fd = above;
    return above < 0 ? -errno : 0;
}

static int program_run(int program, const char *source, int target, struct fault *fault)
{
    int status = 0;
    pid_t pid;
    int error = program_spawn(program, source, target, &pid);

    if (error)
        return fault_set(fault, CAUSE_BIND_START, error);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return fault_set(fault, CAUSE_BIND_WAIT, errno);
    return judge(source, status, fault);
}

int bind_program_run(const char *source, int target, struct fault *fault)
{
    CLEANUP_FD int program = -1;
    int r = program_find(&program, fault);

    if (r < 0)
        return r;
    r = program <= BIND_TARGET_FD ? fd_above_target(&program) : 0;
    if (r < 0)
        return fault_set(fault, CAUSE_BIND_START, -r);
    return program_run(program, source, target, fault);
}

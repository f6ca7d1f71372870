#include "bind_program.h"

#include "exit_status.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>

#define PROGRAM BIND_PROGRAM_FOLDER "/lxc-gpu-bind"

/* With no environment: neither the loader nor libmount is steered by it. */
static int program_spawn(const char *source, int target, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    char program[] = PROGRAM;
    char *argv[] = {program, (char *)source, NULL};
    char *env[] = {NULL};
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, target, BIND_TARGET_FD);
    if (error == 0)
        error = posix_spawn(ret_pid, program, &actions, NULL, argv, env);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int program_missing(int error, struct err *err)
{
    int r = err_set(err, STATUS_INTERNAL, error, "start " PROGRAM);

    err_fix(err, "apt install --reinstall lxc-gpu");
    return r;
}

static int judge(const char *source, int status, struct err *err)
{
    int r;

    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_DONE)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_NO_LIBRARY) {
        r = err_set(err, STATUS_INTERNAL, 0, "bind %s: libmount cannot be loaded by " PROGRAM,
                    source);
        err_fix(err, "apt install --reinstall libmount1");
        return r;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_NO_MEMORY)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "bind %s", source);
    if (WIFEXITED(status) && WEXITSTATUS(status) < BIND_USAGE)
        return err_set(err, STATUS_UNSAFE_PATH, WEXITSTATUS(status), "bind %s into the container",
                       source);
    return err_set(err, STATUS_INTERNAL, 0, "bind %s: " PROGRAM " was killed", source);
}

int bind_program_run(const char *source, int target, struct err *err)
{
    int status = 0;
    pid_t pid;
    int error = program_spawn(source, target, &pid);

    if (error)
        return program_missing(error, err);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, STATUS_INTERNAL, errno, "wait for " PROGRAM);
    return judge(source, status, err);
}

#include "start/bind_program.h"

#include "base/cleanup.h"
#include "exit_status.h"
#include "say/advice_system.h"

#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PROGRAM          "lxc-gpu-bind"
#define OTHERS_MAY_WRITE (S_IWGRP | S_IWOTH)

/* ---- where it is ----------------------------------------------------------------------------- */

/*
 * It has to be as safe as the program that runs already: of the same owner, and open to nobody
 * else. The number of the owner alone would not do: in a user namespace the files of root and of
 * everybody else who is not mapped there show one and the same. So the folders on the way from this
 * program to it must be open to nobody else either: who could put it there could exchange this one.
 */

struct search {
    uid_t owner; /* of this program */
    char own_folder[PATH_MAX];
};

static int search_begin(struct search *search)
{
    ssize_t length = readlink("/proc/self/exe", search->own_folder, PATH_MAX - 1);
    struct stat st;
    char *slash;

    if (length < 0 || stat("/proc/self/exe", &st) < 0)
        return -errno;
    search->owner = st.st_uid;
    search->own_folder[length] = '\0';
    slash = strrchr(search->own_folder, '/');
    if (!slash)
        return -ENOENT;
    *slash = '\0';
    return 0;
}

static bool is_safe(const struct search *search, int fd, mode_t type)
{
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
           st.st_uid == search->owner && st.st_mode & S_IXUSR && !(st.st_mode & OTHERS_MAY_WRITE);
}

/* What is checked is what is executed: by descriptor. -1 when it is not there or not safe. */
static int program_open(const struct search *search, int folder, const char *path)
{
    CLEANUP_FD int fd = openat(folder, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    return is_safe(search, fd, S_IFREG) ? fd_steal(&fd) : -1;
}

/* From one folder into the next; the one that it came from is closed. */
static void step_into(const struct search *search, int *folder, const char *name)
{
    int next = openat(*folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    fd_cleanup(folder);
    *folder = next;
    if (!is_safe(search, next, S_IFDIR)) {
        fd_cleanup(folder);
        *folder = -1;
    }
}

/* Where it is installed; else beside this program, as in a build; else as in an unpacked package.
 */
static int program_find(const struct search *search)
{
    static const char *const down[] = {"..", "libexec", "lxc-gpu-hook"};
    CLEANUP_FD int folder = AT_FDCWD;
    int fd = program_open(search, AT_FDCWD, BIND_PROGRAM_FOLDER "/" PROGRAM);

    if (fd >= 0)
        return fd;
    step_into(search, &folder, search->own_folder);
    fd = program_open(search, folder, PROGRAM);
    for (size_t i = 0; fd < 0 && folder >= 0 && i < sizeof(down) / sizeof(down[0]); i++)
        step_into(search, &folder, down[i]);
    return fd >= 0 || folder < 0 ? fd : program_open(search, folder, PROGRAM);
}

static int program_missing(const struct search *search, struct err *err)
{
    int r = err_set(err, STATUS_INTERNAL, 0,
                    "start " PROGRAM
                    ": none that is of this program's owner, and that nobody else "
                    "may write to, in " BIND_PROGRAM_FOLDER ", %s or %s/../libexec/lxc-gpu-hook",
                    search->own_folder, search->own_folder);

    advice_install("lxc-gpu", true, err);
    return r;
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

static int judge(const char *source, int status, struct err *err)
{
    int r;

    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_DONE)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_NO_LIBRARY) {
        r = err_set(err, STATUS_INTERNAL, 0, "bind %s: libmount cannot be loaded by " PROGRAM,
                    source);
        advice_install("libmount1", true, err);
        return r;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == BIND_NO_MEMORY)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "bind %s", source);
    if (WIFEXITED(status) && WEXITSTATUS(status) < BIND_USAGE)
        return err_set(err, STATUS_UNSAFE_PATH, WEXITSTATUS(status), "bind %s into the container",
                       source);
    return err_set(err, STATUS_INTERNAL, 0, "bind %s: " PROGRAM " was killed", source);
}

/* Above the number that the target gets in the new process. */
static int fd_above_target(int *fd)
{
    int above = fcntl(*fd, F_DUPFD_CLOEXEC, BIND_TARGET_FD + 1);

    fd_cleanup(fd);
    *fd = above;
    return above < 0 ? -errno : 0;
}

static int program_run(int program, const char *source, int target, struct err *err)
{
    int status = 0;
    pid_t pid;
    int error = program_spawn(program, source, target, &pid);

    if (error) {
        (void)err_set(err, STATUS_INTERNAL, error, "start " PROGRAM);
        advice_install("lxc-gpu", true, err);
        return -error;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, STATUS_INTERNAL, errno, "wait for " PROGRAM);
    return judge(source, status, err);
}

int bind_program_run(const char *source, int target, struct err *err)
{
    CLEANUP_FD int program = -1;
    struct search search;
    int r = search_begin(&search);

    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "find " PROGRAM ": read /proc/self/exe");
    program = program_find(&search);
    if (program < 0)
        return program_missing(&search, err);
    r = program <= BIND_TARGET_FD ? fd_above_target(&program) : 0;
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "start " PROGRAM);
    return program_run(program, source, target, err);
}

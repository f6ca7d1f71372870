/* SPDX-License-Identifier: MIT */
#include "base/command.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#define OUTPUT_MAX (1u << 20)

void command_add(struct command *command, const char *word)
{
    if (command->count < COMMAND_WORDS_MAX - 1)
        command->words[command->count++] = word;
}

/* Not by PATH: root may run us with one that is not its own. */
static bool program_find(const char *name, char *ret, size_t size)
{
    static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin",
                                          "/run/current-system/sw/bin" /* NixOS */};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(ret, size, "%s/%s", folders[i], name);
        if (access(ret, X_OK) == 0)
            return true;
    }
    return false;
}

bool command_is_installed(const char *name)
{
    char unused[64];

    return program_find(name, unused, sizeof(unused));
}

/* What the new process needs, made before it is there. */
struct launch {
    char program[64];
    char home[512];
    const char *env[4];
    int output[2];
    int failure[2]; /* where it says why it did not become the program */
};

static int launch_find(const char *program, struct launch *ret)
{
    const char *home = getenv("HOME");

    ret->env[0] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/run/current-system/sw/bin";
    ret->env[1] = "LC_ALL=C";
    /* LXC finds an ordinary user's own lxcpath by HOME. */
    if (home && (size_t)snprintf(ret->home, sizeof(ret->home), "HOME=%s", home) < sizeof(ret->home))
        ret->env[2] = ret->home;
    return program_find(program, ret->program, sizeof(ret->program)) ? 0 : -ENOENT;
}

int command_exec(const char *const *words)
{
    struct launch launch = {.output = {-1, -1}, .failure = {-1, -1}};
    int r = launch_find(words[0], &launch);

    if (r < 0)
        return r;
    (void)execve(launch.program, (char *const *)words, (char *const *)launch.env);
    return -errno;
}

static int launch_prepare(const struct command *command, struct launch *ret)
{
    int r = launch_find(command->words[0], ret);

    if (r < 0)
        return r;
    if (pipe2(ret->output, O_CLOEXEC) < 0)
        return -errno;
    if (pipe2(ret->failure, O_CLOEXEC) < 0) {
        r = -errno;
        fd_cleanup(&ret->output[0]);
        fd_cleanup(&ret->output[1]);
        return r;
    }
    return 0;
}

__attribute__((noreturn)) static void child_main(const struct command *command,
                                                 const struct launch *launch)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int r = null < 0 || dup2(launch->output[1], 1) < 0 || dup2(null, 0) < 0 || dup2(null, 2) < 0
                ? -errno
                : 0;

    /* To be killed with what it starts; and no terminal, which what runs in a container could type
     * into. */
    (void)setsid();
    if (r == 0 && command->prepare)
        r = command->prepare(command->memory);
    if (r == 0) {
        (void)execve(launch->program, (char *const *)command->words, (char *const *)launch->env);
        r = -errno;
    }
    if (write(launch->failure[1], &r, sizeof(r)) < 0)
        _exit(126);
    _exit(127);
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until its end, or the end of its time. */
static int output_read(int output, int64_t until, char **ret)
{
    CLEANUP_FREE char *data = malloc(OUTPUT_MAX + 1);
    size_t used = 0;

    while (data) {
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int64_t left = until - now_ms();
        ssize_t got;
        if (left <= 0 || poll(&wait, 1, (int)left) == 0)
            return -ETIMEDOUT;
        got = read(output, data + used, OUTPUT_MAX - used);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got > 0)
            used += (size_t)got;
        if (used == OUTPUT_MAX)
            return -EFBIG;
        if (got == 0) {
            data[used] = '\0';
            *ret = data;
            data = NULL;
            return 0;
        }
    }
    return -ENOMEM;
}

/* It may close its output and go on. */
static int child_reap(pid_t pid, int64_t until, int r, int *ret_status)
{
    int status = 0;
    pid_t gone = 0;

    while (r == 0 && (gone = waitpid(pid, &status, WNOHANG)) == 0) {
        (void)usleep(1000);
        if (now_ms() >= until)
            r = -ETIMEDOUT;
    }
    if (gone == pid) {
        *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
        return r;
    }
    (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
    /* One that hangs in the kernel cannot be waited for. */
    for (int i = 0; i < 1000 && waitpid(pid, &status, WNOHANG) == 0; i++)
        (void)usleep(1000);
    return r;
}

int command_run(const struct command *command, char **ret_output, int *ret_status)
{
    struct launch launch = {.output = {-1, -1}, .failure = {-1, -1}};
    CLEANUP_FREE char *output = NULL;
    int64_t until = now_ms() + (int64_t)COMMAND_SECONDS * 1000;
    int failure = 0;
    int status = 0;
    int r = launch_prepare(command, &launch);
    pid_t pid;

    if (r < 0)
        return r;
    pid = fork();
    if (pid == 0)
        child_main(command, &launch);
    r = pid < 0 ? -errno : 0;
    (void)close(launch.output[1]);
    (void)close(launch.failure[1]);
    if (r == 0) {
        r = output_read(launch.output[0], until, &output);
        r = child_reap(pid, until, r, &status);
    }
    if (r == 0 && read(launch.failure[0], &failure, sizeof(failure)) == sizeof(failure))
        r = failure;
    (void)close(launch.output[0]);
    (void)close(launch.failure[0]);
    if (r < 0)
        return r;
    *ret_output = output;
    output = NULL;
    *ret_status = status;
    return 0;
}

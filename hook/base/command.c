#include "base/command.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

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

static int spawn_reading(const struct command *command, pid_t *ret_pid, int *ret_output)
{
    posix_spawn_file_actions_t actions;
    char home[512];
    char program[64];
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/run/current-system/sw/bin";
    char locale[] = "LC_ALL=C";
    char *env[4] = {path, locale, NULL, NULL};
    int ends[2];
    int r;

    /* LXC finds an ordinary user's own lxcpath by HOME. */
    if (getenv("HOME") &&
        (size_t)snprintf(home, sizeof(home), "HOME=%s", getenv("HOME")) < sizeof(home))
        env[2] = home;
    if (!program_find(command->words[0], program, sizeof(program)))
        return -ENOENT;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    (void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    r = posix_spawn(ret_pid, program, &actions, NULL, (char *const *)command->words, env);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    if (r != 0) {
        (void)close(ends[0]);
        return -r;
    }
    *ret_output = ends[0];
    return 0;
}

int command_run(const struct command *command, char **ret_output, int *ret_status)
{
    CLEANUP_FD int output = -1;
    size_t size;
    pid_t pid = 0;
    int status = 0;
    int r = spawn_reading(command, &pid, &output);

    if (r == 0)
        r = file_read(output, OUTPUT_MAX, ret_output, &size);
    fd_cleanup(&output);
    output = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (r == 0)
        *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
    return r;
}

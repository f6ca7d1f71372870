/* SPDX-License-Identifier: MIT */
/*
 * Other programs, asked for what they know: LXC's own and getent(1). For a person's commands, and
 * for the words of a failure; a start that succeeds executes nothing of this.
 */
#ifndef HOOK_COMMAND_H
#define HOOK_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_WORDS_MAX 18
#define COMMAND_SECONDS   10

struct command {
    const char *words[COMMAND_WORDS_MAX]; /* the first is the program's name, without a folder */
    size_t count;
    /* In the new process, before it becomes the program: 0 or -errno, which ends it. May be NULL.
     */
    int (*prepare)(const void *memory);
    const void *memory;
};

/* Whether there is such a program in the system's own folders. */
bool command_is_installed(const char *name);

/* Adds a word, which is kept as a pointer; too many are left out. */
void command_add(struct command *command, const char *word);

/*
 * Runs it, found in the system's own folders and with an environment of LC_ALL=C, PATH and HOME,
 * and no terminal.
 * What it prints is the caller's to free, its exit status comes back; 255 when it was killed.
 * 0 or -errno: -ENOENT when it is not installed, -ETIMEDOUT when it has not ended after
 * COMMAND_SECONDS, and was killed; what `prepare` answered.
 */
int command_run(const struct command *command, char **ret_output, int *ret_status);

/*
 * This process becomes the program words[0], found and with an environment as above; `words` end
 * with NULL. Comes back only when that fails: -errno.
 */
int command_exec(const char *const *words);

#endif

/* SPDX-License-Identifier: MIT */
#include "like/like.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/text.h"
#include "exit_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void like_option_drop(char **argv, const char *value)
{
    for (char **at = argv; *at; at++) {
        /* "--like", "WHO", or "--like=WHO" in one. */
        bool is_own = *at == value;
        bool is_part = !is_own && value > *at && value <= *at + strlen(*at);
        char **from = is_own ? at - 1 : at;
        if (!is_own && !is_part)
            continue;
        for (char **rest = at + 1; (*from = *rest); rest++)
            from++;
        return;
    }
}

int like_wait(int child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_INTERNAL;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "KEY=" of what systemctl prints. */
static const char *value_find(const char *shown, const char *key)
{
    size_t length = strlen(key);

    for (; *shown; shown += strcspn(shown, "\n"), shown += *shown == '\n')
        if (strncmp(shown, key, length) == 0 && shown[length] == '=')
            return shown + length + 1;
    return "";
}

/* The process that systemd calls the main one; 0: the unit does not run. */
static int unit_ask(const char *unit, uint32_t *ret_pid, struct err *err)
{
    struct command command = {0};
    CLEANUP_FREE char *output = NULL;
    char word[16];
    char safe[200];
    int status;

    command_add(&command, "systemctl");
    command_add(&command, "show");
    command_add(&command, "-p");
    command_add(&command, "LoadState,MainPID");
    command_add(&command, "--");
    command_add(&command, unit);
    int r = command_run(&command, &output, &status);
    if (r < 0)
        return err_set(err, STATUS_USAGE, -r, "--like: ask systemd (systemctl) about a unit");
    if (status != 0 || strncmp(value_find(output, "LoadState"), "loaded\n", 7) != 0)
        return err_set(err, STATUS_USAGE, 0, "--like: systemd knows no unit %s",
                       text_printable(safe, sizeof(safe), unit));
    snprintf(word, sizeof(word), "%.10s", value_find(output, "MainPID"));
    word[strcspn(word, "\n")] = '\0';
    return text_to_u32(word, 10, INT32_MAX, ret_pid) < 0 ? *ret_pid = 0, 0 : 0;
}

int like_run(const char *who, char **argv, int *ret_status, struct err *err)
{
    uint32_t pid = 0;
    int r;

    if (geteuid() != 0)
        return err_set(err, STATUS_USAGE, 0, "--like: only root can be as another process is");
    like_option_drop(argv, who);
    if (text_to_u32(who, 10, INT32_MAX, &pid) < 0) {
        r = unit_ask(who, &pid, err);
        if (r < 0)
            return r;
        if (pid == 0)
            return like_stand_in(who, argv, ret_status, err);
    }
    return like_enter((int)pid, argv, ret_status, err);
}

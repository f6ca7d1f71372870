/* SPDX-License-Identifier: MIT */
/* Like a unit that does not run. */
#include "like/like.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/text.h"
#include "exit_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 512
/* From there on they are systemd's own: 203 where the program is not to be found, and others. */
#define STATUS_OF_SYSTEMD 200

/* The settings that decide what a service has of this place (systemd.exec(5),
 * systemd.resource-control(5)). */
#define SETTINGS                                                                                   \
    "User,Group,SupplementaryGroups,DynamicUser,PrivateDevices,DevicePolicy,DeviceAllow,"          \
    "PrivateUsers,PrivateTmp,ProtectHome,ProtectSystem,ProtectKernelTunables,"                     \
    "ProtectControlGroups,RootDirectory,RootImage,Environment,EnvironmentFiles,BindPaths,"         \
    "BindReadOnlyPaths,InaccessiblePaths,ReadOnlyPaths,ReadWritePaths,TemporaryFileSystem,"        \
    "CapabilityBoundingSet,NoNewPrivileges,MemoryMax,MemoryDenyWriteExecute,SystemCallFilter,"     \
    "SELinuxContext,AppArmorProfile"

/* "EnvironmentFiles=/etc/default/a (ignore_errors=yes)" is set as
 * "EnvironmentFile=-/etc/default/a". */
static bool file_line_add(const char *line, size_t length, struct text *out)
{
    static const char key[] = "EnvironmentFiles=";
    static const char mark[] = " (ignore_errors=";
    const char *path = line + strlen(key);
    const char *end = NULL;

    if (strncmp(line, key, strlen(key)) != 0)
        return false;
    for (const char *at = path; (at = strstr(at, mark)) && at < line + length; at++)
        end = at;
    if (end)
        text_add(out, "EnvironmentFile=%s%.*s\n", end[strlen(mark)] == 'y' ? "-" : "",
                 (int)(end - path), path);
    return true;
}

char *like_settings(const char *shown)
{
    size_t size = strlen(shown) * 2 + 64;
    char *settings = calloc(1, size);
    struct text out = {.data = settings, .size = size};

    for (; settings && *shown; shown += strcspn(shown, "\n"), shown += *shown == '\n') {
        size_t length = strcspn(shown, "\n");
        const char *equals = memchr(shown, '=', length);
        /* Not set: systemd-run would take it for an empty list. */
        if (!equals || equals + 1 == shown + length || file_line_add(shown, length, &out))
            continue;
        text_add(&out, "%.*s\n", (int)length, shown);
    }
    return settings;
}

/* "jellyfin" or "jellyfin.service" gets "gpu-verify-like-jellyfin.service"; see system/around.c. */
static void name_make(const char *unit, char *ret, size_t size)
{
    const char *dot = strrchr(unit, '.');

    snprintf(ret, size, "--unit=gpu-verify-like-%s%s", unit, dot ? "" : ".service");
}

/* systemd-run, the settings, this program and its arguments. */
static int words_make(const char *name, char *settings, char *program, char **argv, char **ret)
{
    static char *const begin[] = {"systemd-run", "--quiet", "--wait", "--pipe", "--collect"};
    size_t count = 0;
    char *rest = NULL;

    for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
        ret[count++] = begin[i];
    ret[count++] = (char *)name;
    for (char *line = strtok_r(settings, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (count + 4 >= WORDS_MAX)
            return -E2BIG;
        ret[count++] = "-p";
        ret[count++] = line;
    }
    ret[count++] = "--";
    ret[count++] = program;
    for (char **word = argv + 1; *word; word++) {
        if (count + 1 >= WORDS_MAX)
            return -E2BIG;
        ret[count++] = *word;
    }
    ret[count] = NULL;
    return 0;
}

static int settings_ask(const char *unit, char **ret, struct err *err)
{
    struct command command = {0};
    CLEANUP_FREE char *shown = NULL;
    int status;

    command_add(&command, "systemctl");
    command_add(&command, "show");
    command_add(&command, "-p");
    command_add(&command, SETTINGS);
    command_add(&command, "--");
    command_add(&command, unit);
    int r = command_run(&command, &shown, &status);
    if (r == 0 && status != 0)
        r = -EIO;
    *ret = r == 0 ? like_settings(shown) : NULL;
    if (*ret)
        return 0;
    return err_set(err, STATUS_INTERNAL, r < 0 ? -r : ENOMEM,
                   "--like: read the settings of a unit");
}

int like_stand_in(const char *unit, char **argv, int *ret_status, struct err *err)
{
    CLEANUP_FREE char *settings = NULL;
    static char *words[WORDS_MAX];
    char name[NAME_MAX_LEN + 64];
    char program[4096];
    char safe[200];
    int r = settings_ask(unit, &settings, err);
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (r < 0)
        return r;
    if (length < 0)
        return err_set(err, STATUS_INTERNAL, errno, "--like: find gpu-verify's own file");
    program[length] = '\0';
    name_make(unit, name, sizeof(name));
    r = words_make(name, settings, program, argv, words);
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "--like: too many settings");
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(words[0], words);
        (void)fprintf(stderr, "gpu-verify: --like: run systemd-run: %s\n", strerror(errno));
        _exit(STATUS_INTERNAL);
    }
    if (child < 0)
        return err_set(err, STATUS_INTERNAL, errno, "--like: start systemd-run");
    *ret_status = like_wait(child);
    if (*ret_status < STATUS_OF_SYSTEMD)
        return 0;
    return err_set(err, STATUS_INTERNAL, 0,
                   "--like: systemd could not start a unit with the settings of %s: status %d of "
                   "systemd.exec(5)",
                   text_printable(safe, sizeof(safe), unit), *ret_status);
}

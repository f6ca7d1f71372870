#include "config/include.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "config/scan.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_MAX (1u << 20)
#define DEPTH_MAX  8 /* a file may include itself */

static bool file_missing(const char *file, int depth, struct config_include *ret);

/* A folder, which ends in a slash, may be missing: all the files that are in it are included. */
static bool target_missing(const char *file, const char *target, int depth,
                           struct config_include *ret)
{
    if (target[strlen(target) - 1] == '/')
        return false;
    if (access(target, F_OK) == 0 || errno != ENOENT)
        return file_missing(target, depth + 1, ret);
    snprintf(ret->file, sizeof(ret->file), "%s", file);
    snprintf(ret->target, sizeof(ret->target), "%s", target);
    return true;
}

static bool file_missing(const char *file, int depth, struct config_include *ret)
{
    CLEANUP_FREE char *text = NULL;
    char *rest = NULL;
    size_t size;

    if (depth > DEPTH_MAX || file_read_at(AT_FDCWD, file, CONFIG_MAX, &text, &size) < 0)
        return false;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *value = config_value(line + strspn(line, " \t"), "lxc.include");
        char target[PATH_MAX];
        size_t length = value ? strlen(value) : 0;
        while (length && strchr(" \t\r", value[length - 1]))
            length--;
        if (length == 0 || length >= sizeof(target))
            continue;
        snprintf(target, sizeof(target), "%.*s", (int)length, value);
        if (target_missing(file, target, depth, ret))
            return true;
    }
    return false;
}

bool config_include_missing(const char *config_file, struct config_include *ret)
{
    return file_missing(config_file, 0, ret);
}

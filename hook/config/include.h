/* The files that a container's config includes. */
#ifndef HOOK_CONFIG_INCLUDE_H
#define HOOK_CONFIG_INCLUDE_H

#include <limits.h>
#include <stdbool.h>

/* A line `lxc.include = TARGET` in FILE, where TARGET is not there. */
struct config_include {
    char file[PATH_MAX];
    char target[PATH_MAX];
};

/* The first such line, in the config itself or in what it includes. False when there is none. */
bool config_include_missing(const char *config_file, struct config_include *ret);

#endif

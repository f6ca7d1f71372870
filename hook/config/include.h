/* SPDX-License-Identifier: MIT */
/*
 * A config and the files that it includes, read before LXC reads them: LXC waits for a FIFO,
 * follows an include of itself for ever, and obeys whatever is written there.
 */
#ifndef HOOK_CONFIG_INCLUDE_H
#define HOOK_CONFIG_INCLUDE_H

#include "config/trust.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_MAX (1u << 20) /* bytes of one file */

enum include_fault {
    INCLUDE_FINE,
    INCLUDE_MISSING,
    INCLUDE_FOREIGN, /* `breach` says what others can write to */
    INCLUDE_ODD, /* `error` says why it cannot be read; 0: neither a regular file of a sane size nor
                    a directory */
    INCLUDE_TOO_MANY,
};

/* The first line `lxc.include = TARGET`, in FILE, that cannot be read. */
struct config_include {
    enum include_fault fault;
    int error;
    char file[PATH_MAX];
    char target[PATH_MAX];
    struct trust_breach breach;
};

/* Who is root in the container, by the lxc.idmap lines. */
struct config_root {
    bool has_uid, has_gid;
    uint32_t uid, gid;
};

/*
 * Pure: takes the next line off, and puts it apart as LXC does. False at the end. *ret_key and
 * *ret_value are "" when it sets nothing.
 */
bool config_line_next(const char **text, const char *end, char *ret_key, size_t key_size,
                      char *ret_value, size_t value_size);

/* A line that sets something: `number` is the line's in `file`, from 1. */
struct config_line {
    const char *file;
    unsigned number;
    const char *key, *value;
};

typedef void config_visitor(const struct config_line *line, void *memory);

/*
 * Shows each such line of the text of `file`, and of what it includes, in the order in which LXC
 * obeys them: those of an include at its place. `roots_alone`: no file is opened that others than
 * root can have written. Ends at the first include that cannot be read.
 */
void config_walk(const char *file, const char *text, size_t size, bool roots_alone,
                 config_visitor *visit, void *memory, struct config_include *ret);

/* Reads the text of `file`, and what it includes; as root, only what is root's alone. */
void config_includes_read(const char *file, const char *text, size_t size,
                          struct config_include *ret, struct config_root *ret_root);

#endif

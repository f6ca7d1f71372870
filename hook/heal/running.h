/* SPDX-License-Identifier: MIT */
/*
 * The containers of LXC that run, of every lxcpath: each monitor listens on a socket that is named
 * after its container. Anybody can make such a socket, so this is a list of whom to look at, and
 * says nothing about them but whose process it is.
 */
#ifndef HOOK_RUNNING_H
#define HOOK_RUNNING_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RUNNING_MAX 1024

struct running {
    char lxcpath[PATH_MAX];
    char name[NAME_MAX + 1];
    uid_t uid; /* of who answers on the socket */
};

/* Pure: a line of /proc/net/unix, of `length`; false when it is no socket of a monitor's. */
bool running_line_read(const char *line, size_t length, struct running *ret);

/*
 * Those of one lxcpath, or all with NULL, in the order of their names; what is beyond RUNNING_MAX
 * is left out, those of other users first. The caller frees *ret, also when there is none.
 */
int running_find(const char *lxcpath, struct running **ret, size_t *ret_count, struct err *err);

#endif

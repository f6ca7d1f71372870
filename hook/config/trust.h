/* SPDX-License-Identifier: MIT */
/*
 * Is this path root's alone? Root obeys and follows only what nobody else can have written: each
 * directory above a file, and each link on the way, belongs to root and can be changed by root
 * alone. Group 0 may write. In a sticky directory, as /tmp is, what belongs to root is as safe as
 * elsewhere.
 */
#ifndef HOOK_TRUST_H
#define HOOK_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* What is not root's alone. */
struct trust_breach {
    bool found;
    uid_t owner; /* 0: root's, but others may write to it */
    char path[PATH_MAX];
};

/* Pure but for the access list of `fd`: whether only root can change what `fd` is. */
bool trust_is_roots(int fd, const struct stat *st);

/* Names what `fd` is as the breach. Returns -EPERM. */
int trust_breach_set(int fd, const struct stat *st, struct trust_breach *ret);

/*
 * Opens a path with O_PATH, component by component, links resolved by hand. A path that does not
 * begin with a slash begins at the working directory, which has to be root's too.
 * -EPERM when a part of it is not root's alone, and *breach says which; or another -errno.
 */
int trust_open(const char *path, int *ret, struct trust_breach *breach);

#endif

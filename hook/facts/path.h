/* SPDX-License-Identifier: MIT */
/*
 * Every path inside a container is opened here and nowhere else. Whatever the container's files
 * say, the result lies below `root`: with openat2(2) where the kernel has it (5.6), and component
 * by component where it does not or a seccomp filter hides it.
 */
#ifndef HOOK_PATH_H
#define HOOK_PATH_H

#include <stdbool.h>

enum path_links {
    PATH_NO_LINKS,     /* a symbolic link anywhere on the way is -ELOOP */
    PATH_FOLLOW_INSIDE /* links are followed as the container would, "/" and ".." bounded by root */
};

/*
 * Opens `path`, relative to `root`, with O_PATH | O_CLOEXEC: nothing is read or woken by it, so a
 * FIFO or a device is harmless. With PATH_NO_LINKS, a link as the last component is -ELOOP too.
 * The caller checks with fstat what it got and closes it.
 */
int path_open(int root, const char *path, enum path_links links, int *ret);

/*
 * Opens for reading what path_open has found and fstat has shown to be a regular file: by its path,
 * since a process in the container has no /proc that it could trust to open it anew. -ESTALE when
 * another file is there by now. Does not wait for a FIFO, should it have become one.
 */
int path_open_to_read(int root, const char *path, enum path_links links, int found, int *ret);

/* For the tests of the fallback. */
int path_open_stepwise(int root, const char *path, enum path_links links, int *ret);

#endif

/* SPDX-License-Identifier: MIT */
/* Resources that close themselves when they leave scope, keep errno, and are handed on with a
 * steal. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* close is never retried: on Linux the descriptor is gone even after EINTR. */
static inline void fd_cleanup(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    errno = saved;
}

static inline int fd_steal(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

static inline void free_cleanup(void *memory)
{
    int saved = errno;
    void **pointer = memory;

    free(*pointer);
    errno = saved;
}

static inline void dir_cleanup(DIR **dir)
{
    int saved = errno;

    if (*dir)
        (void)closedir(*dir);
    errno = saved;
}

#define CLEANUP_FD   __attribute__((cleanup(fd_cleanup)))
#define CLEANUP_FREE __attribute__((cleanup(free_cleanup)))
#define CLEANUP_DIR  __attribute__((cleanup(dir_cleanup)))

#endif

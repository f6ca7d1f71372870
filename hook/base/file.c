/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(int fd, size_t cap, char **ret, size_t *ret_size)
{
    size_t used = 0;
    size_t room = cap < 4096 ? cap + 1 : 4096;
    CLEANUP_FREE char *data = malloc(room + 1);

    if (!data)
        return -ENOMEM;
    for (;;) {
        ssize_t got = read(fd, data + used, room - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        used += (size_t)got;
        if (used > cap)
            return -EFBIG;
        if (used == room) {
            room = room > cap / 2 ? cap + 1 : room * 2;
            char *more = realloc(data, room + 1);
            if (!more)
                return -ENOMEM;
            data = more;
        }
    }
    data[used] = '\0';
    *ret = data;
    *ret_size = used;
    data = NULL;
    return 0;
}

int file_read_at(int dirfd, const char *path, size_t cap, char **ret, size_t *ret_size)
{
    CLEANUP_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return -errno;
    return file_read(fd, cap, ret, ret_size);
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

/* A file system that cannot fsync says EINVAL. */
static int fill(int fd, const char *data, size_t size, mode_t mode)
{
    int r = write_all(fd, data, size);

    if (r == 0 && fchmod(fd, mode) < 0)
        r = -errno;
    if (r == 0 && fsync(fd) < 0 && errno != EINVAL)
        r = -errno;
    return r;
}

int file_put(const char *path, const char *data, size_t size, mode_t mode)
{
    CLEANUP_FREE char *temporary = NULL;
    CLEANUP_FD int fd = -1;
    int r;

    if (asprintf(&temporary, "%s.%d.new", path, (int)getpid()) < 0) {
        temporary = NULL;
        return -ENOMEM;
    }
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    r = fill(fd, data, size, mode);
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r < 0)
        (void)unlink(temporary);
    return r;
}

#include "base/file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

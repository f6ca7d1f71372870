/* SPDX-License-Identifier: MIT */
#include "visit/program.h"

#include "base/cleanup.h"
#include "exit_status.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define OTHERS_MAY_WRITE (S_IWGRP | S_IWOTH)
#define SEALS            (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U /* Linux 6.3: wanted where vm.memfd_noexec is 1 */
#endif

static int program_open(const char *path, int *ret, struct stat *ret_st, struct err *err)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat own;

    if (fd < 0 && errno == ENOENT)
        return -ENOENT;
    if (fd < 0 || fstat(fd, ret_st) < 0 || stat("/proc/self/exe", &own) < 0)
        return err_set(err, exit_status_for(errno, STATUS_PRIVILEGE), errno, "open %s", path);
    if (!S_ISREG(ret_st->st_mode) || ret_st->st_uid != own.st_uid ||
        ret_st->st_mode & OTHERS_MAY_WRITE)
        return err_set(err, STATUS_PRIVILEGE, 0,
                       "%s is not a file of the user alone who owns lxc-gpu-hook", path);
    *ret = fd_steal(&fd);
    return 0;
}

static int memory_make(const char *path)
{
    const char *name = strrchr(path, '/');
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = (int)syscall(SYS_memfd_create, name ? name + 1 : path, flags | MFD_EXEC);

    if (fd < 0 && errno == EINVAL)
        fd = (int)syscall(SYS_memfd_create, name ? name + 1 : path, flags);
    return fd;
}

static int copy(int from, int to, off_t size)
{
    while (size > 0) {
        ssize_t done = sendfile(to, from, NULL, (size_t)size);
        if (done <= 0)
            return done < 0 ? -errno : -EIO; /* it has become shorter */
        size -= done;
    }
    return 0;
}

/* Opened again, because a file that is open for writing cannot be executed. */
static int reopen(int fd)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

int program_seal(const char *path, int *ret, struct err *err)
{
    CLEANUP_FD int file = -1;
    CLEANUP_FD int memory = -1;
    struct stat st = {0};
    int r = program_open(path, &file, &st, err);

    if (r < 0)
        return r;
    memory = memory_make(path);
    if (memory < 0)
        return err_set(err, exit_status_for(errno, STATUS_KERNEL), errno,
                       "make memory for a copy of %s", path);
    r = copy(file, memory, st.st_size);
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "copy %s", path);
    if (fchmod(memory, 0555) < 0 || fcntl(memory, F_ADD_SEALS, SEALS) < 0)
        return err_set(err, STATUS_KERNEL, errno, "seal the copy of %s", path);
    *ret = reopen(memory);
    return *ret < 0 ? err_set(err, STATUS_INTERNAL, errno, "open the copy of %s", path) : 0;
}

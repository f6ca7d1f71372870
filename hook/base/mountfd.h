/* SPDX-License-Identifier: MIT */
/*
 * The mount calls that work on file descriptors (Linux 5.2). Called by number: glibc before 2.36
 * (Debian 11) has no wrappers for them. Each returns as the system call does, with errno.
 */
#ifndef HOOK_MOUNTFD_H
#define HOOK_MOUNTFD_H

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int sys_fsopen(const char *type, unsigned flags)
{
    return (int)syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(int fs, unsigned command, const char *key, const char *value,
                               int aux)
{
    return (int)syscall(SYS_fsconfig, fs, command, key, value, aux);
}

static inline int sys_fsmount(int fs, unsigned flags, unsigned attributes)
{
    return (int)syscall(SYS_fsmount, fs, flags, attributes);
}

static inline int sys_open_tree(int folder, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, folder, path, flags);
}

/* Both ends by file descriptor: no path is looked up. */
static inline int sys_move_mount_fd(int from, int to)
{
    return (int)syscall(SYS_move_mount, from, "", to, "",
                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

#endif

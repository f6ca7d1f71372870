/* SPDX-License-Identifier: MIT */
/*
 * The public exit statuses of lxc-gpu-hook. LXC shows only "Script exited with status N", so the
 * number has to tell the cause by itself; help and manual page are made from this table.
 */
#ifndef HOOK_EXIT_STATUS_H
#define HOOK_EXIT_STATUS_H

#include <errno.h>

#define EXIT_STATUS_TABLE(X)                                                                       \
    X(0, STATUS_DONE, "done")                                                                      \
    X(1, STATUS_INTERNAL, "internal error")                                                        \
    X(2, STATUS_USAGE, "wrong use: option, hook type, or no such container")                       \
    X(3, STATUS_NO_NODE, "no matching render node on the host")                                    \
    X(4, STATUS_OWNERSHIP, "the owner cannot be mapped into the container")                        \
    X(5, STATUS_DEVICE_CGROUP, "the container's device cgroup denies the node")                    \
    X(6, STATUS_UNSAFE_PATH, "unsafe or unusable path in the container")                           \
    X(7, STATUS_PRIVILEGE, "missing privilege")                                                    \
    X(8, STATUS_KERNEL, "the kernel lacks a needed feature")                                       \
    X(9, STATUS_DEAD_NODE, "the node does not answer: no driver behind it")                        \
    X(10, STATUS_OUTDATED, "the file does not say what the host has now")

enum exit_status {
#define X(number, id, meaning) id = (number),
    EXIT_STATUS_TABLE(X)
#undef X
};

/* What has run out says nothing about how the program was used. */
static inline int exit_status_for(int error, enum exit_status status)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM ? (int)STATUS_INTERNAL
                                                                 : (int)status;
}

#endif

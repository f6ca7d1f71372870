/* SPDX-License-Identifier: MIT */
/* Reading /proc/self/mountinfo (proc_pid_mountinfo(5)); works on its whole text. */
#ifndef VERIFY_MOUNTS_H
#define VERIFY_MOUNTS_H

#include "facts/facts.h"

struct mount_entry {
    char device[24];           /* of the file system: "0:25" */
    char root[NODE_PATH_MAX];  /* the part of the file system that is mounted */
    char point[NODE_PATH_MAX]; /* where */
    char options[128];         /* of this mount: "rw,nosuid,nodev" */
};

/*
 * The mount that `path` (absolute, no symbolic links) lies on; with several at one place the last
 * is on top. False when there is none.
 */
bool mounts_find(const char *text, const char *path, struct mount_entry *ret);

/* The whole line of the topmost mount at "/", cut to what fits. False when there is none. */
bool mounts_root_line(const char *text, char *ret, size_t size);

#endif

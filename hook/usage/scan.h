/* SPDX-License-Identifier: MIT */
/*
 * The containers of LXC that run, Proxmox's and Incus' among them, and their processes that have a
 * GPU's node open: by /proc alone, from the host. Nothing of a container is opened.
 */
#ifndef HOOK_USAGE_SCAN_H
#define HOOK_USAGE_SCAN_H

#include "usage/fdinfo.h"

#include <limits.h>
#include <sys/types.h>

#define SCAN_MAX 4096 /* containers, and open nodes */

struct scan_container {
    char cgroup[512];        /* the directory that LXC has made for it */
    char name[NAME_MAX + 1]; /* printable */
    char lxcpath[256];       /* printable; "" when the monitor does not say it */
    pid_t init;
    unsigned depth;   /* of pid namespaces that the init is in */
    uid_t owner;      /* of its monitor: who has started it */
    uint64_t started; /* clock ticks since the boot */
};

struct scan_client {
    size_t container; /* index */
    pid_t pid;
    uint64_t started;
    int node_minor; /* -1 when it cannot be seen */
    struct drm_client drm;
};

struct scan {
    struct scan_container *containers;
    struct scan_client *clients;
    size_t container_count, client_count;
    size_t unseen; /* processes of containers that this user may not look into */
};

/* `proc`: an open /proc. 0 or -errno. The caller closes *ret, also after an error. */
int scan_read(int proc, struct scan *ret);
void scan_close(struct scan *scan);

/*
 * Pure: cuts the text of /proc/PID/cgroup down to the directory that LXC has made for a container.
 * False when there is none.
 */
bool scan_cgroup_find(const char *text, char *ret, size_t size);

/* Pure: the name in the monitor's "[lxc monitor] LXCPATH NAME", else the cgroup's; printable. */
void scan_name_find(const char *command_line, const char *cgroup, char *ret, size_t size);

/* Pure: its LXCPATH; "". */
void scan_path_find(const char *command_line, char *ret, size_t size);

/* Pure: field 22 of /proc/PID/stat, behind a name that can have blanks and brackets; 0: unknown. */
uint64_t scan_started(const char *stat);

#endif

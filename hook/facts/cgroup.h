/* SPDX-License-Identifier: MIT */
/*
 * What a cgroup lets its members do with device nodes, found out by a child that joins it and
 * tries: on cgroup v2, and on v1 where a cgroup has no list, no file tells. Nothing is left behind.
 */
#ifndef HOOK_CGROUP_H
#define HOOK_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The devices controller is one of cgroup v1: hybrid hosts too. */
bool cgroup_host_is_v1(void);

/* The cgroup of a process by its /proc/PID/cgroup, below its hierarchy. False: there is none. */
bool cgroup_of(const char *proc_cgroup, char *ret, size_t size);

/* Whether there is such a cgroup. */
bool cgroup_exists(const char *path, bool is_v1);

enum cgroup_answer { CGROUP_ALLOWS, CGROUP_DENIES, CGROUP_UNKNOWN };

struct cgroup_wish {
    const char *node; /* on this host; to be opened to read and write, by access(2), not open(2) */
    bool is_make;     /* in place of that: to make one of the number that it has */
};

enum cgroup_answer cgroup_try(const char *path, bool is_v1, const struct cgroup_wish *wish);

/* The same for the cgroup that this process is in, and with its own rights. */
enum cgroup_answer cgroup_try_here(const struct cgroup_wish *wish);

/*
 * The same as a member of a group that this user may map into a user namespace (/etc/subgid).
 * CGROUP_UNKNOWN where that is refused, too.
 */
enum cgroup_answer cgroup_try_as_group(gid_t gid, const struct cgroup_wish *wish);

/*
 * The topmost of `path` and those above it that denies it. CGROUP_ALLOWS: none does;
 * CGROUP_UNKNOWN: none that could be asked does. *ret is "" but for CGROUP_DENIES.
 */
enum cgroup_answer cgroup_find_denying(const char *path, bool is_v1, const struct cgroup_wish *wish,
                                       char *ret, size_t size);

/* v1: the text of its devices.list; the caller's to free. NULL when it cannot be read. */
char *cgroup_device_list(const char *path);

#endif

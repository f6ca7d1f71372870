/* Where a process stands in the cgroup tree that holds the device rules. */
#ifndef HOOK_CGROUP_H
#define HOOK_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Pure: finds the cgroup path in the text of /proc/PID/cgroup: the v1 `devices` hierarchy when
 * there is one, else the unified one. False when there is neither or the path leads out of our own
 * view.
 */
bool cgroup_path_find(const char *text, char *ret_path, size_t size, bool *ret_is_v1);

/* Puts the calling process, of one thread, into the cgroup whose folder is open. 0 or -errno. */
int cgroup_join(int folder, bool is_v1);

#endif

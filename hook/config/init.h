/* SPDX-License-Identifier: MIT */
/*
 * Is this process really the init of that container? What lxc-info(1) tells was told by whoever
 * answers LXC's abstract socket, which any process of the host can bind while the container is
 * stopped. So the kernel is asked: who is behind the socket, and what the process is.
 */
#ifndef HOOK_INIT_H
#define HOOK_INIT_H

#include "base/err.h"
#include "base/idmap.h"
#include "config/lxc.h"

#include <sys/socket.h>
#include <sys/types.h>

/* Pure: the name of the socket, behind its leading NUL byte. Returns its length. */
size_t init_socket_name(const char *lxcpath, const char *name, char *ret, size_t size);

/* Whose process answers on it: 0; -ENOENT when nobody does; -EAGAIN when it is busy. */
int init_socket_peer(const char *lxcpath, const char *name, struct ucred *ret);

/*
 * STATUS_USAGE when somebody answers for the container who is neither root nor this user. Nobody
 * has to: then it does not run.
 */
int init_socket_check(const char *lxcpath, const char *name, struct err *err);

/* Pure: whether /proc/PID/cgroup shows a cgroup that LXC makes; `directory`: LXC's for it. */
bool init_cgroup_is(const char *text, const char *directory);
bool init_cgroup_is_payload(const char *text);

/* Pure: whether NSpid in /proc/PID/status is that of the first process in a pid namespace. */
bool init_is_first(const char *status);

/*
 * Opens /proc/PID, and checks that this is the init of the container: the user namespace belongs to
 * this user and has the config's maps (empty ones: it is the hook's own), the cgroup is the
 * container's, and LXC names the same process again. STATUS_USAGE when it is not.
 */
int init_open(const struct container *container, pid_t pid, const struct idmap *uids,
              const struct idmap *gids, int *ret_proc, struct err *err);

/*
 * The same for a process id that a person gave: the first process of another pid namespace. When
 * `owner` is not -1, in a user namespace that this uid has made; else, when it shares the hook's
 * user namespace, in a cgroup of LXC's.
 */
int init_open_pid(pid_t pid, int64_t owner, int *ret_proc, struct err *err);

#endif

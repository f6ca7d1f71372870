/*
 * start-host of a container that an ordinary user starts. No node can be made there: the kernel
 * refuses mknod and chown. The mount hook has bound the host's own nodes where the id map makes
 * them usable; here they are proven, or the lines that make them usable are worked out.
 */
#ifndef HOOK_START_USER_H
#define HOOK_START_USER_H

#include "config/account.h"
#include "start/job.h"

/* The caller closes the job's guest. STATUS_OWNERSHIP with the lines when nothing is usable. */
int start_user(const struct hook_env *env, struct start_job *job, struct err *err);

/*
 * The failure "the id map does not make this node usable", with the lxc.idmap and /etc/subgid lines
 * that do: pure but for /etc/subgid.
 */
int start_user_unmapped(const struct gpu_node *node, const struct plan_owner *owner,
                        const struct guest *guest, const struct account *user, struct err *err);

/* The user this process runs as, by the password database. */
void start_user_self(struct account *ret);

#endif

/* SPDX-License-Identifier: MIT */
/* What a command on a container that runs begins with. */
#ifndef HOOK_CLI_ATTACH_H
#define HOOK_CLI_ATTACH_H

#include "base/err.h"
#include "config/lxc.h"
#include "facts/env.h"
#include "facts/options.h"

/*
 * The init of a container whose config has been looked at by lxc_container_check: env->name, pid
 * and proc. env->pid is 0, and that is no error, when it does not run.
 */
int attach_find_init(const struct container *container, struct hook_env *env, struct err *err);

/*
 * The container that the command line names, by NAME or --pid, and then the only one of this
 * program that works on it, until env->proc is closed. The failure is ready to be reported.
 */
int attach_find(const struct options *options, struct hook_env *env, struct err *err);

/* That part of it: one process at a time. */
int attach_wait_for_turn(int proc, struct err *err);

/* Adds the command as root, or why root is not enough. */
void attach_fix_privilege(const struct options *options, struct err *err);

#endif

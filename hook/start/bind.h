/*
 * The mount hook: it runs as the container's root, in its user and mount namespaces, while the
 * host's file tree is still in sight. Nodes of the host that are usable as they are get bound into
 * the container; all others are left to start-host.
 */
#ifndef HOOK_BIND_H
#define HOOK_BIND_H

#include "base/err.h"
#include "cli/options.h"
#include "facts/env.h"

/* 0 also when nothing is bound. STATUS_UNSAFE_PATH when the container's /dev is not usable. */
int bind_nodes(const struct hook_env *env, const struct options *options, struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The mount hook: it runs as the container's root, in its user and mount namespaces, while the
 * host's file tree is still in sight. Nodes of the host that are usable as they are get bound into
 * the container; all others are left to start-host.
 */
#ifndef HOOK_BIND_H
#define HOOK_BIND_H

#include "facts/env.h"
#include "facts/fault.h"
#include "facts/gpu.h"
#include "facts/options.h"

/* What became of a node. */
struct bound {
    bool is_bound;
    bool has_no_link; /* its link below by-path could not be made */
};

struct bind_job {
    struct gpu_list gpus;
    struct bound bound[GPU_NODES_MAX]; /* of the node of the same index */
};

/*
 * 0 also when nothing is bound. STATUS_UNSAFE_PATH when the container's /dev is not usable. `job`
 * is the caller's, zeroed.
 */
int bind_nodes(const struct hook_env *env, const struct options *options, struct bind_job *job,
               struct fault *fault);

#endif

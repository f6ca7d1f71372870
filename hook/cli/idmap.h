/* SPDX-License-Identifier: MIT */
/* What idmap works out, for enable too. */
#ifndef HOOK_CLI_IDMAP_H
#define HOOK_CLI_IDMAP_H

#include "base/err.h"
#include "config/container.h"
#include "facts/gpu.h"
#include "plan/plan.h"

/* What the calculation starts from. */
struct idmap_wish {
    struct gpu_node node;    /* its group is the one to map */
    struct plan_owner owner; /* the guest's gid and group name */
};

int idmap_wish_find(const struct options *options, struct container_facts *facts,
                    struct gpu_list *gpus, struct idmap_wish *ret, struct err *err);

/* The command that adds to /etc/subgid what is missing there, if anything is, to stdout. */
void idmap_print_grant(const struct container_facts *facts, const struct idmap_wish *wish);

#endif

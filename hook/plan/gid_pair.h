/* Which group of the guest may be made which group of the host, in a map of a person's. */
#ifndef HOOK_GID_PAIR_H
#define HOOK_GID_PAIR_H

#include "base/err.h"
#include "facts/gpu.h"
#include "plan/plan.h"

/*
 * 0, or STATUS_OWNERSHIP where one of the two is a root group. Of the guest it has to stay what it
 * is, since half of the guest's files belong to it; of the host it is no container's. Pure.
 */
int gid_pair_check(const struct gpu_node *node, const struct plan_owner *owner, struct err *err);

#endif

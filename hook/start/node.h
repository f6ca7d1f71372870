/* SPDX-License-Identifier: MIT */
/*
 * The nodes themselves: a private tmpfs, attached nowhere, that holds them with their owners and is
 * then made read-only. It belongs to the host's user namespace, so device nodes on it can be opened
 * (a tmpfs mounted inside a user namespace refuses that) and nobody in the container can change it.
 */
#ifndef HOOK_NODE_H
#define HOOK_NODE_H

#include "facts/fault.h"
#include "plan/plan.h"

/*
 * *ret is the detached mount; closing it unattached leaves nothing behind. STATUS_KERNEL when a
 * mount call is missing or refused, STATUS_PRIVILEGE when a node cannot be made or given away.
 */
int node_tree_make(const struct plan *plan, int *ret, struct fault *fault);

#endif

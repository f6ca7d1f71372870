/*
 * The one process that enters the container: a child that attaches the tree and gives the proof,
 * and is surely gone when this returns. The parent never enters.
 */
#ifndef HOOK_WORKER_H
#define HOOK_WORKER_H

#include "base/err.h"
#include "guest.h"
#include "plan.h"
#include "prove.h"

struct worker_task {
    const struct guest *guest;
    const struct plan *plan;
    int tree; /* from node_tree_make; -1: nothing to attach, the nodes are there */
    bool prove;
    bool as_user; /* no privilege on the host: rights come from owning the user namespace */
};

/* *ret is all zero without a proof. A privileged parent is in PHASE_WAIT afterwards. */
int worker_run(const struct worker_task *task, struct proofs *ret, struct err *err);

#endif

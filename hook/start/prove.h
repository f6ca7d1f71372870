/*
 * The proof: an ordinary user of the guest, with the nodes' group and nothing else, opens each node
 * the way a program in the container would, and asks the kernel driver its name.
 */
#ifndef HOOK_PROVE_H
#define HOOK_PROVE_H

#include "base/err.h"
#include "facts/guest.h"
#include "plan/plan.h"

struct proof {
    int error;       /* 0: open and answered; else the errno of what failed */
    char driver[32]; /* kernel driver; "" when it did not answer */
};

struct proofs {
    bool is_dev_null_denied; /* /dev/null answers EPERM: an allow-list that lacks the basics */
    const char *shut;        /* a folder that kept the user out; NULL: none did */
    struct proof nodes[PLAN_OPS_MAX]; /* of the plan's step of the same index, when it is OP_NODE */
};

/* Gives up every privilege first; cannot be undone. The proofs are facts, not an error. */
int prove_nodes(const struct guest *guest, const struct plan *plan, struct proofs *ret,
                struct err *err);

/* The failure "a lone rule made a list of devices that lacks all the usual ones". Pure. */
int prove_lone_rule(const struct config_lines *config, struct err *err);

/* The first node that the ordinary user may not open, by owner and mode; NULL when there is none.
 */
const struct gpu_node *prove_shut_node(const struct plan *plan, const struct proofs *proofs);

/* The judgement over them: 0, STATUS_DEVICE_CGROUP, STATUS_DEAD_NODE or STATUS_UNSAFE_PATH. Pure.
 */
int prove_judge(const struct guest *guest, const struct plan *plan, const struct proofs *proofs,
                struct err *err);

#endif

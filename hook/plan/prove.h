/* SPDX-License-Identifier: MIT */
/* What the witness found (start/witness.h), and the judgement over it. Pure. */
#ifndef HOOK_PROVE_H
#define HOOK_PROVE_H

#include "plan/plan.h"

struct proof {
    int error;       /* 0: open and answered; else the errno of what failed */
    char driver[32]; /* kernel driver; "" when it did not answer */
};

/* A folder on the way to the nodes that keeps an ordinary user out. */
enum proof_folder { PROOF_FOLDER_NONE, PROOF_FOLDER_ROOT, PROOF_FOLDER_DEV, PROOF_FOLDER_DRI };

struct proofs {
    bool is_dev_null_denied; /* /dev/null answers EPERM: an allow-list that lacks the basics */
    enum proof_folder shut;
    struct proof nodes[PLAN_OPS_MAX]; /* of the plan's step of the same index, when it is OP_NODE */
};

/* Its path in the container; NULL for PROOF_FOLDER_NONE. */
const char *proof_folder_name(enum proof_folder folder);

/* The first node that the ordinary user may not open, by owner and mode; NULL when there is none.
 */
const struct gpu_node *prove_shut_node(const struct plan *plan, const struct proofs *proofs);

/* The judgement over them: 0, STATUS_DEVICE_CGROUP, STATUS_DEAD_NODE or STATUS_UNSAFE_PATH.
 */
int prove_judge(const struct plan *plan, const struct proofs *proofs, struct fault *fault);

#endif

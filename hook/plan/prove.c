/* SPDX-License-Identifier: MIT */
#include "plan/prove.h"

#include <errno.h>

const char *proof_folder_name(enum proof_folder folder)
{
    static const char *const names[] = {[PROOF_FOLDER_NONE] = NULL,
                                        [PROOF_FOLDER_ROOT] = "/",
                                        [PROOF_FOLDER_DEV] = "/dev",
                                        [PROOF_FOLDER_DRI] = "/dev/dri"};

    return names[folder];
}

const struct gpu_node *prove_shut_node(const struct plan *plan, const struct proofs *proofs)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE && proofs->nodes[i].error == EACCES)
            return plan->ops[i].gpu;
    return NULL;
}

static enum cause cause_of(int error, bool is_dev_null_denied)
{
    switch (error) {
    case EPERM:
        /* An allow rule would admit the node but leave /dev/null denied. */
        return is_dev_null_denied ? CAUSE_LONE_RULE : CAUSE_NODE_DENIED;
    case EACCES:
        return CAUSE_NODE_SHUT;
    default:
        return CAUSE_NODE_DEAD;
    }
}

int prove_judge(const struct plan *plan, const struct proofs *proofs, struct fault *fault)
{
    for (size_t i = 0; i < plan->op_count; i++) {
        int error = plan->ops[i].kind == OP_NODE ? proofs->nodes[i].error : 0;
        enum cause cause = cause_of(error, proofs->is_dev_null_denied);
        if (error)
            return fault_set(fault, cause, cause == CAUSE_LONE_RULE ? 0 : error, .a = (uint32_t)i,
                             .name = plan->ops[i].name);
    }
    return 0;
}

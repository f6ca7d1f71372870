#include "start/prove.h"

#include "base/drm.h"
#include "base/text.h"
#include "exit_status.h"
#include "say/advice_config.h"
#include "say/advice_gpu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *proof_folder_name(enum proof_folder folder)
{
    static const char *const names[] = {[PROOF_FOLDER_NONE] = NULL,
                                        [PROOF_FOLDER_ROOT] = "/",
                                        [PROOF_FOLDER_DEV] = "/dev",
                                        [PROOF_FOLDER_DRI] = "/dev/dri"};

    return names[folder];
}

static void fix_device_rules(const struct guest *guest, const struct plan *plan,
                             const struct proofs *proofs, struct err *err)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE && proofs->nodes[i].error == EPERM)
            err_fix(err, "lxc.cgroup%s.devices.allow = c %d:%u rwm", guest->cgroup_is_v1 ? "" : "2",
                    DRM_MAJOR, plan->ops[i].gpu->node_minor);
}

static int shut(const struct op *op, const struct guest *guest, const char *folder, struct err *err)
{
    int r = err_set(err, STATUS_UNSAFE_PATH, EACCES,
                    "open /dev/dri/%s as an ordinary user of the container%s%s", op->name,
                    folder ? ", whom its mode keeps out of " : "", folder ? folder : "");

    if (folder && !folder[1] && text_is_shell_word(guest->rootfs))
        err_fix(err, "chmod 0755 %s", guest->rootfs);
    else
        err_fix(err, "# everybody in the container has to get through / and /dev (mode 0755)");
    return r;
}

static int judge_node(const struct op *op, const struct proof *proof, const struct guest *guest,
                      const char *folder, struct err *err)
{
    switch (proof->error) {
    case EPERM:
        return err_set(err, STATUS_DEVICE_CGROUP, EPERM,
                       "open /dev/dri/%s: the container's device cgroup denies it", op->name);
    case EACCES:
        return shut(op, guest, folder, err);
    default:
        err_set(err, STATUS_DEAD_NODE, proof->error,
                "/dev/dri/%s does not answer: no driver behind it", op->name);
        advice_dead_node(op->gpu, err);
        return -proof->error;
    }
}

/* Adding an allow rule would admit the node but leave /dev/null denied. */
int prove_lone_rule(const struct config_lines *config, struct err *err)
{
    char fix[512];
    int r = err_set(err, STATUS_DEVICE_CGROUP, 0,
                    "the container's device cgroup denies all but a few devices, /dev/null too: a "
                    "lone rule made a list of those that are allowed; it is not needed, delete "
                    "it%s%s",
                    config->rule[0] ? ": " : "", config->rule);

    err_fix_lines(err, advice_lone_rule(config, fix, sizeof(fix)));
    return r;
}

const struct gpu_node *prove_shut_node(const struct plan *plan, const struct proofs *proofs)
{
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE && proofs->nodes[i].error == EACCES)
            return plan->ops[i].gpu;
    return NULL;
}

int prove_judge(const struct guest *guest, const struct plan *plan, const struct proofs *proofs,
                struct err *err)
{
    for (size_t i = 0; i < plan->op_count; i++) {
        const struct proof *proof = &proofs->nodes[i];
        if (plan->ops[i].kind != OP_NODE || proof->error == 0)
            continue;
        if (proof->error == EPERM && proofs->is_dev_null_denied)
            return prove_lone_rule(&guest->config, err);
        int r = judge_node(&plan->ops[i], proof, guest, proof_folder_name(proofs->shut), err);
        if (proof->error == EPERM)
            fix_device_rules(guest, plan, proofs, err);
        return r;
    }
    return 0;
}

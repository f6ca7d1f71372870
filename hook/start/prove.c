#include "start/prove.h"

#include "say/advice_config.h"
#include "say/advice_gpu.h"
#include "base/cleanup.h"
#include "base/drm.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/path.h"
#include "start/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static int become_witness(const struct plan *plan, struct err *err)
{
    const struct plan_witness *witness = &plan->witness;

    if (setgroups(0, NULL) < 0 ||
        setresgid(witness->guest_gid, witness->guest_gid, witness->guest_gid) < 0 ||
        setresuid(witness->guest_uid, witness->guest_uid, witness->guest_uid) < 0)
        return err_set(err, STATUS_PRIVILEGE, errno, "become guest user %u for the proof",
                       witness->guest_uid);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return privilege_enter(PHASE_PROVE, err);
}

/* By path from the guest's root, as a program there would; the tmpfs is read-only, so no race. */
static void prove_node(int root, const struct op *op, struct proof *ret)
{
    CLEANUP_FD int fd = -1;
    char path[96];
    int r;

    snprintf(path, sizeof(path), "dev/dri/%s", op->name);
    /* Who opens a primary node may become the display's master. access(2) asks the mode and the
     * device cgroup (devcgroup_inode_permission in the kernel) and opens nothing. */
    if (!op->gpu->is_render) {
        ret->error = faccessat(root, path, R_OK | W_OK, 0) < 0 ? errno : 0;
        return;
    }
    fd = openat(root, path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) {
        ret->error = errno;
        return;
    }
    r = drm_driver_name(fd, ret->driver, sizeof(ret->driver));
    ret->error = r < 0 ? -r : 0;
}

/* Which folder on the way it is that others may not pass, by its name in the container. */
static const char *shut_folder(int root)
{
    static const char *const folders[] = {"/.", "/dev", "/dev/dri"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (faccessat(root, folders[i] + 1, X_OK, 0) < 0 && errno == EACCES)
            return i == 0 ? "/" : folders[i];
    return NULL;
}

static bool is_dev_null_denied(int root)
{
    CLEANUP_FD int fd = openat(root, "dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);

    return fd < 0 && errno == EPERM;
}

int prove_nodes(const struct guest *guest, const struct plan *plan, struct proofs *ret,
                struct err *err)
{
    int r = become_witness(plan, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < plan->op_count; i++)
        if (plan->ops[i].kind == OP_NODE)
            prove_node(guest->root, &plan->ops[i], &ret->nodes[i]);
    ret->is_dev_null_denied = is_dev_null_denied(guest->root);
    ret->shut = prove_shut_node(plan, ret) ? shut_folder(guest->root) : NULL;
    return 0;
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

    err_fix(err, "%s", advice_lone_rule(config, fix, sizeof(fix)));
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
        int r = judge_node(&plan->ops[i], proof, guest, proofs->shut, err);
        if (proof->error == EPERM)
            fix_device_rules(guest, plan, proofs, err);
        return r;
    }
    return 0;
}

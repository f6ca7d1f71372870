/* SPDX-License-Identifier: MIT */
/* The lines that fix a failure, where they are more than a line of causes.def. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "base/text.h"
#include "facts/account.h"
#include "facts/subid.h"
#include "plan/idmap_change.h"
#include "plan/plan.h"
#include "say/advice_config.h"
#include "say/advice_devices.h"
#include "say/advice_gpu.h"
#include "say/advice_system.h"
#include "say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define FUSE_MAX      4
#define MOUNTINFO_MAX (16u << 20)

/* ---- the hook's line ------------------------------------------------------------------------- */

void fix_gpu_conf(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    (void)about;
    err_fix_config(err, "lxc.include = " CONFIG_FOLDER "/gpu.conf");
}

void fix_section(const struct fault *fault, const struct about *about, struct err *err)
{
    char expression[64];
    char line[512];

    snprintf(expression, sizeof(expression), "^ *lxc\\.hook\\.%s *[:=].*lxc-gpu-hook", fault->name);
    err_fix_lines(err, advice_delete(about->config_file ? about->config_file : "", expression, line,
                                     sizeof(line)));
    fix_gpu_conf(fault, about, err);
}

/* In place of the hook lines that stand there. */
void fix_proxmox(const struct fault *fault, const struct about *about, struct err *err)
{
    if (!fault->name[0] || !about->options)
        return;
    /* Not those of a snapshot. */
    err_fix(err, "sed -i '1,/^\\[/{/^ *lxc\\.hook\\..*lxc-gpu-hook/d}' %s", fault->name);
    advice_proxmox_enable(about->options, NULL, fault->name, err);
}

/* Only LXC can set what is missing; the command does the same for a container that runs. */
void fix_by_hand(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)about;
    if (text_is_shell_word(fault->name))
        err_fix(err, "lxc-gpu-hook attach %s    # by hand, while it runs", fault->name);
    else
        err_fix(err, "lxc-ls -f    # then by hand: lxc-gpu-hook attach, and the name of one");
}

void fix_both_lines(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    if (!about->options)
        return;
    advice_hook_lines(about->options, NULL, err);
}

/* ---- the host's nodes ------------------------------------------------------------------------ */

void fix_no_match(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    if (about->options && about->gpus)
        advice_no_match(about->options, about->gpus, err);
}

void fix_dead_node(const struct fault *fault, const struct about *about, struct err *err)
{
    if (about->plan && fault->a < about->plan->op_count && about->plan->ops[fault->a].gpu)
        advice_dead_node(about->plan->ops[fault->a].gpu, err);
}

/* ---- the container's files ------------------------------------------------------------------- */

void fix_remove(const struct fault *fault, const struct about *about, struct err *err)
{
    if (about->guest &&
        (text_is_equal(fault->name, "dev") || text_is_equal(fault->name, "dev/dri")))
        advice_remove(about->guest, fault->name, err);
}

void fix_autodev(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    (void)about;
    err_fix_config(err, "lxc.autodev = 1");
}

void fix_read_only(const struct fault *fault, const struct about *about, struct err *err)
{
    if (fault->error == EROFS)
        fix_autodev(fault, about, err);
}

/*
 * The FUSE file systems that the container mounted itself. Those that this host has too serve
 * others as well, such as LXCFS, and are not to be ended.
 */
static void fix_fuse(const struct guest *guest, struct err *err)
{
    CLEANUP_FREE char *theirs = guest_mountinfo(guest);
    CLEANUP_FREE char *ours = NULL;
    uint32_t numbers[FUSE_MAX];
    size_t size;
    size_t count;

    if (!theirs || file_read_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &ours, &size) < 0)
        return;
    count = mountinfo_fuse_connections(theirs, ours, numbers, FUSE_MAX);
    for (size_t i = 0; i < count; i++)
        err_fix(err,
                "echo 1 >/sys/fs/fuse/connections/%u/abort    # ends a FUSE file system that the "
                "container has mounted",
                numbers[i]);
}

void fix_no_answer(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    if (about->guest)
        fix_fuse(about->guest, err);
    err_fix(err, "dmesg | grep -iE 'drm|gpu|blocked for|not responding'    # shows what hangs");
    err_fix(err, "# either the GPU, or what is mounted in the container on /, /etc or /dev");
}

/* ---- the id map ------------------------------------------------------------------------------ */

/* The whole new map; where that is too long, only the line that becomes another one. */
static void fix_cover(const struct idmap *covering, const struct idmap_extent *before, size_t at,
                      char kind, struct err *err)
{
    struct idmap tidy;

    /* Ordered, and neighbours that go on where the other ends made one. */
    if (idmap_untangle(covering, &tidy) == 0 && advice_map(&tidy, kind, err))
        return;
    err_fix(err, "# in place of the config's line lxc.idmap = %c %u %u %u", kind, before->inside,
            before->outside, before->length);
    err_fix_config(err, "lxc.idmap = %c %u %u %u", kind, before->inside, before->outside,
                   covering->extents[at].length);
}

void fix_unmapped(const struct fault *fault, const struct about *about, struct err *err)
{
    char kind = fault->b == 'u' ? 'u' : 'g';
    const struct idmap *map = kind == 'u' ? about->uids : about->gids;
    struct idmap_gap gap;
    struct idmap covering;

    if (!map)
        return;
    gap = idmap_gap_find(map, fault->a);
    if (idmap_cover(map, fault->a, gap, &covering))
        fix_cover(&covering, &map->extents[gap.before], (size_t)gap.before, kind, err);
    else if (!idmap_cover_front(map, fault->a, gap, &covering) || !advice_map(&covering, kind, err))
        err_fix(err, "# the lxc.idmap = %c lines have to name it", kind);
}

void fix_gid_unmapped(const struct fault *fault, const struct about *about, struct err *err)
{
    CLEANUP_FREE char *text = subid_read("/etc/subgid");
    struct idmap_change change;
    struct account user;

    account_self(&user);
    if (about->gids && idmap_redirect(about->gids, fault->b, fault->a, &change) == 0)
        advice_gids(&change.map, about->config_file ? about->config_file : "", err);
    if (text && !subid_allows(text, &user, user.gid, fault->a, 1))
        advice_grant(user.name, fault->a, 1, "/etc/subgid", err);
}

/* ---- the kernel and its security modules ----------------------------------------------------- */

/* Root is refused only where something stands in the way, such as a seccomp filter. */
void fix_kernel(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)about;
    if (fault->error == ENOSYS || fault->error == EPERM)
        advice_old_kernel(fault->error, err);
}

static void fix_lsm(const struct fault *fault, const char *apparmor_rule, struct err *err)
{
    struct lsm lsm = {.kind = (enum lsm_kind)fault->b};

    snprintf(lsm.label, sizeof(lsm.label), "%s", fault->detail);
    if (!strchr(lsm.label, '\''))
        advice_lsm(&lsm, apparmor_rule, err);
}

void fix_mount(const struct fault *fault, const struct about *about, struct err *err)
{
    fix_kernel(fault, about, err);
    fix_lsm(fault, "change_profile -> unconfined,", err);
}

void fix_bind(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)about;
    fix_lsm(fault, "mount options=(rw, bind),", err);
}

void fix_reinstall(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    (void)about;
    advice_install("lxc-gpu", true, err);
}

void fix_libmount(const struct fault *fault, const struct about *about, struct err *err)
{
    (void)fault;
    (void)about;
    advice_install("libmount1", true, err);
}

/* ---- the proof ------------------------------------------------------------------------------- */

/* Those that are denied; with the ones that are wanted where no proof has said which. */
static void denied_nodes(const struct about *about, struct device_minors *ret)
{
    *ret = (struct device_minors){.count = 0};
    for (size_t i = 0; about->plan && i < about->plan->op_count; i++)
        if (about->plan->ops[i].kind == OP_NODE && about->proofs &&
            about->proofs->nodes[i].error == EPERM &&
            ret->count < sizeof(ret->minors) / sizeof(ret->minors[0]))
            ret->minors[ret->count++] = about->plan->ops[i].gpu->node_minor;
}

/* Where nothing is known of the config, the container itself tells whether it has an id map. */
static const struct device_case *devices_of(const struct about *about)
{
    static struct device_case unknown;

    if (about->devices)
        return about->devices;
    memset(&unknown, 0, sizeof(unknown));
    unknown.rules.model = about->guest && about->guest->cgroup_is_v1 ? DEVICES_V1 : DEVICES_V2;
    unknown.is_privileged = about->guest && about->guest->user_ns < 0;
    return &unknown;
}

void fix_device_rules(const struct fault *fault, const struct about *about, struct err *err)
{
    struct device_minors nodes;

    (void)fault;
    denied_nodes(about, &nodes);
    advice_devices(devices_of(about), &nodes, about->config_file, err);
}

void fix_cgroup(const struct fault *fault, const struct about *about, struct err *err)
{
    unsigned node_minor = fault->b;

    if (fault->cause != CAUSE_MAKE_DENIED && about->plan && fault->a < about->plan->op_count &&
        about->plan->ops[fault->a].gpu)
        node_minor = about->plan->ops[fault->a].gpu->node_minor;
    if (about->devices)
        advice_cgroup(about->devices, node_minor, err);
}

void fix_shut(const struct fault *fault, const struct about *about, struct err *err)
{
    const char *folder = about->proofs ? proof_folder_name(about->proofs->shut) : NULL;

    (void)fault;
    if (folder && !folder[1] && about->guest && text_is_shell_word(about->guest->rootfs))
        err_fix(err, "chmod 0755 %s", about->guest->rootfs);
    else
        err_fix(err, "# everybody in the container has to get through / and /dev (mode 0755)");
}

/* SPDX-License-Identifier: MIT */
/* What LXC starts this program for, and an attach, which is a start too: done, and then said. */
#include "cli/hook.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/devices.h"
#include "config/given.h"
#include "config/obeyed.h"
#include "config/proxmox.h"
#include "config/scan.h"
#include "exit_status.h"
#include "facts/place.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "start/bind.h"
#include "start/privilege.h"
#include "start/start.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define OWN_MAP_MAX (64u << 10) /* 340 extents take 12 kB */

/* ---- with -v --------------------------------------------------------------------------------- */

static void tell_guest(const struct guest *guest)
{
    char ids[160];

    report_step("container: %s user namespace", guest->user_ns < 0 ? "the host's" : "its own");
    report_step("container: gids %s", idmap_describe(&guest->gids, ids, sizeof(ids)));
    report_step("container: device cgroup %s", guest->cgroup < 0 ? "not known" : "known");
}

static void tell_gpus(const struct gpu_list *gpus)
{
    char text[WARNING_SIZE];

    for (size_t i = 0; i < gpus->stray_count; i++) {
        snprintf(text, sizeof(text), "the host's /dev/dri/%s is a %s: not used",
                 gpus->strays[i].name, gpus->strays[i].what);
        report_warning(text);
    }
    for (size_t i = 0; i < gpus->count; i++)
        report_step("host: %s: driver %s, PCI %s", gpus->nodes[i].name, gpus->nodes[i].driver,
                    gpus->nodes[i].pci[0] ? gpus->nodes[i].pci : "none");
}

/* ---- start-host ------------------------------------------------------------------------------ */

/* LXC tells a hook no lxcpath, but where the config is. */
static void fix_starter(const struct hook_env *env, struct err *err)
{
    struct config_place place;

    if (config_place_read(env->config_file, &place) && text_is_equal(place.name, env->name) &&
        text_is_shell_word(env->config_file))
        err_fix(err, "sudo lxc-start -P %s -n %s    # a container that root starts", place.lxcpath,
                place.name);
    else
        err_fix(err, "sudo lxc-start -n %s    # a container that root starts", env->name);
}

static int say_start_failure(const struct hook_env *env, const struct about *about,
                             const struct fault *fault, struct err *err)
{
    int r = say_fault(fault, about, err);

    if (about->options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (err->status == STATUS_PRIVILEGE && env->config_file)
        fix_starter(env, err);
    if (env->config_file)
        advice_place(env->config_file, err);
    err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

/* Why the kernel said EPERM to a node, or says it to /dev/null; NULL when it did not. */
static const struct device_case *explain_devices(const struct hook_env *env,
                                                 const struct start_job *job, bool has_failed,
                                                 struct fault *fault)
{
    static struct device_case devices; /* 60 kB */
    const struct op *ops = job->plan.ops;
    unsigned node_minor = RENDER_MINOR_MIN;

    if (!has_failed) {
        if (!job->proofs.is_dev_null_denied)
            return NULL;
        *fault = (struct fault){.cause = CAUSE_LONE_RULE};
    } else if (fault->cause == CAUSE_MAKE_DENIED) {
        node_minor = fault->b;
    } else if (fault->cause != CAUSE_NODE_DENIED && fault->cause != CAUSE_LONE_RULE) {
        return NULL;
    } else if (fault->a < job->plan.op_count && ops[fault->a].gpu) {
        node_minor = ops[fault->a].gpu->node_minor;
    }
    devices_explain(env->config_file, &job->guest, node_minor, &devices, fault);
    return &devices;
}

int hook_start(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct start_job job;
    struct about about = {.options = options,
                          .gpus = &job.gpus,
                          .guest = &job.guest,
                          .uids = &job.guest.uids,
                          .gids = &job.guest.gids,
                          .plan = &job.plan,
                          .proofs = &job.proofs,
                          .config_file = env->config_file};
    struct fault fault;
    int r = start_host(env, options, &job, &fault);

    if (job.guest.proc >= 0)
        tell_guest(&job.guest);
    if (job.has_gpus)
        tell_gpus(&job.gpus);
    about.devices = explain_devices(env, &job, r < 0, &fault);
    if (r < 0)
        r = say_start_failure(env, &about, &fault, err);
    else if (job.is_current)
        report_step("container %s: has the nodes that a start would give it", env->name);
    else
        report_success(&about, job.is_born_member || job.page->is_member);
    guest_close(&job.guest);
    return r;
}

/* ---- detach ---------------------------------------------------------------------------------- */

int hook_detach(const struct hook_env *env, const struct options *options, bool *ret_was_there,
                struct err *err)
{
    static struct start_job job;
    const struct about about = {
        .options = options, .guest = &job.guest, .uids = &job.guest.uids, .gids = &job.guest.gids};
    struct fault fault;
    int r = start_detach(env, options, &job, &fault);

    *ret_was_there = job.guest.has_our_tree;
    if (r < 0)
        r = say_fault(&fault, &about, err);
    guest_close(&job.guest);
    return r;
}

/* ---- mount ----------------------------------------------------------------------------------- */

/* In a mount hook /proc is the host's. */
static bool own_map_read(const char *name, struct idmap *ret)
{
    CLEANUP_FREE char *text = NULL;
    char path[40];
    size_t unused;

    snprintf(path, sizeof(path), "/proc/self/%s", name);
    return file_read_at(AT_FDCWD, path, OWN_MAP_MAX, &text, &unused) == 0 &&
           idmap_parse(text, ret) == 0;
}

/* Without start-host the container would start, and have no GPU, and nobody would say so. */
static int check_start_host(const struct hook_env *env, struct fault *fault)
{
    char file[PROXMOX_FILE_MAX];

    if (!env->config_file || !proxmox_has_dropped(env->config_file, privilege_is_roots(), file) ||
        given_on_command_line(env->name, "lxc.hook.start-host"))
        return 0;
    return fault_set(fault, CAUSE_PROXMOX_DROPS, 0, .name = file);
}

/* LXC starts a container whose root is not mapped; this hook becomes that root. */
static int check_own_root(struct guest *self, struct fault *fault)
{
    static struct plan unused;

    guest_init(self);
    self->uids.count = self->gids.count = 0;
    if (privilege_is_hosts() || !own_map_read("uid_map", &self->uids) ||
        !own_map_read("gid_map", &self->gids))
        return 0;
    return plan_map_root(self, &unused, fault);
}

static int run_mount(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct bind_job job;
    static struct guest self;
    const struct about about = {.options = options,
                                .gpus = &job.gpus,
                                .uids = &self.uids,
                                .gids = &self.gids,
                                .config_file = env->config_file};
    struct fault fault;
    int r = check_start_host(env, &fault);

    if (r == 0)
        r = check_own_root(&self, &fault);
    if (r == 0)
        r = bind_nodes(env, options, &job, &fault);

    for (size_t i = 0; i < job.gpus.count; i++) {
        if (job.bound[i].has_no_link)
            report_step("no by-path link for %s: it cannot be made", job.gpus.nodes[i].name);
        if (job.bound[i].is_bound)
            report_step("/dev/dri/%s of the host is bound", job.gpus.nodes[i].name);
    }
    if (r == 0)
        return 0;
    r = say_fault(&fault, &about, err);
    err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

/*
 * What LXC obeys at a start it obeys before us. Here it would be a file to read and to name in a
 * fix that root pastes; run by hand, with a file of another user's, it is forgotten.
 */
static void forget_foreign_config(void)
{
    const char *file = hook_env_config_file();

    if (file && privilege_is_roots() && !obeyed_is_roots(file))
        (void)unsetenv("LXC_CONFIG_FILE");
}

int hook_run(struct options *options, struct err *err)
{
    struct hook_env env;
    struct about about = {.options = options};
    struct fault fault;

    forget_foreign_config();
    about.config_file = hook_env_config_file();
    if (hook_env_read(options->rest_count, options->rest, &env, &fault) < 0)
        return say_fault(&fault, &about, err);
    options->config_file = env.config_file;
    if (env.type == HOOK_MOUNT)
        return run_mount(&env, options, err);
    config_scan(env.config_file, &env.config);
    return hook_start(&env, options, err);
}

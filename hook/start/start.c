/*
 * A container start that root makes, read downwards; job.h has the four processes of it.
 * start_user.c has the same of one that an ordinary user makes.
 */
#include "start/start.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "config/lxc.h"
#include "config/place.h"
#include "exit_status.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "start/gpu_wait.h"
#include "start/insider.h"
#include "start/job.h"
#include "start/node.h"
#include "start/privilege.h"
#include "start/start_user.h"
#include "start/undoer.h"
#include "start/witness.h"

#include <stdio.h>

static int start_root(const struct hook_env *env, struct start_job *job, struct err *err);

/* ---- any start ------------------------------------------------------------------------------- */

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

int start_host(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct start_job job; /* 90 kB, of which a start touches a tenth */
    int r;

    job.options = options;
    job.is_attach = env->is_attach;
    job.undoer = job.insider = CHILD_NONE;
    job.page = child_memory(sizeof(*job.page));
    if (!job.page)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "add GPU to container %s", env->name);
    guest_init(&job.guest);
    job.as_user = !privilege_is_roots(); /* nor is root of a user namespace: LXC in a container */
    r = job.as_user ? start_user(env, &job, err) : start_root(env, &job, err);
    guest_close(&job.guest);
    if (r < 0 && options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (r < 0 && err->status == STATUS_PRIVILEGE && env->config_file)
        fix_starter(env, err);
    if (r < 0 && env->config_file)
        advice_place(env->config_file, err);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    else
        report_success(&job.plan, &job.guest, &job.proofs,
                       job.is_born_member || job.page->is_member);
    return r;
}

static void tell_gpus(const struct gpu_list *gpus)
{
    char text[PLAN_WARNING_SIZE];

    for (size_t i = 0; i < gpus->stray_count; i++) {
        snprintf(text, sizeof(text), "the host's /dev/dri/%s is a %s: not used",
                 gpus->strays[i].name, gpus->strays[i].what);
        report_warning(text);
    }
    for (size_t i = 0; i < gpus->count; i++)
        report_step("host: %s: driver %s, PCI %s", gpus->nodes[i].name, gpus->nodes[i].driver,
                    gpus->nodes[i].pci[0] ? gpus->nodes[i].pci : "none");
}

static void tell_guest(const struct guest *guest)
{
    char ids[160];

    report_step("container: %s user namespace", guest->user_ns < 0 ? "the host's" : "its own");
    report_step("container: gids %s", idmap_describe(&guest->gids, ids, sizeof(ids)));
    report_step("container: device cgroup %s", guest->cgroup < 0 ? "not known" : "known");
}

int job_collect(const struct hook_env *env, struct start_job *job, struct err *err)
{
    int r = env->is_attach ? guest_open_at(env->proc, env->pid, &job->guest, err)
                           : guest_open(env->pid, &job->guest, err);

    if (r < 0)
        return r;
    config_scan(env->config_file, &job->guest.config);
    job->guest.rootfs = lxc_rootfs_folder(env->rootfs_path);
    if (!job->options->no_probe || job->guest.config.rule_v1[0])
        guest_find_cgroup(&job->guest);
    tell_guest(&job->guest);
    r = gpu_wait_wanted(job->options, &job->gpus, err);
    if (r == 0)
        tell_gpus(&job->gpus);
    return r;
}

/* ---- by root --------------------------------------------------------------------------------- */

/* At a start only another line of the same config can have been before this one. */
static void warn_again(struct start_job *job)
{
    plan_warn(&job->plan,
              "the container's config starts this hook more than once, and these nodes "
              "take the place of those before; keep one line of each type");
}

/* From here on somebody works in the container. */
static int send_in(struct start_job *job, struct err *err)
{
    int r = plan_map_root(&job->guest, &job->plan, err);

    if (r == 0 && job->is_attach)
        r = undoer_start(job, err);
    if (r == 0)
        r = insider_start(job, err);
    return r == 0 ? insider_read(job, err) : r;
}

static int make_nodes(struct start_job *job, int *ret_tree, struct err *err)
{
    int r = plan_build(job->options, &job->gpus, &job->guest, job->groups, &job->plan, err);

    if (r == 0 && !job->is_attach && job->guest.has_our_tree)
        warn_again(job);
    return r == 0 ? node_tree_make(&job->plan, ret_tree, err) : r;
}

static int mount_nodes(struct start_job *job, int tree, struct err *err)
{
    int r = privilege_enter(job->options->no_probe ? PHASE_WAIT : PHASE_SEND, err);

    if (r == 0 && job->is_attach)
        r = undoer_prepare(job, tree, err);
    return r == 0 ? insider_mount(job, tree, err) : r;
}

static int prove(struct start_job *job, struct err *err)
{
    int r;

    if (job->options->no_probe)
        return 0;
    r = witness_run(job, err);
    if (r == 0)
        r = privilege_enter(PHASE_WAIT, err);
    return r == 0 ? prove_judge(&job->guest, &job->plan, &job->proofs, err) : r;
}

/*
 * LXC ends a container whose start failed. One that runs already gets back what it had; where that
 * cannot be said for sure, the message says so.
 */
static void undo(struct start_job *job, struct err *err)
{
    bool is_off = !job->is_handed_over || undoer_undo(job);
    bool is_back = insider_end(job, false);

    if (!is_off)
        err_add(err, "; the new nodes may still be in the container");
    else if (job->is_handed_over && job->guest.has_our_tree && !is_back)
        err_add(err, "; the nodes of an earlier run may be gone");
}

static int start_root(const struct hook_env *env, struct start_job *job, struct err *err)
{
    CLEANUP_FD int tree = -1;
    int r = privilege_enter(PHASE_PREPARE, err);

    if (r == 0)
        r = job_collect(env, job, err);
    if (r == 0)
        r = send_in(job, err);
    if (r == 0)
        r = make_nodes(job, &tree, err);
    if (r == 0)
        r = mount_nodes(job, tree, err);
    if (r == 0)
        r = prove(job, err);
    /* Killed rather than failed, it has mounted all the same. */
    if (r == 0 && !insider_end(job, true) && job->is_attach && job->page->insider.is_finished)
        r = child_result(&job->page->insider, "", err);
    if (r < 0 && job->is_attach)
        undo(job, err);
    (void)insider_end(job, false);
    undoer_end(job);
    return r;
}

#include "start.h"

#include "advice_gpu.h"
#include "attach.h"
#include "base/text.h"
#include "exit_status.h"
#include "node.h"
#include "privilege.h"
#include "report.h"
#include "share.h"
#include "start_user.h"
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_STEP_MS 100

/* A driver may still be loading at boot: look again until something matches or time is up. */
int start_find_gpus(const struct options *options, struct gpu_list *ret, struct err *err)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    unsigned looks_left = options->wait_seconds * 1000 / WAIT_STEP_MS;
    int r;

    while ((r = gpu_find(ret, err)) == 0 && !plan_has_match(options, ret) && looks_left-- > 0)
        (void)nanosleep(&step, NULL);
    if (r < 0 || plan_has_match(options, ret))
        return r;
    r = plan_no_match(options, ret, err);
    advice_no_match(options, ret, err);
    if (options->wait_seconds)
        err_wrap(err, "waited %u s", options->wait_seconds);
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

int start_find_groups(const struct options *options, int root, struct guest_group ret[2],
                      struct err *err)
{
    const char *names[2];
    size_t count = plan_group_names(options, names);

    memset(ret, 0, 2 * sizeof(ret[0]));
    return count ? guest_find_groups(root, names, count, ret, err) : 0;
}

/* "dir:/path" and "/path" are folders of the host. */
const char *rootfs_folder(const char *path)
{
    if (path && strncmp(path, "dir:", 4) == 0)
        path += 4;
    return path && path[0] == '/' ? path : "";
}

/* What both kinds of start know before anything of the container's is touched. */
int start_facts(const struct hook_env *env, struct start_job *job, struct err *err)
{
    int r = guest_open(env->pid, &job->guest, err);

    if (r < 0)
        return r;
    config_scan(env->config_file, &job->guest.config);
    job->guest.rootfs = rootfs_folder(env->rootfs_path);
    if (!job->options->no_probe || job->guest.config.rule_v1[0])
        guest_find_cgroup(&job->guest);
    tell_guest(&job->guest);
    r = start_find_gpus(job->options, &job->gpus, err);
    if (r == 0)
        tell_gpus(&job->gpus);
    return r;
}

/* ---- the worker's part: everything that is the container's own ------------------------------- */

int start_look(struct start_job *job, struct err *err)
{
    int r = guest_read_dri(&job->guest, err);

    return r == 0 ? start_find_groups(job->options, job->guest.root, job->groups, err) : r;
}

int start_inside(struct start_job *job, int (*steps)(void *memory, struct err *err),
                 struct err *err)
{
    const struct member_job member = {.cgroup = job->guest.cgroup,
                                      .is_v1 = job->guest.cgroup_is_v1,
                                      .steps = steps,
                                      .memory = job,
                                      .outcome = &job->found->member};
    int r;

    lsm_leave_apparmor(&job->lsm);
    r = job->as_user ? 0 : privilege_enter(PHASE_ENTER, err);
    if (r < 0)
        return r;
    return job->options->no_probe ? steps(job, err) : member_run(&member, err);
}

int start_prove(struct start_job *job, struct err *err)
{
    return job->options->no_probe ? 0
                                  : prove_nodes(&job->guest, &job->plan, &job->found->proofs, err);
}

/* In the container: from here on with the rights of its root, then of an ordinary user. */
static int inside_steps(void *memory, struct err *err)
{
    struct start_job *job = memory;
    struct attachment attachment;
    int r = enter_namespaces(&job->guest, err);

    if (r == 0)
        r = attach_tree(&job->guest, &job->plan, job->tree, &job->lsm, &attachment, err);
    if (r == 0)
        attach_close(&attachment);
    return r == 0 ? start_prove(job, err) : r;
}

static int worker_steps(void *memory, struct err *err)
{
    struct start_job *job = memory;
    int r = start_look(job, err);

    if (r == 0)
        r = share_check(&job->guest, err);
    if (r == 0)
        r = plan_build(job->options, &job->gpus, &job->guest, job->groups, &job->plan, err);
    if (r == 0)
        r = node_tree_make(&job->plan, &job->tree, err);
    return r == 0 ? start_inside(job, inside_steps, err) : r;
}

/* ---- the parent's --------------------------------------------------------------------------- */

static int start_steps(const struct hook_env *env, struct start_job *job, struct err *err)
{
    const struct worker_job work = {.steps = worker_steps, .memory = job};
    int r = privilege_enter(PHASE_PREPARE, err);

    if (r == 0)
        r = start_facts(env, job, err);
    if (r == 0)
        r = worker_run(&work, err);
    if (r == 0 && !job->options->no_probe)
        r = prove_judge(&job->guest, &job->plan, &job->found->proofs, err);
    if (r == 0)
        start_tell(job);
    return r;
}

void start_tell(const struct start_job *job)
{
    report_success(&job->plan, &job->guest, &job->found->proofs, job->found->member.is_member);
}

/* LXC tells a hook no lxcpath, but where the config is: LXCPATH/NAME/config. */
static void fix_starter(const struct hook_env *env, struct err *err)
{
    char end[CONTAINER_NAME_MAX + 16];
    size_t length = strlen(env->config_file);
    size_t end_length;

    snprintf(end, sizeof(end), "/%s/config", env->name);
    end_length = strlen(end);
    if (env->config_file[0] == '/' && length > end_length &&
        text_is_equal(env->config_file + length - end_length, end) &&
        text_is_shell_word(env->config_file))
        err_fix(err, "sudo lxc-start -P %.*s -n %s    # a container that root starts",
                (int)(length - end_length), env->config_file, env->name);
    else
        err_fix(err, "sudo lxc-start -n %s    # a container that root starts", env->name);
}

int start_host(const struct hook_env *env, const struct options *options, struct err *err)
{
    static struct start_job job;  /* 90 kB, of which a start touches a tenth */
    static struct findings empty; /* where there is no proof */
    int r;

    job.options = options;
    job.tree = -1;
    job.found = options->no_probe ? &empty : member_memory(sizeof(*job.found));
    if (!job.found)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "add GPU to container %s", env->name);
    guest_init(&job.guest);
    job.as_user = geteuid() != 0;
    r = job.as_user ? start_user(env, &job, err) : start_steps(env, &job, err);
    guest_close(&job.guest);
    if (r < 0 && options->optional && err->status == STATUS_NO_NODE) {
        report_warning(err->text);
        return 0;
    }
    if (r < 0 && err->status == STATUS_PRIVILEGE && env->config_file)
        fix_starter(env, err);
    if (r < 0)
        err_wrap(err, "add GPU to container %s", env->name);
    return r;
}

/* ---- for a person's commands ---------------------------------------------------------------- */

struct look {
    const struct options *options;
    bool has_dev;
    struct guest *guest;
    struct guest_group *groups;
};

static int look_steps(void *memory, struct err *err)
{
    struct look *look = memory;
    int r = look->has_dev ? guest_read_dri(look->guest, err) : 0;

    if (r == 0 && look->guest->root >= 0)
        r = start_find_groups(look->options, look->guest->root, look->groups, err);
    return r;
}

int start_look_from_outside(const struct options *options, bool has_dev, struct guest *guest,
                            struct guest_group ret[2], struct err *err)
{
    struct look look = {options, has_dev, guest, ret};
    const struct worker_job work = {.steps = look_steps, .memory = &look, .keeps_privilege = true};

    return worker_run(&work, err);
}

#include "start/start_user.h"

#include "base/cleanup.h"
#include "config/account.h"
#include "config/subid.h"
#include "exit_status.h"
#include "plan/gid_pair.h"
#include "plan/idmap_redirect.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "start/insider.h"
#include "start/witness.h"

#include <unistd.h>

static int judge_bound(const struct start_job *job, struct err *err);

/* ---- a start --------------------------------------------------------------------------------- */

int start_user(const struct hook_env *env, struct start_job *job, struct err *err)
{
    int r = job_collect(env, job, err);

    if (r == 0)
        r = insider_start(job, err);
    if (r == 0)
        r = insider_read(job, err);
    if (r == 0)
        r = plan_build_bound(job->options, &job->gpus, &job->guest, job->groups, &job->plan, err);
    if (r == 0 && job->plan.op_count && !job->options->no_probe)
        r = witness_run(job, err);
    (void)insider_end(job, true);
    return r == 0 ? judge_bound(job, err) : r;
}

/* ---- what is in the way ---------------------------------------------------------------------- */

void start_user_self(struct account *ret)
{
    account_user(geteuid(), getegid(), ret);
    ret->gid = getegid(); /* newgidmap(1) goes by the process */
}

static void fix_subgid(const struct account *user, uint32_t gid, struct err *err)
{
    CLEANUP_FREE char *text = subid_read("/etc/subgid");

    if (text && !subid_allows(text, user, user->gid, gid, 1))
        advice_grant(user->name, gid, 1, "/etc/subgid", err);
}

int start_user_unmapped(const struct gpu_node *node, const struct plan_owner *owner,
                        const struct guest *guest, const struct account *user, struct err *err)
{
    struct idmap_change change;
    int r = gid_pair_check(node, owner, err);

    if (r == 0)
        r = idmap_redirect(&guest->gids, owner->guest_gid, node->gid, &change, err);
    if (r < 0)
        return r;
    r = err_set(err, STATUS_OWNERSHIP, 0,
                "host gid %u, the group of /dev/dri/%s, is not mapped to guest gid %u%s%s%s",
                node->gid, node->name, owner->guest_gid, owner->group[0] ? " (" : "", owner->group,
                owner->group[0] ? ")" : "");
    advice_gids(&change.map, guest->config.file, err);
    fix_subgid(user, node->gid, err);
    return r;
}

static int not_mapped(const struct start_job *job, const struct gpu_node *node, struct err *err)
{
    struct account user;

    start_user_self(&user);
    return start_user_unmapped(node, &job->plan.owner, &job->guest, &user, err);
}

/* The id map has no part in this: what binds the node did not run. */
static int not_bound(const struct start_job *job, const struct gpu_node *node, struct err *err)
{
    int r = err_set(err, STATUS_OWNERSHIP, 0,
                    "/dev/dri/%s can be used as it is, but no mount hook has bound it: the "
                    "container's config needs both lines of this hook, with the same options",
                    node->name);

    err_fix(err, "# in place of the config's lines for this hook");
    advice_hook_place(job->options, err);
    advice_hook_lines(job->options, NULL, err);
    return r;
}

static int nothing_bound(const struct start_job *job, struct err *err)
{
    const struct gpu_node *node =
        plan_left_unbound(job->options, &job->gpus, &job->guest, &job->plan.owner);

    return node ? not_bound(job, node, err)
                : not_mapped(job, plan_first_wanted(job->options, &job->gpus), err);
}

static int judge_bound(const struct start_job *job, struct err *err)
{
    const struct gpu_node *shut;

    if (job->plan.op_count == 0)
        return nothing_bound(job, err);
    if (job->options->no_probe)
        return 0;
    /* A node that is bound but shut because of the id map needs its lines too. */
    shut = prove_shut_node(&job->plan, &job->proofs);
    if (shut && !plan_lets_group_in(&job->guest, &job->plan.owner, shut))
        return not_mapped(job, shut, err);
    return prove_judge(&job->guest, &job->plan, &job->proofs, err);
}

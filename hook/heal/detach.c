/* SPDX-License-Identifier: MIT */
/* `lxc-gpu-hook detach NAME`: the nodes off a container that runs. */
#include "cli/attach.h"
#include "cli/hook.h"
#include "exit_status.h"
#include "heal/heal.h"
#include "say/report.h"
#include "start/privilege.h"

/* Its nodes are the host's own: once they are off, nothing but a start brings them back. */
static int users_refuse(struct err *err)
{
    return err_set(err, STATUS_PRIVILEGE, 0,
                   "only root takes nodes off: what an ordinary user's container has is bound at "
                   "its start, and gone when it is stopped");
}

int heal_detach(const struct options *options, struct err *err)
{
    struct report_style style = {
        .container = "?", .quiet = options->quiet, .verbose = options->verbose};
    struct options plain = *options;
    struct hook_env env;
    bool was_there = false;
    int r;

    if (!privilege_is_roots()) {
        r = users_refuse(err);
        if (options->rest_count == 2 || options->pid)
            attach_fix_privilege(options, err);
        return r;
    }
    r = attach_find(options, &env, err);
    plain.has_gid = true; /* no group of the container's is looked up */
    if (r == 0) {
        style.container = env.name;
        report_open(&style);
        r = hook_detach(&env, &plain, &was_there, err);
    }
    if (r < 0 && env.name[0])
        err_wrap(err, "take the GPU off container %s", env.name);
    if (r == 0)
        report_done(was_there ? "the nodes are off; a program that has one open keeps it"
                              : "it has no nodes of this hook");
    return r;
}

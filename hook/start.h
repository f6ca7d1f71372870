/* One container start, from the environment to the proof. */
#ifndef HOOK_START_H
#define HOOK_START_H

#include "base/err.h"
#include "enter.h"
#include "env.h"
#include "gpu.h"
#include "guest.h"
#include "lsm.h"
#include "member.h"
#include "options.h"
#include "plan.h"
#include "prove.h"

/* What is found out in the container, by a process with memory of its own. */
struct findings {
    struct member_outcome member;
    struct proofs proofs;
};

/* All that a start works on. */
struct start_job {
    const struct options *options;
    bool as_user; /* no privilege on the host: rights come from owning the user namespace */
    struct gpu_list gpus;
    struct guest guest;
    struct guest_group groups[2];
    struct plan plan;
    int tree;               /* the nodes' file system, attached nowhere yet */
    struct findings *found; /* from member_memory when there is a proof */
    struct lsm lsm;         /* what confines the worker */
};

/* The start-host flow for the container of `env`. 0, or the failure to report. */
int start_host(const struct hook_env *env, const struct options *options, struct err *err);

/* The folder on the host that lxc.rootfs.path names, a part of it; "" when it is none. */
const char *rootfs_folder(const char *path);

/* What is known before anything of the container's own is touched: its facts, the host's nodes. */
int start_facts(const struct hook_env *env, struct start_job *job, struct err *err);

/*
 * The worker's steps, which both kinds of start have: look into the container; take the `steps`
 * that are to be done inside, as a member of its cgroup when something is to be proven; prove.
 */
int start_look(struct start_job *job, struct err *err);
int start_inside(struct start_job *job, int (*steps)(void *memory, struct err *err),
                 struct err *err);
int start_prove(struct start_job *job, struct err *err);

/* Reports what was done. */
void start_tell(const struct start_job *job);

/* The host's nodes, waited for as the options say. */
int start_find_gpus(const struct options *options, struct gpu_list *ret, struct err *err);

/* The guest's groups that the plan needs. May wait for the container for ever. */
int start_find_groups(const struct options *options, int root, struct guest_group ret[2],
                      struct err *err);

/*
 * For a person's commands: the same lookup, and /dev/dri as guest_read_dri fills it in when
 * `has_dev` is set, by a worker that has a deadline.
 */
int start_look_from_outside(const struct options *options, bool has_dev, struct guest *guest,
                            struct guest_group ret[2], struct err *err);

#endif

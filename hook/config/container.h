/* SPDX-License-Identifier: MIT */
/*
 * A container as its config says, running or not: what check and idmap work on.
 */
#ifndef HOOK_CONTAINER_H
#define HOOK_CONTAINER_H

#include "base/err.h"
#include "config/lxc.h"
#include "facts/account.h"
#include "facts/guest.h"
#include "facts/options.h"

#include <limits.h>

struct container_facts {
    struct container container;
    struct obeyed obeyed;
    char config_file[PATH_MAX];
    struct account owner; /* of the config file: who starts it */
    bool is_privileged;   /* no lxc.idmap at all */
    bool has_autodev;
    bool is_read_only; /* lxc.rootfs.options has ro */
    char no_root[200]; /* why there is no root folder to look into; "" otherwise */
    char *rootfs_path; /* what guest.rootfs is a part of */
    /* uids and gids as configured, in the config's order and perhaps clashing; root folder or -1.
     */
    struct guest guest;
};

void container_close(struct container_facts *facts);

/* The container named by the command's second word. The caller closes it, also after an error. */
int container_load(const struct options *options, struct container_facts *ret, struct err *err);

/*
 * The failure "its root cannot be looked into", STATUS_UNSAFE_PATH; `why` stands behind the command
 * that starts it. `options` say what was to be looked for.
 */
int container_no_root(const struct options *options, const struct container_facts *facts,
                      const char *why, struct err *err);

/*
 * The guest's groups that the plan needs, and /dev/dri as guest_take_look fills it in when
 * `has_dev` is set: by a child, because these files may never answer.
 */
int container_look(const struct options *options, bool has_dev, struct guest *guest,
                   struct guest_group ret[2], struct err *err);

#endif

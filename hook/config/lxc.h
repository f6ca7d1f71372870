/* SPDX-License-Identifier: MIT */
/*
 * What LXC itself makes of a container's config: asked of lxc-info(1), so that includes, old keys
 * and defaults are LXC's business. Never from inside a hook: the monitor answers nobody meanwhile.
 */
#ifndef HOOK_LXC_CONFIG_H
#define HOOK_LXC_CONFIG_H

#include "base/err.h"
#include "base/idmap.h"
#include "config/obeyed.h"

#include <sys/types.h>

struct container {
    const char *name;
    const char *lxcpath;   /* NULL: LXC's default for this user */
    bool is_next;          /* of Proxmox: as it would be started next, not as it was started last */
    struct obeyed *obeyed; /* what LXC's programs are let read; the caller's, for all calls below */
};

/*
 * Whether there is such a container, whose config may be obeyed; no program of LXC has been run on
 * any other. STATUS_USAGE when there is none, with the ones there are; or as obeyed_open says.
 */
int lxc_container_check(const struct container *container, struct err *err);

/* The values of a key, newline-separated, "" when it is not set; the caller's to free. */
int lxc_config_get(const struct container *container, const char *key, char **ret, struct err *err);

/* *ret is 0 when the container is not running. */
int lxc_container_pid(const struct container *container, pid_t *ret, struct err *err);

/*
 * Runs a program of the container's, as its root, in a container that runs and whose init has been
 * checked: by lxc-attach(1), without our environment. `words` end with NULL. *ret_status is the
 * program's exit status; 127 when there is no such program.
 */
int lxc_container_run(const struct container *container, const char *const *words, int *ret_status,
                      struct err *err);

/* The words of lxc-attach(1) up to its own options; what they point to is the container's. */
void lxc_attach_words(const struct container *container, struct command *ret);

/*
 * The lxc.idmap lines as maps; a count of 0 means that there are none (a privileged container).
 * The extents stay in the order of the config and may clash.
 */
int lxc_config_idmap(const struct container *container, struct idmap *ret_uids,
                     struct idmap *ret_gids, struct err *err);

/* Pure: the value in lxc-info's answer "KEY = VALUE", "" when it is no answer to this key. */
const char *lxc_config_value(const char *output, const char *key);

/* Pure but that it cuts `text` into lines: the values of lxc.idmap. */
int lxc_config_idmap_parse(char *text, struct idmap *ret_uids, struct idmap *ret_gids,
                           struct err *err);

/* LXCPATH: as given, or LXC's default, without a slash at its end. */
int lxc_path(const struct container *container, char *ret, size_t size, struct err *err);

#endif

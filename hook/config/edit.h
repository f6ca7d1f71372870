/* SPDX-License-Identifier: MIT */
/* Editing a container's config file: its lxc.idmap lines, and the file as a whole. */
#ifndef HOOK_CONFIG_EDIT_H
#define HOOK_CONFIG_EDIT_H

#include "base/err.h"
#include "base/idmap.h"
#include "config/obeyed.h"

/* Pure: whether "KEY = VALUE" is a line such as lxc.idmap = g 0 100000 65536. */
bool config_gid_line_read(const char *key, const char *value, struct idmap_extent *ret);

/* Pure: such lines of a config, in their order; and whether they are these, the ones LXC reads. */
void config_gids_read(const char *text, struct idmap *ret);
bool config_gids_are(const char *text, const struct idmap *gids);

/* The failure that they are not, because an included file has some: STATUS_OWNERSHIP. */
int config_gids_elsewhere(struct err *err);

/*
 * Pure: the text of a config with `gids` in place of its `lxc.idmap = g` lines; comments, order and
 * every other line stay. The caller frees *ret. STATUS_OWNERSHIP when the file's own g lines are
 * not `current`, the ones LXC reads: then an included file holds them.
 */
int config_replace_gids(const char *text, const struct idmap *current, const struct idmap *gids,
                        char **ret, struct err *err);

/*
 * Writes `edited` in place of the config. The old text is kept as FILE.lxc-gpu-hook.bak, the new
 * one takes its place in one rename, with the same owner and mode. `obeyed` is the file as it was
 * read: -EAGAIN, with an err, when it has become another one since. One edit at a time: the
 * directory is locked. Only the file's owner may, and only where no other user can change the
 * directories on the way: else STATUS_PRIVILEGE.
 */
int config_write(const char *file, const struct obeyed *obeyed, const char *edited,
                 struct err *err);

/* config_replace_gids, written so. */
int config_write_gids(const char *file, const struct obeyed *obeyed, const struct idmap *current,
                      const struct idmap *gids, struct err *err);

/* An exclusive flock on a directory that is open. -EBUSY when another holds it for ten seconds. */
int config_lock(int directory, int *ret);

/*
 * A file whole or not at all: written beside it as BASE.PID.new, with owner and mode of `like`,
 * then renamed over it. -EBUSY when something else is there afterwards.
 */
int config_file_replace(int at, const char *base, const char *data, const struct stat *like);

#endif

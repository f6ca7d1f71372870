/* Editing the lxc.idmap lines of a container's config file, and nothing else in it. */
#ifndef HOOK_CONFIG_EDIT_H
#define HOOK_CONFIG_EDIT_H

#include "base/err.h"
#include "base/idmap.h"
#include "config/obeyed.h"

/*
 * Pure: the text of a config with `gids` in place of its `lxc.idmap = g` lines; comments, order and
 * every other line stay. The caller frees *ret. STATUS_OWNERSHIP when the file's own g lines are
 * not `current`, the ones LXC reads: then an included file holds them.
 */
int config_replace_gids(const char *text, const struct idmap *current, const struct idmap *gids,
                        char **ret, struct err *err);

/*
 * The same on a file: the old one is kept as FILE.lxc-gpu-hook.bak, the new one takes its place in
 * one rename, with the same owner and mode. `obeyed` is the file as it was read. Only the file's
 * owner may, and only where no other user can change the folders on the way: else STATUS_PRIVILEGE.
 */
int config_write_gids(const char *file, const struct obeyed *obeyed, const struct idmap *current,
                      const struct idmap *gids, struct err *err);

#endif

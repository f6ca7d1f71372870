/* SPDX-License-Identifier: MIT */
/*
 * Lines that fix a container's config or what it depends on, for struct err's `fix`.
 *
 * In every fix a line that starts with # is for reading and speaks of the lines behind it; every
 * other one can be pasted, on the host as root unless it says otherwise behind a #, or into the
 * container's config when it starts with lxc.
 */
#ifndef HOOK_ADVICE_CONFIG_H
#define HOOK_ADVICE_CONFIG_H

#include "base/err.h"
#include "base/idmap.h"
#include "facts/config_lines.h"
#include "facts/options.h"

#include <stdbool.h>

/* Pure: the config's line for this hook with these options; select, if any, in place of theirs. */
const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size);

/*
 * Both lines, as gpu.conf has them for every container; select as above. For a container of
 * Proxmox's, which takes no such lines, the command that does the same there.
 */
void advice_hook_lines(const struct options *options, const char *select, struct err *err);

/* The remark before them: what they replace; and before that `what`, ending in ", " or ": ". */
void advice_hook_place(const struct options *options, const char *what, struct err *err);

/* The command that makes Proxmox start this hook with these options; `proxmox` is its file. */
void advice_proxmox_enable(const struct options *options, const char *select, const char *proxmox,
                           struct err *err);

/* Says where the fix's config lines go, when that is not `config_file`. */
void advice_place(const char *config_file, struct err *err);

/*
 * The map as lines of a config, in place of those of this kind ('u' or 'g'). False, and nothing is
 * added, when they are too many.
 */
bool advice_map(const struct idmap *map, char kind, struct err *err);

/* The gid lines that `idmap` works out, or the command that writes them where they are too many. */
void advice_gids(const struct idmap *map, const char *config_file, struct err *err);

/*
 * The command that lets a user map `count` host ids from `first` on, by a line of /etc/subuid or
 * /etc/subgid.
 */
const char *advice_grant_line(const char *user, uint32_t first, uint32_t count, const char *file,
                              char *buffer, size_t size);
void advice_grant(const char *user, uint32_t first, uint32_t count, const char *file,
                  struct err *err);

/* What takes an lxc.include line of a file that is missing out. */
void advice_include(const char *file, const char *target, struct err *err);

/* The command that starts a container; `why` stands behind a #. `lxcpath` may be NULL. */
void advice_start(const char *lxcpath, const char *name, const char *why, struct err *err);

/* Puts what deletes the config's lines that match a sed(1) expression into `buffer`. */
const char *advice_delete(const char *config_file, const char *expression, char *buffer,
                          size_t size);

/* What deletes one of the lines that a warning names; "" where that cannot be said. */
const char *advice_delete_entry(const struct config_entry *entry, char *buffer, size_t size);
const char *advice_delete_changer(const struct config_lines *config, char *buffer, size_t size);

#endif

/*
 * Lines that mend a container's config or what it stands on, for struct err's `fix`.
 *
 * In every fix a line that starts with # is for reading and speaks of the lines behind it; every
 * other one can be pasted, on the host as root unless it says otherwise behind a #, or into the
 * container's config when it starts with lxc.
 */
#ifndef HOOK_ADVICE_CONFIG_H
#define HOOK_ADVICE_CONFIG_H

#include "base/err.h"
#include "idmap.h"
#include "lxc_config.h"
#include "options.h"

#include <stdbool.h>

/* Pure: the config's line for this hook with these options; select, if any, in place of theirs. */
const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size);

/* Both lines, as gpu.conf has them for every container; select as above. */
void advice_hook_lines(const struct options *options, const char *select, struct err *err);

/* The map as lines of a config, in place of those of this kind ('u' or 'g'). */
void advice_map(const struct idmap *map, char kind, struct err *err);

/* What lets a user map `count` host ids from `first` on: a line of /etc/subuid or /etc/subgid. */
void advice_grant(const char *user, uint32_t first, uint32_t count, const char *file,
                  struct err *err);

/* The command that starts the container; `why` stands behind a #. */
void advice_start(const struct container *container, const char *why, struct err *err);

/* Puts what deletes the config's lines that match a sed(1) expression into `buffer`. */
const char *advice_delete(const char *config_file, const char *expression, char *buffer,
                          size_t size);

#endif

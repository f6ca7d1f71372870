/* SPDX-License-Identifier: MIT */
/*
 * What `enable` puts into LXC's config of a container, and `disable` takes out. Pure: text in, text
 * out, so that what is taken out is exactly what was put in.
 *
 *   # lxc-gpu-hook enable: begin; ...        the lines for this hook
 *   lxc.include = /usr/share/lxc/config/gpu.conf
 *   # lxc-gpu-hook enable: end
 *
 *   # lxc-gpu-hook enable: was lxc.idmap = g 0 100000 65536      each line that is replaced
 *   # lxc-gpu-hook enable: id map 5f0c91ab       with a sum of what follows, up to the end
 *   lxc.idmap = g 0 100000 109
 *   # lxc-gpu-hook enable: end
 *
 * A file whose last line has no line break gets none by this: then the block's last line has none.
 */
#ifndef HOOK_CONFIG_ENABLED_H
#define HOOK_CONFIG_ENABLED_H

#include "base/err.h"
#include "base/idmap.h"

#include <stdbool.h>
#include <stddef.h>

struct enabled_rest {
    char *text;          /* without what enable had put in; the caller frees it */
    size_t at;           /* where the lines for this hook stood; the end when there were none */
    bool had_hooks;      /* there were some */
    bool has_edited_map; /* somebody has changed the id map since: it stays as it is */
};

/*
 * Takes the lines for this hook out, and with `with_map` gives the id map back too. Of the block
 * only lines that enable writes go; what somebody has added there stays. 0 or -ENOMEM.
 */
int enabled_take_out(const char *text, bool with_map, struct enabled_rest *ret);

/* Puts `lines`, each with its line break, at the place. 0 or -ENOMEM; the caller frees *ret. */
int enabled_put(const char *text, size_t at, const char *lines, char **ret);

/* Puts `gids` in place of the text's `lxc.idmap = g` lines, which stay as remarks. The same. */
int enabled_put_gids(const char *text, const struct idmap *gids, char **ret);

/*
 * The first line by which somebody else has put this hook in, made printable. False when there is
 * none. `text` is without what enable had put in.
 */
bool enabled_by_hand(const char *text, char *ret, size_t size);

/* Whether a path is one of the files that start this hook by being included: gpu.conf and its like.
 */
bool enabled_is_snippet(const char *path);

#endif

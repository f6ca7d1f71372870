/*
 * The lines that mend a failure, where they need more than its place knows: this container's own
 * files, the options of its hook line, the GPUs on the PCI bus. A line that starts with # is for
 * reading and speaks of the lines behind it; every other one can be pasted, on the host as root
 * unless it says otherwise behind a #, or into the container's config when it starts with lxc.
 */
#ifndef HOOK_ADVICE_H
#define HOOK_ADVICE_H

#include "base/err.h"
#include "gpu.h"
#include "guest.h"
#include "idmap.h"
#include "lxc_config.h"
#include "options.h"
#include "pci.h"

#include <stdbool.h>

/* Pure: the config's line for this hook with these options; select, if any, in place of theirs. */
const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size);

/*
 * No node matches. Where there are some: one line, or one pair of lines where an ordinary user
 * starts the container, for each node on offer. Where there is none: adds to the text what the PCI
 * bus has, and what makes a node of it.
 */
void advice_no_match(const struct options *options, const struct gpu_list *gpus, struct err *err);

/* The node is there and no driver answers behind it. */
void advice_dead_node(const struct gpu_node *node, struct err *err);

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

/* The kernel has no such call, or something around this process refuses it. */
void advice_old_kernel(int error, struct err *err);

/* An AppArmor profile ("NAME (enforce)") refuses a mount for want of this rule. */
void advice_profile(const char *label, const char *rule, struct err *err);

/* Removes something of the container's that is not what it has to be: "dev/dri". */
void advice_remove(const struct guest *guest, const char *path, struct err *err);

#endif

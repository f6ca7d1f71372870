/* SPDX-License-Identifier: MIT */
/*
 * What decides about the device nodes of a container: the rules of its config, in the order in
 * which LXC obeys them, and the cgroups above the one that it has or will have.
 */
#ifndef HOOK_CONFIG_DEVICES_H
#define HOOK_CONFIG_DEVICES_H

#include "facts/cgroup.h"
#include "facts/guest.h"
#include "plan/device_verdict.h"

#include <stddef.h>
#include <stdint.h>

/* Where LXC puts a container's cgroups, by its config. */
struct device_placement {
    bool is_relative;
    char dir[256], container[256], monitor[256]; /* lxc.cgroup.dir and what it has below; "" */
    bool has_inner; /* the container is one cgroup below the one with its rules */
};

/* Reads the text of a config, which is that of `file`, and what it includes. */
void devices_read(const char *file, const char *text, size_t size, struct device_case *ret,
                  struct device_placement *ret_placement);

/*
 * Where a start would put the container's cgroup, and the hook's: the lowest cgroup above that is
 * there by now. False when it is not known. `from` is the cgroup that the start is made in, NULL
 * for that of this process, "" when it is not known.
 */
bool devices_parent(const struct device_placement *placement, bool of_hook, const char *from,
                    char *ret, size_t size);

/* The cgroup of a running unit of systemd, or the path itself; false and "" when there is none. */
bool devices_start_cgroup(const char *unit, char *ret, size_t size);

/* v1: the rules go on from what the parent has. */
void devices_take_parent(const char *parent, struct device_rules *rules);

/*
 * Behind a start that failed with what `fault` says: why. `config_file` may be NULL. Nothing but
 * the cause, its detail and its error become others; *ret is what the fix is made from.
 */
void devices_explain(const char *config_file, const struct guest *guest, unsigned device_minor,
                     struct device_case *ret, struct fault *fault);

#endif

/* SPDX-License-Identifier: MIT */
/* Which of the host's nodes are wanted (--select). Pure. */
#ifndef HOOK_SELECT_H
#define HOOK_SELECT_H

#include "facts/gpu.h"

#define SELECT_MAX 16

/* Every spec that was given; a node is wanted when any of them matches it. None given: all. */
struct selection {
    size_t count;
    const char *specs[SELECT_MAX]; /* argv's memory; each has passed select_check */
    bool with_card;                /* primary nodes of the wanted GPUs too */
};

/*
 * -EINVAL when `spec` is none of: all, renderD128, pci=, driver=, vendor= (comma lists).
 * *ret_wanted is then an example of what the key wants, NULL where there is no such key.
 */
int select_check(const char *spec, const char **ret_wanted);

bool select_matches(const struct selection *selection, const struct gpu_node *node);

/* The specs in one line, for messages: "driver=i915 or pci=0000:00:02.0". Returns buffer. */
const char *select_describe(const struct selection *selection, char *buffer, size_t size);

#endif

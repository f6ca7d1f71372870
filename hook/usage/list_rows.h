/* SPDX-License-Identifier: MIT */
/* What list shows: the nodes that were chosen, and the GPUs of the PCI bus that have none. */
#ifndef HOOK_LIST_ROWS_H
#define HOOK_LIST_ROWS_H

#include "base/bus.h"
#include "facts/gpu.h"

#include <stddef.h>
#include <stdio.h>

struct list_row {
    const struct gpu_node *node; /* NULL: a GPU without one */
    const struct bus_gpu *gpu;   /* NULL: not on the PCI bus */
    const char *group;           /* of the node, by name; NULL without one */
};

void list_print(const struct list_row *rows, size_t count, FILE *out);

/* One object; lxc-gpu-hook.schema.json says of what. */
void list_print_json(const struct list_row *rows, size_t count, FILE *out);

#endif

/* SPDX-License-Identifier: MIT */
/* What is shown: a container, a node that it has or uses, and how busy it keeps the GPU. */
#ifndef HOOK_USAGE_ROWS_H
#define HOOK_USAGE_ROWS_H

#include "facts/gpu.h"
#include "usage/nodes.h"
#include "usage/scan.h"

#include <stdio.h>

struct row_engine {
    char name[24];
    uint32_t busy;  /* tenths of a percent */
    double seconds; /* that it has worked for those who have the node open now */
};

struct row {
    const struct scan_container *container;
    char started_by[64];          /* a user's name, or its number */
    unsigned node_minor;          /* of a render node */
    const struct gpu_node *node;  /* NULL when the host has no such node now */
    const struct node_seen *seen; /* NULL: open, and not in its /dev/dri any more */
    size_t users;                 /* who have it open, each once */
    int64_t since;                /* when the first of them was started, by the clock; 0: nobody */
    size_t engine_count;
    struct row_engine engines[FDINFO_ENGINES_MAX];
};

/* The render node that an open one stands for, by number or by its PCI address; -1: not known. */
int rows_render_minor(const struct scan_client *client, const struct gpu_list *gpus);

/* Adds what the container's clients did between two samples. Pure. */
void row_add_clients(const struct scan *before, const struct scan *after, uint64_t nanoseconds,
                     const struct gpu_list *gpus, struct row *row, uint64_t *ret_first_started);

void rows_print(const struct row *rows, size_t count, FILE *out);

/* One object; lxc-gpu-hook.schema.json says of what. */
void rows_print_json(const struct row *rows, size_t count, const struct scan *scan, FILE *out);

#endif

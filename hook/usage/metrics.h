/* SPDX-License-Identifier: MIT */
/* What status tells Prometheus: who has a right to nodes, who has some, and what the engines did.
 */
#ifndef HOOK_USAGE_METRICS_H
#define HOOK_USAGE_METRICS_H

#include "usage/rows.h"

#include <stdio.h>

/* One container that runs. */
struct metrics_container {
    const struct scan_container *container;
    bool has_right;  /* by its config */
    uint32_t nodes;  /* render nodes in its /dev/dri */
    bool is_unknown; /* it does not answer: `nodes` says nothing */
};

struct usage_metrics {
    const struct metrics_container *containers;
    size_t container_count;
    const struct row *rows;
    size_t row_count;
    int64_t now; /* seconds since 1970 */
};

void usage_metrics_print(const struct usage_metrics *metrics, FILE *out);

#endif

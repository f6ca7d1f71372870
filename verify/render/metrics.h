/* SPDX-License-Identifier: MIT */
/*
 * Verdicts for Prometheus, in its text format (version 0.0.4), as node_exporter's textfile
 * collector reads them. A metric of all nodes stands together, so that what is wanted of each node
 * is kept.
 */
#ifndef VERIFY_METRICS_H
#define VERIFY_METRICS_H

#include "judge/checks.h"

#include "base/drm.h"
#include "base/err.h"

#include <stdio.h>

#define METRICS_NODES_MAX (RENDER_MINOR_MAX - RENDER_MINOR_MIN + 1)

struct metrics_node {
    char device[NODE_PATH_MAX];
    char kernel_driver[32], pci[32], va_driver[64], profile[40], entrypoint[24];
    enum verdict verdict;
    enum exit_status status;
    enum check_status checks[CHECK_COUNT];
    bool has_rate, is_decoded, is_scale_known, can_scale;
    double frames_per_second, psnr_y, seconds;
    int64_t began;
};

struct metrics {
    size_t count;
    struct metrics_node nodes[METRICS_NODES_MAX];
};

void metrics_add(struct metrics *metrics, const struct facts *facts, const struct report *report);

void metrics_print(const struct metrics *metrics, FILE *out);

/* The file at `path` in one step, readable for everybody; "-" is standard output. */
int metrics_write(const struct metrics *metrics, const char *path, struct err *err);

#endif

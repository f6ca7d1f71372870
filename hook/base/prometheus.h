/* SPDX-License-Identifier: MIT */
/*
 * Prometheus' text format (version 0.0.4), as node_exporter's textfile collector reads it, for both
 * programs. Every metric is a gauge.
 */
#ifndef BASE_PROMETHEUS_H
#define BASE_PROMETHEUS_H

#include <stdio.h>

/* The HELP and TYPE lines, which stand before all samples of a metric. */
void prometheus_head(FILE *out, const char *name, const char *help);

/* name="value" behind `separator`, "{" or ",", escaped. The value is printable: one line of text.
 */
void prometheus_label(FILE *out, const char *separator, const char *name, const char *value);

/*
 * What `print` writes becomes the file at `path` in one step, readable for everybody; "-" is
 * standard output. 0 or -errno; then the old file stays.
 */
int prometheus_write(const char *path, void (*print)(const void *memory, FILE *out),
                     const void *memory);

#endif

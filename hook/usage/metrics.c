/* SPDX-License-Identifier: MIT */
#include "usage/metrics.h"

#include "base/prometheus.h"
#include "base/text.h"

#include <inttypes.h>

/* ---- labels ---------------------------------------------------------------------------------- */

static void container_labels(FILE *out, const char *name, const struct scan_container *container)
{
    char number[16];

    fputs(name, out);
    prometheus_label(out, "{", "container", container->name);
    snprintf(number, sizeof(number), "%u", container->owner);
    prometheus_label(out, ",", "started_by_uid", number);
    prometheus_label(out, ",", "lxcpath", container->lxcpath);
}

static void engine_labels(FILE *out, const char *name, const struct row *row,
                          const struct row_engine *engine)
{
    char node[16];

    container_labels(out, name, row->container);
    snprintf(node, sizeof(node), "renderD%u", row->node_minor);
    prometheus_label(out, ",", "node", node);
    prometheus_label(out, ",", "engine", engine->name);
}

/*
 * Whether all labels are those of one before: a user can start what says so, and Prometheus refuses
 * a file that has the same sample twice.
 */
static bool is_repeated(const struct usage_metrics *metrics, const struct scan_container *container)
{
    for (size_t i = 0; i < metrics->container_count; i++) {
        const struct scan_container *other = metrics->containers[i].container;
        if (other == container)
            return false;
        if (other->owner == container->owner && text_is_equal(other->name, container->name) &&
            text_is_equal(other->lxcpath, container->lxcpath))
            return true;
    }
    return false;
}

/* ---- metrics --------------------------------------------------------------------------------- */

static void info_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    (void)metrics;
    fputs(name, out);
    prometheus_label(out, "{", "version", PROJECT_VERSION);
    fputs("} 1\n", out);
}

static void running_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    fprintf(out, "%s %zu\n", name, metrics->container_count);
}

static void with_right_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    size_t count = 0;

    for (size_t i = 0; i < metrics->container_count; i++)
        count += metrics->containers[i].has_right;
    fprintf(out, "%s %zu\n", name, count);
}

static void with_nodes_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    size_t count = 0;

    for (size_t i = 0; i < metrics->container_count; i++)
        count += metrics->containers[i].nodes > 0;
    fprintf(out, "%s %zu\n", name, count);
}

static void has_right_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    for (size_t i = 0; i < metrics->container_count; i++) {
        if (is_repeated(metrics, metrics->containers[i].container))
            continue;
        container_labels(out, name, metrics->containers[i].container);
        fprintf(out, "} %d\n", metrics->containers[i].has_right);
    }
}

static void nodes_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    for (size_t i = 0; i < metrics->container_count; i++) {
        if (metrics->containers[i].is_unknown ||
            is_repeated(metrics, metrics->containers[i].container))
            continue;
        container_labels(out, name, metrics->containers[i].container);
        fprintf(out, "} %" PRIu32 "\n", metrics->containers[i].nodes);
    }
}

static size_t row_engines(const struct usage_metrics *metrics, size_t row)
{
    return is_repeated(metrics, metrics->rows[row].container) ? 0 : metrics->rows[row].engine_count;
}

static void seconds_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    for (size_t i = 0; i < metrics->row_count; i++)
        for (size_t k = 0; k < row_engines(metrics, i); k++) {
            engine_labels(out, name, &metrics->rows[i], &metrics->rows[i].engines[k]);
            fprintf(out, "} %.3f\n", metrics->rows[i].engines[k].seconds);
        }
}

static void ratio_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    for (size_t i = 0; i < metrics->row_count; i++)
        for (size_t k = 0; k < row_engines(metrics, i); k++) {
            engine_labels(out, name, &metrics->rows[i], &metrics->rows[i].engines[k]);
            fprintf(out, "} %.3f\n", metrics->rows[i].engines[k].busy / 1000.0);
        }
}

static void when_print(const struct usage_metrics *metrics, const char *name, FILE *out)
{
    fprintf(out, "%s %" PRId64 "\n", name, metrics->now);
}

static const struct {
    const char *name, *help;
    void (*print)(const struct usage_metrics *metrics, const char *name, FILE *out);
} rows[] = {
    {"lxc_gpu_hook_info", "The version of lxc-gpu-hook.", info_print},
    {"lxc_gpu_containers_running", "Containers that run.", running_print},
    {"lxc_gpu_containers_with_right",
     "Those of them to which a config that is root's alone gives nodes.", with_right_print},
    {"lxc_gpu_containers_with_nodes", "Those of them that have a render node now.",
     with_nodes_print},
    {"lxc_gpu_container_has_right", "Whether a config that is root's alone gives it nodes.",
     has_right_print},
    {"lxc_gpu_container_nodes", "Render nodes that the container has now.", nodes_print},
    {"lxc_gpu_container_engine_busy_seconds",
     "How long the engine has worked for the programs that have the node open now; falls when one "
     "of them ends.",
     seconds_print},
    {"lxc_gpu_container_engine_busy_ratio",
     "The share of the engine that the container had in the last second, 0 to 1.", ratio_print},
    {"lxc_gpu_hook_last_run_timestamp_seconds", "When this was measured.", when_print},
};

static bool has_engines(const struct usage_metrics *metrics)
{
    for (size_t i = 0; i < metrics->row_count; i++)
        if (metrics->rows[i].engine_count)
            return true;
    return false;
}

static bool has_samples(const struct usage_metrics *metrics, size_t row)
{
    if (rows[row].print == has_right_print || rows[row].print == nodes_print)
        return metrics->container_count > 0;
    return (rows[row].print != seconds_print && rows[row].print != ratio_print) ||
           has_engines(metrics);
}

void usage_metrics_print(const struct usage_metrics *metrics, FILE *out)
{
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        if (!has_samples(metrics, row))
            continue;
        prometheus_head(out, rows[row].name, rows[row].help);
        rows[row].print(metrics, rows[row].name, out);
    }
}

/* SPDX-License-Identifier: MIT */
#include "render/metrics.h"

#include "base/prometheus.h"
#include "base/text.h"
#include "judge/words.h"

#include <string.h>

/* A rate of fewer pictures says more of the driver's start than of its speed. */
#define RATE_FRAMES_MIN 10

void metrics_add(struct metrics *metrics, const struct facts *facts, const struct report *report)
{
    struct metrics_node *node = &metrics->nodes[metrics->count];
    const struct va_facts *va = &facts->va;

    if (metrics->count == METRICS_NODES_MAX)
        return;
    metrics->count++;
    *node = (struct metrics_node){
        .verdict = report->verdict,
        .status = report->status,
        .has_rate = va->encode.done && va->encode.frames >= RATE_FRAMES_MIN,
        .is_decoded = va->decode.done,
        .is_scale_known = va->scale.offered || va->scale.failure.happened,
        .can_scale = va->scale.offered,
        .frames_per_second = words_fps(va),
        .psnr_y = va->decode.psnr_y,
        .seconds = facts->run.seconds,
        .began = facts->run.began,
    };
    snprintf(node->device, sizeof(node->device), "%s", facts->sys.node.path);
    snprintf(node->kernel_driver, sizeof(node->kernel_driver), "%s", facts->sys.kernel.driver);
    snprintf(node->pci, sizeof(node->pci), "%s", facts->sys.kernel.pci);
    snprintf(node->va_driver, sizeof(node->va_driver), "%s", va->driver.name);
    snprintf(node->profile, sizeof(node->profile), "%s", va->encode.profile_name);
    snprintf(node->entrypoint, sizeof(node->entrypoint), "%s", va->encode.entrypoint_name);
    for (int id = 0; id < CHECK_COUNT; id++)
        node->checks[id] = report->findings[id].status;
}

/* ---- the text ---- */

/* A device's name can be anything: what is no printable ASCII becomes \xNN. */
static void label_print(FILE *out, const char *separator, const char *name, const char *value)
{
    char plain[NODE_PATH_MAX * 4];

    prometheus_label(out, separator, name, text_printable(plain, sizeof(plain), value));
}

static void sample_begin(FILE *out, const char *name, const struct metrics_node *node)
{
    fprintf(out, "gpu_verify_%s", name);
    label_print(out, "{", "device", node->device);
}

static void info_print(FILE *out, const char *name, const struct metrics_node *node)
{
    sample_begin(out, name, node);
    label_print(out, ",", "version", PROJECT_VERSION);
    label_print(out, ",", "kernel_driver", node->kernel_driver);
    label_print(out, ",", "pci", node->pci);
    label_print(out, ",", "va_driver", node->va_driver);
    fputs("} 1\n", out);
}

static void verdict_print(FILE *out, const char *name, const struct metrics_node *node)
{
    for (int verdict = VERDICT_PASS; verdict <= VERDICT_FAIL; verdict++) {
        sample_begin(out, name, node);
        label_print(out, ",", "verdict", verdict_name((enum verdict)verdict));
        fprintf(out, "} %d\n", (int)node->verdict == verdict);
    }
}

static void status_print(FILE *out, const char *name, const struct metrics_node *node)
{
    sample_begin(out, name, node);
    fprintf(out, "} %d\n", (int)node->status);
}

static void checks_print(FILE *out, const char *name, const struct metrics_node *node)
{
    for (int id = 0; id < CHECK_COUNT; id++) {
        sample_begin(out, name, node);
        label_print(out, ",", "check", check_name((enum check_id)id));
        fprintf(out, "} %d\n", node->checks[id] == CHECK_FAIL);
    }
}

static void rate_print(FILE *out, const char *name, const struct metrics_node *node)
{
    if (!node->has_rate)
        return;
    sample_begin(out, name, node);
    label_print(out, ",", "profile", node->profile);
    label_print(out, ",", "entrypoint", node->entrypoint);
    fprintf(out, "} %.3f\n", node->frames_per_second);
}

static void psnr_print(FILE *out, const char *name, const struct metrics_node *node)
{
    if (!node->is_decoded)
        return;
    sample_begin(out, name, node);
    fprintf(out, "} %.3f\n", node->psnr_y);
}

static void scale_print(FILE *out, const char *name, const struct metrics_node *node)
{
    if (!node->is_scale_known)
        return;
    sample_begin(out, name, node);
    fprintf(out, "} %d\n", node->can_scale);
}

static void duration_print(FILE *out, const char *name, const struct metrics_node *node)
{
    sample_begin(out, name, node);
    fprintf(out, "} %.3f\n", node->seconds);
}

static void when_print(FILE *out, const char *name, const struct metrics_node *node)
{
    sample_begin(out, name, node);
    fprintf(out, "} %lld\n", (long long)node->began);
}

static const struct {
    const char *name, *help;
    void (*print)(FILE *out, const char *name, const struct metrics_node *node);
} rows[] = {
    {"info", "The node, and the drivers in front of it and behind it.", info_print},
    {"verdict", "1 for the verdict of the last run, 0 for the others.", verdict_print},
    {"exit_status", "Exit status of the last run; 0 is a pass, gpu-verify(1) has the others.",
     status_print},
    {"check_failed", "1 for the check that failed in the last run.", checks_print},
    {"encode_frames_per_second", "Pictures encoded in a second, in a run of at least ten.",
     rate_print},
    {"decode_psnr_decibels", "Luma of the decoded pictures against the source.", psnr_print},
    {"scale_offered", "Whether the driver scales pictures on the GPU.", scale_print},
    {"run_duration_seconds", "How long the last run took.", duration_print},
    {"last_run_timestamp_seconds", "When the last run began.", when_print},
};

static bool has_any(const struct metrics *metrics, size_t row)
{
    for (size_t i = 0; i < metrics->count; i++)
        if ((rows[row].print != rate_print || metrics->nodes[i].has_rate) &&
            (rows[row].print != psnr_print || metrics->nodes[i].is_decoded) &&
            (rows[row].print != scale_print || metrics->nodes[i].is_scale_known))
            return true;
    return false;
}

void metrics_print(const struct metrics *metrics, FILE *out)
{
    char name[64];

    for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
        if (!has_any(metrics, row))
            continue;
        snprintf(name, sizeof(name), "gpu_verify_%s", rows[row].name);
        prometheus_head(out, name, rows[row].help);
        for (size_t i = 0; i < metrics->count; i++)
            rows[row].print(out, rows[row].name, &metrics->nodes[i]);
    }
}

static void print_them(const void *memory, FILE *out)
{
    metrics_print(memory, out);
}

int metrics_write(const struct metrics *metrics, const char *path, struct err *err)
{
    int r;

    if (metrics->count == 0)
        return 0; /* it ended before it looked at a node, and has said so */
    r = prometheus_write(path, print_them, metrics);
    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "write the metrics to %s", path) : 0;
}

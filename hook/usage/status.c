/* SPDX-License-Identifier: MIT */
#include "usage/status.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/prometheus.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/account.h"
#include "facts/gpu.h"
#include "say/report.h"
#include "say/say.h"
#include "usage/metrics.h"
#include "usage/rows.h"
#include "usage/scan.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SAMPLE_MS 1000 /* between two looks at the counters */

struct status_job {
    const struct options *options;
    int proc;
    struct gpu_list *gpus;
    struct scan before, after;
    uint64_t at, nanoseconds; /* when the last sample was taken, and between the two */
    struct nodes_seen *seen;  /* of each container of `after` */
    bool *is_silent;          /* of each, too: its nodes are not known */
    struct row *rows;
    size_t row_count;
};

/* All but the second sample, which is the first one of the next. */
static void round_close(struct status_job *job)
{
    free(job->seen);
    free(job->is_silent);
    free(job->rows);
    job->seen = NULL;
    job->is_silent = NULL;
    job->rows = NULL;
    job->row_count = 0;
}

static void job_close(struct status_job *job)
{
    fd_cleanup(&job->proc);
    scan_close(&job->before);
    scan_close(&job->after);
    round_close(job);
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* ---- what there is --------------------------------------------------------------------------- */

static int scan_take(struct status_job *job, struct scan *ret, struct err *err)
{
    int r = scan_read(job->proc, ret);

    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "read what runs, from /proc") : 0;
}

/* The sample before this one, and when that was. */
static int first_take(struct status_job *job, struct err *err)
{
    job->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (job->proc < 0)
        return err_set(err, STATUS_INTERNAL, errno, "open /proc");
    int r = scan_take(job, &job->before, err);
    job->at = now_ns(CLOCK_MONOTONIC);
    return r;
}

static int second_take(struct status_job *job, struct err *err)
{
    int r = scan_take(job, &job->after, err);

    job->nanoseconds = now_ns(CLOCK_MONOTONIC) - job->at;
    job->at += job->nanoseconds;
    return r;
}

static bool is_asked(const struct status_job *job, const struct scan_container *container)
{
    return container->init &&
           (job->options->rest_count < 2 || text_is_equal(container->name, job->options->rest[1]));
}

static void tell_silent(const struct scan_container *container, int error)
{
    char text[WARNING_SIZE];

    if (error == -ETIMEDOUT)
        snprintf(text, sizeof(text), "container %s does not answer: its nodes are not known",
                 container->name);
    else
        snprintf(text, sizeof(text), "container %s: its nodes cannot be seen: %s", container->name,
                 strerror(-error));
    report_warning(text);
}

static int nodes_find(struct status_job *job, struct err *err)
{
    bool is_found = job->options->rest_count < 2;
    char shown[80];

    job->seen = calloc(job->after.container_count + 1, sizeof(*job->seen));
    job->is_silent = calloc(job->after.container_count + 1, sizeof(*job->is_silent));
    if (!job->seen || !job->is_silent)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "look into containers");
    for (size_t i = 0; i < job->after.container_count; i++) {
        const struct scan_container *container = &job->after.containers[i];
        if (!is_asked(job, container))
            continue;
        int r = nodes_look(job->proc, container->init, &job->seen[i]);
        job->is_silent[i] = r < 0;
        if (r < 0 && r != -ENOENT && r != -ESRCH)
            tell_silent(container, r);
        is_found = true;
    }
    if (is_found)
        return 0;
    return err_set(err, STATUS_USAGE, 0, "no container %s runs",
                   text_printable(shown, sizeof(shown), job->options->rest[1]));
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct gpu_node *gpu_of(const struct gpu_list *gpus, unsigned node_minor)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (gpus->nodes[i].node_minor == node_minor)
            return &gpus->nodes[i];
    return NULL;
}

/* By the clock that a person reads. */
static int64_t started_at(uint64_t ticks)
{
    int64_t boot = (int64_t)(now_ns(CLOCK_REALTIME) / 1000000000U) -
                   (int64_t)(now_ns(CLOCK_BOOTTIME) / 1000000000U);
    long per_second = sysconf(_SC_CLK_TCK);

    return boot + (int64_t)(ticks / (uint64_t)(per_second > 0 ? per_second : 100));
}

static int row_add(struct status_job *job, const struct scan_container *container,
                   unsigned node_minor, const struct node_seen *seen)
{
    struct account owner;
    uint64_t first = 0;
    struct row *more;
    struct row *row;

    for (size_t i = 0; i < job->row_count; i++)
        if (job->rows[i].container == container && job->rows[i].node_minor == node_minor)
            return 0;
    more = realloc(job->rows, (job->row_count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    job->rows = more;
    row = &more[job->row_count++];
    *row = (struct row){.container = container, .node_minor = node_minor, .seen = seen};
    row->node = gpu_of(job->gpus, node_minor);
    account_user(container->owner, 0, &owner);
    snprintf(row->started_by, sizeof(row->started_by), "%s", owner.name);
    row_add_clients(&job->before, &job->after, job->nanoseconds, job->gpus, row, &first);
    row->since = started_at(first);
    return 0;
}

/* What it has, and then what it has open besides. */
static int container_rows(struct status_job *job, size_t index)
{
    const struct scan_container *container = &job->after.containers[index];
    const struct nodes_seen *seen = &job->seen[index];
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < seen->count; i++)
        r = row_add(job, container, seen->nodes[i].node_minor, &seen->nodes[i]);
    for (size_t i = 0; r == 0 && i < job->after.client_count; i++) {
        const struct scan_client *client = &job->after.clients[i];
        int node_minor = rows_render_minor(client, job->gpus);
        if (client->container == index && node_minor >= 0)
            r = row_add(job, container, (unsigned)node_minor, NULL);
    }
    return r;
}

static int rows_make(struct status_job *job, struct err *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < job->after.container_count; i++)
        if (is_asked(job, &job->after.containers[i]))
            r = container_rows(job, i);
    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "tell what containers use") : 0;
}

static void tell_unseen(const struct scan *scan)
{
    char text[WARNING_SIZE];

    if (!scan->unseen)
        return;
    snprintf(text, sizeof(text),
             "%zu processes of containers cannot be looked into: root sees all of them",
             scan->unseen);
    report_warning(text);
}

/* ---- showing it ------------------------------------------------------------------------------ */

static void metrics_print(const void *memory, FILE *out)
{
    usage_metrics_print(memory, out);
}

/* By the title of its monitor, which is a process of root's. */
static bool has_right(const struct status_rights *rights, const struct scan_container *container)
{
    for (size_t i = 0; container->owner == 0 && i < rights->count; i++)
        if (text_is_equal(rights->all[i].name, container->name) &&
            text_is_equal(rights->all[i].lxcpath, container->lxcpath))
            return true;
    return false;
}

static int metrics_write(const struct status_job *job, const struct status_rights *rights,
                         struct err *err)
{
    CLEANUP_FREE struct metrics_container *all =
        calloc(job->after.container_count + 1, sizeof(*all));
    struct usage_metrics metrics = {.containers = all,
                                    .rows = job->rows,
                                    .row_count = job->row_count,
                                    .now = (int64_t)(now_ns(CLOCK_REALTIME) / 1000000000U)};
    int r;

    if (!all)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "write the metrics");
    for (size_t i = 0; i < job->after.container_count; i++) {
        const struct scan_container *container = &job->after.containers[i];
        if (container->init)
            all[metrics.container_count++] = (struct metrics_container){
                container, has_right(rights, container), job->seen[i].count, job->is_silent[i]};
    }
    r = prometheus_write(job->options->metrics, metrics_print, &metrics);
    return r < 0
               ? err_set(err, STATUS_INTERNAL, -r, "write the metrics to %s", job->options->metrics)
               : 0;
}

static int job_show(const struct status_job *job, const struct status_rights *rights,
                    struct err *err)
{
    const struct options *options = job->options;

    tell_unseen(&job->after);
    if (options->metrics)
        return metrics_write(job, rights, err);
    if (options->json)
        rows_print_json(job->rows, job->row_count, &job->after, stdout);
    else
        rows_print(job->rows, job->row_count, stdout);
    return 0;
}

static int round_run(struct status_job *job, const struct status_rights *rights, struct err *err)
{
    const struct about about = {.options = job->options, .gpus = job->gpus};
    struct fault fault;
    int r;

    if (gpu_find(job->gpus, &fault) < 0)
        return say_fault(&fault, &about, err);
    r = second_take(job, err);
    if (r == 0)
        r = nodes_find(job, err);
    if (r == 0)
        r = rows_make(job, err);
    return r < 0 ? r : job_show(job, rights, err);
}

/* From the screen's upper left corner on; what is no screen gets one below the other. */
static int watch(struct status_job *job, const struct status_rights *rights, struct err *err)
{
    bool is_screen = isatty(STDOUT_FILENO) == 1;
    int r = 0;

    for (bool is_first = true; r == 0 && !ferror(stdout); is_first = false) {
        (void)usleep(SAMPLE_MS * 1000);
        if (is_screen)
            fputs("\033[H\033[J", stdout);
        else if (!is_first)
            fputc('\n', stdout);
        r = round_run(job, rights, err);
        (void)fflush(stdout);
        round_close(job);
        scan_close(&job->before);
        job->before = job->after;
        job->after = (struct scan){.containers = NULL};
    }
    return r;
}

int status_show(const struct options *options, const struct status_rights *rights, struct err *err)
{
    static struct gpu_list gpus;
    __attribute__((cleanup(job_close))) struct status_job job = {
        .options = options, .proc = -1, .gpus = &gpus};
    int r;

    if (options->rest_count > 2)
        return err_set(err, STATUS_USAGE, 0, "status wants the name of one container, or none");
    r = first_take(&job, err);
    if (r == 0 && options->watch)
        return watch(&job, rights, err);
    if (r == 0 && job.before.client_count)
        (void)usleep(SAMPLE_MS * 1000);
    return r < 0 ? r : round_run(&job, rights, err);
}

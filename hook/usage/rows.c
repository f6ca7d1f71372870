/* SPDX-License-Identifier: MIT */
#include "usage/rows.h"

#include "base/drm.h"
#include "base/gpu_names.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>
#include <time.h>

int rows_render_minor(const struct scan_client *client, const struct gpu_list *gpus)
{
    if (client->node_minor >= RENDER_MINOR_MIN)
        return client->node_minor;
    for (size_t i = 0; client->drm.pci[0] && i < gpus->count; i++)
        if (gpus->nodes[i].is_render && text_is_equal(gpus->nodes[i].pci, client->drm.pci))
            return (int)gpus->nodes[i].node_minor;
    return -1;
}

static struct row_engine *row_engine_of(struct row *row, const char *name)
{
    for (size_t i = 0; i < row->engine_count; i++)
        if (text_is_equal(row->engines[i].name, name))
            return &row->engines[i];
    if (row->engine_count == FDINFO_ENGINES_MAX)
        return NULL;
    row->engines[row->engine_count] = (struct row_engine){.busy = 0};
    snprintf(row->engines[row->engine_count].name, sizeof(row->engines[0].name), "%s", name);
    return &row->engines[row->engine_count++];
}

static const struct drm_client *client_before(const struct scan *before,
                                              const struct scan_client *client, const char *cgroup)
{
    for (size_t i = 0; i < before->client_count; i++) {
        const struct scan_client *other = &before->clients[i];
        if (other->drm.id == client->drm.id && text_is_equal(other->drm.pci, client->drm.pci) &&
            text_is_equal(other->drm.driver, client->drm.driver) &&
            text_is_equal(before->containers[other->container].cgroup, cgroup))
            return &other->drm;
    }
    return NULL;
}

/* Who came between the samples has done nothing yet that could be told from what it did before. */
static void add_busy(const struct drm_client *before, const struct drm_client *after,
                     uint64_t nanoseconds, struct row *row)
{
    for (size_t i = 0; i < after->engine_count; i++) {
        const struct drm_engine *now = &after->engines[i];
        const struct drm_engine *then = before ? drm_engine_find(before, now->name) : NULL;
        struct row_engine *engine = row_engine_of(row, now->name);
        if (engine)
            engine->seconds += drm_engine_seconds(then, now, nanoseconds);
        if (!engine || !then)
            continue;
        engine->busy += drm_engine_busy(then, now, nanoseconds);
        if (engine->busy > 1000)
            engine->busy = 1000;
    }
}

void row_add_clients(const struct scan *before, const struct scan *after, uint64_t nanoseconds,
                     const struct gpu_list *gpus, struct row *row, uint64_t *ret_first_started)
{
    for (size_t i = 0; i < after->client_count; i++) {
        const struct scan_client *client = &after->clients[i];
        if (&after->containers[client->container] != row->container ||
            rows_render_minor(client, gpus) != (int)row->node_minor)
            continue;
        if (row->users++ == 0 || client->started < *ret_first_started)
            *ret_first_started = client->started;
        add_busy(client_before(before, client, row->container->cgroup), &client->drm, nanoseconds,
                 row);
    }
}

/* ---- for a person ---------------------------------------------------------------------------- */

static const char *gpu_describe(const struct gpu_node *node)
{
    const char *name = node ? gpu_name(node->vendor_id, node->device_id) : NULL;

    if (name)
        return name;
    if (!node)
        return "gone";
    return node->pci[0] ? node->pci : node->driver;
}

static void since_describe(const struct row *row, char *ret, size_t size)
{
    time_t seconds = (time_t)row->since;
    struct tm local;

    snprintf(ret, size, "-");
    if (row->users && localtime_r(&seconds, &local))
        (void)strftime(ret, size, "%Y-%m-%d %H:%M", &local);
}

/* "video 57 %, render 3 %"; those that do nothing are left out. */
static void busy_describe(const struct row *row, char *ret, size_t size)
{
    struct text text = {.data = ret, .size = size};

    ret[0] = '\0';
    for (size_t i = 0; i < row->engine_count; i++)
        if (row->engines[i].busy)
            text_add(&text, "%s%s %u.%u %%", text.used ? ", " : "", row->engines[i].name,
                     row->engines[i].busy / 10, row->engines[i].busy % 10);
    if (!text.used)
        text_add(&text, row->users ? "open, idle" : "not open");
}

void rows_print(const struct row *rows, size_t count, FILE *out)
{
    char since[32];
    char busy[300];
    char group[12];

    fprintf(out, "%-16s %-10s %-11s %-24s %-7s %-16s %s\n", "CONTAINER", "STARTED BY", "NODE",
            "GPU", "GROUP", "SINCE", "BUSY");
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        snprintf(group, sizeof(group), "-");
        if (row->seen && row->seen->has_group)
            snprintf(group, sizeof(group), "%u", row->seen->group);
        since_describe(row, since, sizeof(since));
        busy_describe(row, busy, sizeof(busy));
        fprintf(out, "%-16s %-10s renderD%-4u %-24s %-7s %-16s %s\n", row->container->name,
                row->started_by, row->node_minor, gpu_describe(row->node), group, since, busy);
    }
}

/* ---- for a program --------------------------------------------------------------------------- */

static void row_json(struct json *json, const struct row *row)
{
    char node[16];

    snprintf(node, sizeof(node), "renderD%u", row->node_minor);
    json_open(json, NULL, '{');
    json_string(json, "container", row->container->name);
    json_string(json, "started_by", row->started_by);
    json_number(json, "started_by_uid", row->container->owner);
    json_number(json, "init", (uint64_t)row->container->init);
    json_string(json, "node", node);
    json_bool(json, "has_node", row->seen != NULL);
    json_string(json, "driver", row->node ? row->node->driver : NULL);
    json_string(json, "pci", row->node && row->node->pci[0] ? row->node->pci : NULL);
    json_string(json, "gpu",
                row->node ? gpu_name(row->node->vendor_id, row->node->device_id) : NULL);
    if (row->seen && row->seen->has_group)
        json_number(json, "group", row->seen->group);
    else
        json_null(json, "group");
    json_number(json, "users", row->users);
    if (row->users)
        json_signed(json, "since", row->since);
    else
        json_null(json, "since");
    json_open(json, "busy_percent", '{');
    for (size_t i = 0; i < row->engine_count; i++)
        json_real(json, row->engines[i].name, row->engines[i].busy / 10.0);
    json_close(json, '}');
    json_close(json, '}');
}

void rows_print_json(const struct row *rows, size_t count, const struct scan *scan, FILE *out)
{
    struct json json = {.out = out, .has_lines = true};

    json_open(&json, NULL, '{');
    json_string(&json, "version", PROJECT_VERSION);
    json_number(&json, "unseen", scan->unseen);
    json_open(&json, "containers", '[');
    for (size_t i = 0; i < count; i++)
        row_json(&json, &rows[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    fputc('\n', out);
}

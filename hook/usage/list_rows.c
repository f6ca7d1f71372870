/* SPDX-License-Identifier: MIT */
#include "usage/list_rows.h"

#include "base/gpu_names.h"
#include "base/json.h"
#include "base/text.h"

/* A GPU's facts, from wherever they are known. */
struct identity {
    const char *pci, *driver; /* "" for none */
    unsigned vendor_id, device_id;
};

static struct identity identify(const struct list_row *row)
{
    if (row->node)
        return (struct identity){row->node->pci, row->node->driver, row->node->vendor_id,
                                 row->node->device_id};
    return (struct identity){row->gpu->address, row->gpu->driver, row->gpu->vendor_id,
                             row->gpu->device_id};
}

/* Given to virtual machines: no container can use it. */
static bool is_set_aside(const struct list_row *row)
{
    return !row->node && text_is_equal(row->gpu->driver, "vfio-pci");
}

/* ---- for a person ---------------------------------------------------------------------------- */

/* "Arc Battlemage (Xe2), virtual function of 0000:03:00.0, for virtual machines" */
static void gpu_describe(const struct list_row *row, const struct identity *is, char *ret,
                         size_t size)
{
    const char *name = gpu_name(is->vendor_id, is->device_id);
    struct text text = {.data = ret, .size = size};

    ret[0] = '\0';
    if (name)
        text_add(&text, "%s", name);
    else if (is->vendor_id)
        text_add(&text, "%04x:%04x", is->vendor_id, is->device_id);
    else
        text_add(&text, "unknown");
    if (row->gpu && row->gpu->function[0])
        text_add(&text, ", virtual function of %s", row->gpu->function);
    if (is_set_aside(row))
        text_add(&text, ", for virtual machines");
    else if (!row->node)
        text_add(&text, ", no render node");
}

static void row_print(const struct list_row *row, FILE *out)
{
    struct identity is = identify(row);
    char vendor[16];
    char gpu[160];
    char mode[8] = "-";

    gpu_describe(row, &is, gpu, sizeof(gpu));
    if (row->node)
        snprintf(mode, sizeof(mode), "%04o", row->node->mode);
    fprintf(out, "%-10s %-12s %-11s %-7s %-7s %-4s %s\n", row->node ? row->node->name : "-",
            is.pci[0] ? is.pci : "unknown", is.driver[0] ? is.driver : "none",
            gpu_vendor_name(is.vendor_id, vendor, sizeof(vendor)), row->group ? row->group : "-",
            mode, gpu);
}

void list_print(const struct list_row *rows, size_t count, FILE *out)
{
    fprintf(out, "%-10s %-12s %-11s %-7s %-7s %-4s %s\n", "NODE", "PCI", "DRIVER", "VENDOR",
            "GROUP", "MODE", "GPU");
    for (size_t i = 0; i < count; i++)
        row_print(&rows[i], out);
}

/* ---- for a program --------------------------------------------------------------------------- */

static const char *known(const char *text)
{
    return text[0] && !text_is_equal(text, "unknown") ? text : NULL;
}

static void owner_json(struct json *json, const struct list_row *row)
{
    char mode[8];

    json_string(json, "group", row->group);
    if (!row->node) {
        json_null(json, "gid");
        json_null(json, "mode");
        return;
    }
    json_number(json, "gid", row->node->gid);
    snprintf(mode, sizeof(mode), "%04o", row->node->mode);
    json_string(json, "mode", mode);
}

static void row_json(struct json *json, const struct list_row *row)
{
    struct identity is = identify(row);
    char vendor[16];
    char id[12];

    snprintf(id, sizeof(id), "%04x:%04x", is.vendor_id & 0xffff, is.device_id & 0xffff);
    json_open(json, NULL, '{');
    json_string(json, "node", row->node ? row->node->name : NULL);
    json_string(json, "pci", known(is.pci));
    json_string(json, "driver", known(is.driver));
    json_string(json, "vendor", known(gpu_vendor_name(is.vendor_id, vendor, sizeof(vendor))));
    json_string(json, "pci_id", is.vendor_id ? id : NULL);
    json_string(json, "gpu", gpu_name(is.vendor_id, is.device_id));
    json_string(json, "virtual_function_of", row->gpu ? known(row->gpu->function) : NULL);
    json_bool(json, "for_virtual_machines", is_set_aside(row));
    owner_json(json, row);
    json_close(json, '}');
}

void list_print_json(const struct list_row *rows, size_t count, FILE *out)
{
    struct json json = {.out = out, .has_lines = true};

    json_open(&json, NULL, '{');
    json_string(&json, "version", PROJECT_VERSION);
    json_open(&json, "gpus", '[');
    for (size_t i = 0; i < count; i++)
        row_json(&json, &rows[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    fputc('\n', out);
}

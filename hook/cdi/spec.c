/* SPDX-License-Identifier: MIT */
#include "cdi/spec.h"

#include "base/json.h"
#include "base/text.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#define KIND_MAX 127

/* The first is the default: Podman 4.3, in Debian 12, reads none that is newer. */
static const char *const versions[] = {"0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", NULL};
#define VERSION_DEFAULT         1
#define VERSION_ADDITIONAL_GIDS 3 /* 0.7.0 */

static const struct {
    const char *version, *why;
} refused[] = {
    {"0.3.0",
     "it knows no hostPath, and no name that begins with a digit, as a PCI address does; "
     "0.5.0 is the oldest that does"},
    {"0.4.0",
     "it knows no hostPath, and no name that begins with a digit, as a PCI address does; "
     "0.5.0 is the oldest that does"},
};

int cdi_version_find(const char *text, unsigned *ret, const char **ret_why)
{
    for (unsigned i = 0; versions[i]; i++) {
        if (!text_is_equal(versions[i], text))
            continue;
        *ret = i + 1;
        return 0;
    }
    *ret_why = "not one of 0.5.0, 0.6.0, 0.7.0, 0.8.0, 1.0.0";
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (text_is_equal(refused[i].version, text))
            *ret_why = refused[i].why;
    return -EINVAL;
}

/* A letter first, a letter or digit last; a class may have dots from 0.6.0 on only. */
static bool is_part(const char *text, size_t length, const char *others)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char digits[] = "0123456789";

    if (length == 0 || !strchr(letters, text[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!strchr(letters, text[i]) && !strchr(digits, text[i]) && !strchr(others, text[i]))
            return false;
    return !strchr(others, text[length - 1]);
}

bool cdi_is_kind(const char *text)
{
    size_t vendor = strcspn(text, "/");

    return strlen(text) <= KIND_MAX && text[vendor] == '/' && is_part(text, vendor, "_-.") &&
           is_part(text + vendor + 1, strlen(text + vendor + 1), "_-");
}

/* One device: the nodes that the options pick, of one name, of one slot, or all of them. */
struct device {
    const char *name;       /* in the file */
    const char *node, *pci; /* NULL: any */
};

struct spec {
    const struct options *options;
    const struct gpu_list *gpus;
    const gid_t *gid;
    struct json json;
};

static bool is_of(const struct spec *spec, const struct device *device, const struct gpu_node *node)
{
    return plan_is_wanted(spec->options, spec->gpus, node) &&
           (!device->node || text_is_equal(device->node, node->name)) &&
           (!device->pci || text_is_equal(device->pci, node->pci));
}

static gid_t gid_of(const struct spec *spec, const struct gpu_node *node)
{
    return spec->gid ? *spec->gid : node->gid;
}

/* Owner and mode are written out: an engine that has to guess makes the node everybody's. */
static void node_write(struct spec *spec, const struct gpu_node *node)
{
    struct json *json = &spec->json;
    char path[32];

    snprintf(path, sizeof(path), "/dev/dri/%s", node->name);
    json_open(json, NULL, '{');
    json_string(json, "path", path);
    json_string(json, "hostPath", path);
    json_string(json, "type", "c");
    json_number(json, "major", DRM_MAJOR);
    json_number(json, "minor", node->node_minor);
    json_number(json, "fileMode", spec->options->mode);
    json_string(json, "permissions", "rw");
    json_number(json, "uid", spec->options->user);
    json_number(json, "gid", gid_of(spec, node));
    json_close(json, '}');
}

/* Whether a node before this one of the same device has brought the same group. */
static bool is_repeated(const struct spec *spec, const struct device *device, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_of(spec, device, &spec->gpus->nodes[i]) &&
            gid_of(spec, &spec->gpus->nodes[i]) == gid_of(spec, &spec->gpus->nodes[at]))
            return true;
    return false;
}

static void gids_write(struct spec *spec, const struct device *device)
{
    json_open(&spec->json, "additionalGids", '[');
    for (size_t i = 0; i < spec->gpus->count; i++) {
        const struct gpu_node *node = &spec->gpus->nodes[i];
        if (is_of(spec, device, node) && gid_of(spec, node) != 0 && !is_repeated(spec, device, i))
            json_number(&spec->json, NULL, gid_of(spec, node));
    }
    json_close(&spec->json, ']');
}

static void device_write(struct spec *spec, const struct device *device)
{
    struct json *json = &spec->json;

    json_open(json, NULL, '{');
    json_string(json, "name", device->name);
    json_open(json, "containerEdits", '{');
    json_open(json, "deviceNodes", '[');
    for (size_t i = 0; i < spec->gpus->count; i++)
        if (is_of(spec, device, &spec->gpus->nodes[i]))
            node_write(spec, &spec->gpus->nodes[i]);
    json_close(json, ']');
    if (spec->options->cdi_version >= VERSION_ADDITIONAL_GIDS)
        gids_write(spec, device);
    json_close(json, '}');
    json_close(json, '}');
}

/* The first of its slot that is picked stands for the slot. */
static bool is_first_of_slot(const struct spec *spec, size_t at)
{
    const struct device slot = {.pci = spec->gpus->nodes[at].pci};

    for (size_t i = 0; i < at; i++)
        if (is_of(spec, &slot, &spec->gpus->nodes[i]))
            return false;
    return slot.pci[0] != '\0';
}

static void devices_write(struct spec *spec)
{
    const struct gpu_list *gpus = spec->gpus;

    json_open(&spec->json, "devices", '[');
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (!plan_is_wanted(spec->options, gpus, node))
            continue;
        device_write(spec, &(struct device){.name = node->name, .node = node->name});
        if (is_first_of_slot(spec, i))
            device_write(spec, &(struct device){.name = node->pci, .pci = node->pci});
    }
    device_write(spec, &(struct device){.name = "all"});
    json_close(&spec->json, ']');
}

void cdi_spec_write(const struct options *options, const struct gpu_list *gpus, const gid_t *gid,
                    FILE *out)
{
    struct spec spec = {
        .options = options, .gpus = gpus, .gid = gid, .json = {.out = out, .has_lines = true}};
    unsigned version = options->cdi_version ? options->cdi_version : VERSION_DEFAULT;

    json_open(&spec.json, NULL, '{');
    json_string(&spec.json, "cdiVersion", versions[version - 1]);
    json_string(&spec.json, "kind", options->kind ? options->kind : CDI_KIND);
    devices_write(&spec);
    json_close(&spec.json, '}');
    fputc('\n', out);
}

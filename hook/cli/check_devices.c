/* SPDX-License-Identifier: MIT */
/* What device cgroups and device rules would say to the nodes of a start. */
#include "cli/check.h"

#include "base/drm.h"
#include "base/text.h"
#include "config/devices.h"
#include "say/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NULL_MAJOR 1 /* /dev/null */
#define NULL_MINOR 3

/* A rule of Proxmox's file is to be found there, by its line. */
static void places_in_source(const struct container_facts *facts, struct device_rules *rules)
{
    const struct obeyed *obeyed = &facts->obeyed;

    for (size_t i = 0; obeyed->source[0] && i < rules->count; i++) {
        struct device_place *place = &rules->places[i];
        if (!text_is_equal(place->file, facts->config_file) || place->line <= obeyed->proxmox.made)
            continue;
        snprintf(place->file, sizeof(place->file), "%s", obeyed->source);
        place->line -= obeyed->proxmox.made;
    }
}

void check_devices_load(struct check *check, const char *unit)
{
    const struct container_facts *facts = check->facts;
    struct check_devices *devices = &check->devices;
    struct device_placement placement;

    devices_read(facts->config_file, facts->obeyed.text, facts->obeyed.size, &devices->all,
                 &placement);
    places_in_source(facts, &devices->all.rules);
    devices->all.is_privileged = facts->is_privileged;
    /* LXC's programs that an ordinary user runs set no device rule: the kernel lets root alone. */
    if (geteuid() != 0)
        devices->all.rules.count = 0;
    devices->unit = unit;
    if (unit)
        (void)devices_start_cgroup(unit, devices->from, sizeof(devices->from));
    devices->has_parent = devices_parent(&placement, false, unit ? devices->from : NULL,
                                         devices->parent, sizeof(devices->parent));
    if (!devices_parent(&placement, true, unit ? devices->from : NULL, devices->hook_parent,
                        sizeof(devices->hook_parent)))
        devices->hook_parent[0] = '\0';
    if (devices->has_parent)
        devices_take_parent(devices->parent, &devices->all.rules);
    check->facts->guest.cgroup_is_v1 = cgroup_host_is_v1();
}

/* Nodes that everybody may open, but for a list that systemd or somebody else has made. */
static bool has_some_list(void)
{
    static const char *const nodes[] = {"/dev/fuse", "/dev/net/tun"};
    bool is_denied = false;

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
        is_denied |=
            cgroup_try_here(&(const struct cgroup_wish){.node = nodes[i]}) == CGROUP_DENIES;
    return is_denied;
}

/* A start by an ordinary user is made from the cgroup that check runs in. */
static enum cgroup_answer ask_as_user(gid_t gid, const struct cgroup_wish *wish)
{
    enum cgroup_answer answer = cgroup_try_here(wish);

    if (answer == CGROUP_UNKNOWN)
        answer = cgroup_try_as_group(gid, wish);
    /* Who may not try: only where something is denied is there a doubt to speak of. */
    return answer == CGROUP_UNKNOWN && !has_some_list() ? CGROUP_ALLOWS : answer;
}

static enum cgroup_answer ask_parent(struct check_devices *devices, const char *node, gid_t gid)
{
    const struct cgroup_wish wish = {.node = node};

    if (geteuid() != 0 && !devices->unit)
        return ask_as_user(gid, &wish);
    return devices->has_parent ? cgroup_try(devices->parent, cgroup_host_is_v1(), &wish)
                               : CGROUP_UNKNOWN;
}

static void name_above(struct check_devices *devices, const char *node)
{
    const struct cgroup_wish wish = {.node = node};
    char *above = devices->all.above;

    if (geteuid() == 0)
        (void)cgroup_find_denying(devices->parent, cgroup_host_is_v1(), &wish, above,
                                  sizeof(devices->all.above));
    if (!above[0])
        snprintf(above, sizeof(devices->all.above), "%s", devices->parent);
    snprintf(devices->all.lowest, sizeof(devices->all.lowest), "%s", devices->parent);
}

bool check_device_is_allowed(struct check *check, const struct gpu_node *gpu)
{
    struct check_devices *devices = &check->devices;
    char node[32];
    enum cgroup_answer answer;

    snprintf(node, sizeof(node), "/dev/dri/%s", gpu->name);
    answer = ask_parent(devices, node, gpu->gid);
    devices->is_unknown |= answer == CGROUP_UNKNOWN;
    if (answer == CGROUP_DENIES ||
        (geteuid() != 0 && !device_rules_allow(&devices->all.rules, DRM_MAJOR, gpu->node_minor))) {
        if (!devices->all.above[0])
            name_above(devices, node);
        return false;
    }
    return device_rules_allow(&devices->all.rules, DRM_MAJOR, gpu->node_minor);
}

bool check_device_null_is_allowed(struct check *check)
{
    return ask_parent(&check->devices, "/dev/null", 0) != CGROUP_DENIES &&
           device_rules_allow(&check->devices.all.rules, NULL_MAJOR, NULL_MINOR);
}

/* The hook makes the nodes where root starts the container, in a cgroup of its own. */
int check_device_make(struct check *check, const struct op *op, struct fault *fault)
{
    struct check_devices *devices = &check->devices;
    char node[32];
    const struct cgroup_wish wish = {.node = node, .is_make = true};
    bool is_v1 = cgroup_host_is_v1();

    snprintf(node, sizeof(node), "/dev/dri/%s", op->gpu->name);
    if (!devices->hook_parent[0] || cgroup_try(devices->hook_parent, is_v1, &wish) != CGROUP_DENIES)
        return 0;
    (void)cgroup_find_denying(devices->hook_parent, is_v1, &wish, devices->all.above,
                              sizeof(devices->all.above));
    snprintf(devices->all.lowest, sizeof(devices->all.lowest), "%s", devices->hook_parent);
    return fault_set(fault, CAUSE_MAKE_DENIED, EPERM, .name = op->name, .a = DRM_MAJOR,
                     .b = op->gpu->node_minor);
}

void check_devices_tell(const struct check *check)
{
    char text[WARNING_SIZE];

    if (!check->devices.is_unknown)
        return;
    if (check->devices.unit && !check->devices.from[0]) {
        snprintf(text, sizeof(text),
                 "what the cgroups above the container's own say to the nodes is not known: %s has "
                 "no cgroup now",
                 check->devices.unit);
        report_warning(text);
        return;
    }
    snprintf(text, sizeof(text),
             "what the cgroups above the container's own say to the nodes is not known: no process "
             "can be put where the container will be%s%s",
             check->devices.has_parent ? ", below " : "",
             check->devices.has_parent ? check->devices.parent : "");
    report_warning(text);
}

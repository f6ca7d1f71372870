/* What device cgroups and device rules would say to the nodes of a start. */
#include "cli/check.h"

#include "base/drm.h"
#include "config/devices.h"
#include "say/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NULL_MAJOR 1 /* /dev/null */
#define NULL_MINOR 3

void check_devices_load(struct check *check)
{
    const struct container_facts *facts = check->facts;
    struct check_devices *devices = &check->devices;
    struct device_placement placement;

    devices_read(facts->config_file, facts->obeyed.text, facts->obeyed.size, &devices->all,
                 &placement);
    devices->all.is_privileged = facts->is_privileged;
    /* LXC's programs that an ordinary user runs set no device rule: the kernel lets root alone. */
    if (geteuid() != 0)
        devices->all.rules.count = 0;
    devices->has_parent =
        devices_parent(&placement, false, devices->parent, sizeof(devices->parent));
    if (!devices_parent(&placement, true, devices->hook_parent, sizeof(devices->hook_parent)))
        devices->hook_parent[0] = '\0';
    if (devices->has_parent)
        devices_take_parent(devices->parent, &devices->all.rules);
    check->facts->guest.cgroup_is_v1 = cgroup_host_is_v1();
}

static enum cgroup_answer ask_parent(struct check_devices *devices, const char *node)
{
    const struct cgroup_wish wish = {.node = node};

    /* Who may not open the host's own node cannot try: then there is only what a list says. */
    if (geteuid() != 0)
        return cgroup_try_here(&wish) == CGROUP_DENIES ? CGROUP_DENIES : CGROUP_ALLOWS;
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
}

bool check_device_is_allowed(struct check *check, const struct gpu_node *gpu)
{
    struct check_devices *devices = &check->devices;
    char node[32];
    enum cgroup_answer answer;

    snprintf(node, sizeof(node), "/dev/dri/%s", gpu->name);
    answer = ask_parent(devices, node);
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
    return ask_parent(&check->devices, "/dev/null") != CGROUP_DENIES &&
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
    return fault_set(fault, CAUSE_MAKE_DENIED, EPERM, .name = op->name, .a = DRM_MAJOR,
                     .b = op->gpu->node_minor);
}

void check_devices_tell(const struct check *check)
{
    char text[WARNING_SIZE];

    if (!check->devices.is_unknown)
        return;
    snprintf(text, sizeof(text),
             "what the cgroups above the container's own say to the nodes is not known: no process "
             "can be put where the container will be%s%s",
             check->devices.has_parent ? ", below " : "",
             check->devices.has_parent ? check->devices.parent : "");
    report_warning(text);
}

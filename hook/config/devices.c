/* SPDX-License-Identifier: MIT */
#include "config/devices.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/file.h"
#include "base/text.h"
#include "config/include.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* ---- the config ------------------------------------------------------------------------------ */

/* LXC's programs changed what they make of the lines with 4.0.7. */
static enum device_model model_of_host(void)
{
    CLEANUP_FREE char *output = NULL;
    struct command command = {.words = {"lxc-info", "--version"}, .count = 2};
    unsigned version[3] = {0};
    int status;

    if (cgroup_host_is_v1())
        return DEVICES_V1;
    if (command_run(&command, &output, &status) < 0 ||
        sscanf(output, "%u.%u.%u", &version[0], &version[1], &version[2]) != 3)
        return DEVICES_V2;
    return version[0] < 4 || (version[0] == 4 && version[1] == 0 && version[2] < 7)
               ? DEVICES_V2_IN_ORDER
               : DEVICES_V2;
}

struct reading {
    struct device_rules *rules;
    struct device_placement *placement;
};

/* LXC takes a path for the number of the node that is there. */
static const char *number_of_path(const char *value, char *buffer, size_t size)
{
    char path[256];
    char access_text[8] = "";
    struct stat st;

    if (sscanf(value, "%255s %7s", path, access_text) != 2 || stat(path, &st) < 0 ||
        !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
        return value;
    snprintf(buffer, size, "%c %u:%u %s", S_ISCHR(st.st_mode) ? 'c' : 'b', major(st.st_rdev),
             minor(st.st_rdev), access_text);
    return buffer;
}

static void placement_take(const struct config_line *line, struct device_placement *placement)
{
    const char *key = line->key;

    if (text_is_equal(key, "lxc.cgroup.relative"))
        placement->is_relative = text_is_equal(line->value, "1");
    else if (text_is_equal(key, "lxc.cgroup.dir"))
        snprintf(placement->dir, sizeof(placement->dir), "%s", line->value);
    else if (text_is_equal(key, "lxc.cgroup.dir.container"))
        snprintf(placement->container, sizeof(placement->container), "%s", line->value);
    else if (text_is_equal(key, "lxc.cgroup.dir.monitor"))
        snprintf(placement->monitor, sizeof(placement->monitor), "%s", line->value);
    else if (text_is_equal(key, "lxc.cgroup.dir.container.inner"))
        placement->has_inner = *line->value;
}

static void line_take(const struct config_line *line, void *memory)
{
    const struct reading *reading = memory;
    char number[64];
    struct device_place *place;

    placement_take(line, reading->placement);
    place = device_rules_add(
        reading->rules, line->key,
        line->value[0] == '/' ? number_of_path(line->value, number, sizeof(number)) : line->value);
    if (!place)
        return;
    text_printable(place->value, sizeof(place->value), line->value);
    if (strlen(line->file) < sizeof(place->file))
        text_printable(place->file, sizeof(place->file), line->file);
    place->line = line->number;
}

void devices_read(const char *file, const char *text, size_t size, struct device_case *ret,
                  struct device_placement *ret_placement)
{
    static struct config_include include; /* 8 kB */
    struct reading reading = {.rules = &ret->rules, .placement = ret_placement};

    memset(ret, 0, sizeof(*ret));
    memset(ret_placement, 0, sizeof(*ret_placement));
    ret->rules.model = model_of_host();
    config_walk(file, text, size, geteuid() == 0, line_take, &reading, &include);
    ret->has_rules = include.fault == INCLUDE_FINE && !ret->rules.is_cut;
}

/* ---- the cgroups above ----------------------------------------------------------------------- */

/* LXC leaves the cgroup that systemd has put process 1 in. */
static void without_init_scope(char *path)
{
    static const char scope[] = "/init.scope";
    size_t length = strlen(path);

    if (length >= strlen(scope) && text_is_equal(path + length - strlen(scope), scope))
        path[length - strlen(scope)] = '\0';
    if (!path[0])
        snprintf(path, 2, "/");
}

static void one_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        slash[slash == path] = '\0';
}

bool devices_start_cgroup(const char *unit, char *ret, size_t size)
{
    CLEANUP_FREE char *output = NULL;
    struct command command = {.words = {"systemctl", "show", "--property=ControlGroup", "--value"},
                              .count = 4};
    int status = 0;

    ret[0] = '\0';
    if (unit[0] == '/') {
        snprintf(ret, size, "%s", unit);
        return cgroup_exists(unit, cgroup_host_is_v1());
    }
    command_add(&command, "--");
    command_add(&command, unit);
    if (command_run(&command, &output, &status) < 0 || status != 0 || output[0] != '/')
        return false;
    snprintf(ret, size, "%.*s", (int)strcspn(output, "\n"), output);
    return true;
}

bool devices_parent(const struct device_placement *placement, bool of_hook, const char *from,
                    char *ret, size_t size)
{
    bool is_from_here = placement->is_relative || geteuid() != 0;
    const char *own = of_hook ? placement->monitor : placement->container;
    bool is_v1 = cgroup_host_is_v1();
    char base[PATH_MAX];

    if (is_from_here && from)
        snprintf(base, sizeof(base), "%s", from);
    else if (!cgroup_of(is_from_here ? "/proc/self/cgroup" : "/proc/1/cgroup", base, sizeof(base)))
        return false;
    if (!base[0])
        return false;
    if (!is_from_here)
        without_init_scope(base);
    if ((size_t)snprintf(ret, size, "%s%s%s", text_is_equal(base, "/") ? "" : base, "/",
                         own[0] ? own : placement->dir) >= size)
        return false;
    /* The container's own is made anew; and LXC makes those above that are missing. */
    if (own[0])
        one_up(ret);
    for (size_t length = strlen(ret); length > 1 && ret[length - 1] == '/';)
        ret[--length] = '\0';
    while (ret[1] && !cgroup_exists(ret, is_v1))
        one_up(ret);
    return cgroup_exists(ret, is_v1);
}

void devices_take_parent(const char *parent, struct device_rules *rules)
{
    CLEANUP_FREE char *list = rules->model == DEVICES_V1 ? cgroup_device_list(parent) : NULL;

    if (list)
        device_rules_take_parent(rules, list);
}

/* ---- a start that failed --------------------------------------------------------------------- */

/* The cgroup above the one that has the container's rules. */
static bool parent_of(const struct guest *guest, const struct device_placement *placement,
                      char *ret, size_t size)
{
    char file[40];

    snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)guest->pid);
    if (!cgroup_of(file, ret, size))
        return false;
    one_up(ret);
    if (placement->has_inner)
        one_up(ret);
    return true;
}

void devices_explain(const char *config_file, const struct guest *guest, unsigned device_minor,
                     struct device_case *ret, struct fault *fault)
{
    bool is_make = fault->cause == CAUSE_MAKE_DENIED;
    CLEANUP_FREE char *text = NULL;
    struct device_placement placement = {0};
    char node[40];
    char parent[PATH_MAX];
    struct cgroup_wish wish = {.node = node, .is_make = is_make};
    size_t size = 0;

    memset(ret, 0, sizeof(*ret));
    if (config_file && file_read_at(AT_FDCWD, config_file, CONFIG_MAX, &text, &size) == 0)
        devices_read(config_file, text, size, ret, &placement);
    else
        ret->rules.model = cgroup_host_is_v1() ? DEVICES_V1 : DEVICES_V2;
    ret->is_privileged = guest->user_ns < 0;
    snprintf(node, sizeof(node), "/dev/dri/%s%u", device_minor < 128 ? "card" : "renderD",
             device_minor);
    if (is_make ? cgroup_of("/proc/self/cgroup", parent, sizeof(parent))
                : parent_of(guest, &placement, parent, sizeof(parent))) {
        (void)cgroup_find_denying(parent, cgroup_host_is_v1(), &wish, ret->above,
                                  sizeof(ret->above));
        /* LXC's programs that an ordinary user runs set no device rule. */
        if (!ret->above[0] && (is_make || geteuid() != 0))
            snprintf(ret->above, sizeof(ret->above), "%s", parent);
        devices_take_parent(parent, &ret->rules);
        /* The hook's own is made anew at each start. */
        if (is_make && !text_is_equal(ret->above, parent))
            one_up(parent);
        snprintf(ret->lowest, sizeof(ret->lowest), "%s", parent);
    }
    device_case_explain(ret, device_minor, fault);
}

/* SPDX-License-Identifier: MIT */
#include "say/advice_devices.h"

#include "base/drm.h"
#include "base/text.h"
#include "facts/place.h"
#include "say/advice_config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PRIVILEGED_EXPRESSION "^ *lxc\\.include *[:=].*\\/gpu-privileged\\.conf *$"

/* ---- the container's config ------------------------------------------------------------------ */

static const char *version_of(const struct device_case *devices)
{
    return devices->rules.model == DEVICES_V1 ? "" : "2";
}

static void allow_nodes(const struct device_case *devices, const struct device_minors *nodes,
                        struct err *err)
{
    for (size_t i = 0; i < nodes->count; i++)
        err_fix_config(err, "lxc.cgroup%s.devices.allow = c %d:%u rwm", version_of(devices),
                       DRM_MAJOR, nodes->minors[i]);
}

/* What LXC's own common.conf has: null, zero, full, random, urandom, tty, console, ptmx, pts. */
static void allow_basics(const struct device_case *devices, struct err *err)
{
    static const char *const basics[] = {"1:3", "1:5", "1:7", "1:8",  "1:9",
                                         "5:0", "5:1", "5:2", "136:*"};

    for (size_t i = 0; i < sizeof(basics) / sizeof(basics[0]); i++) {
        char line[80];
        snprintf(line, sizeof(line), "lxc.cgroup%s.devices.allow = c %s rwm", version_of(devices),
                 basics[i]);
        err->has_config_lines = true;
        err_fix_lines(err, line);
    }
}

/* Empty values take all lines of their keys away. */
static void clear_rules(const struct device_case *devices, struct err *err)
{
    err_fix(err,
            "# no device rule is needed beside lxc.idmap: these take away all that stand "
            "before them");
    err_fix_config(err, "lxc.cgroup%s.devices.deny =", version_of(devices));
    err_fix_config(err, "lxc.cgroup%s.devices.allow =", version_of(devices));
}

/* Its words for sed(1), which knows a few characters as more than themselves. */
static void expression_make(const struct device_rules *rules, size_t index, struct text *text)
{
    const char *key = device_rule_key(rules, index);

    text_add(text, "^ *");
    for (const char *c = key; *c; c++)
        text_add(text, "%s%c", *c == '.' ? "\\" : "", *c);
    text_add(text, " *[:=] *");
    for (const char *c = rules->places[index].value; *c; c++)
        text_add(text, "%s%c", strchr("*/.[\\", *c) ? "\\" : "", *c);
    text_add(text, " *$");
}

static bool is_deleted_before(const struct device_rules *rules, const bool *is_deleted,
                              size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_deleted[i] && rules->rules[i].is_allow == rules->rules[index].is_allow &&
            text_is_equal(rules->places[i].value, rules->places[index].value) &&
            text_is_equal(rules->places[i].file, rules->places[index].file))
            return true;
    return false;
}

static void delete_lines(const struct device_rules *rules, const struct device_remedy *remedy,
                         struct err *err)
{
    for (size_t i = 0; i < rules->count; i++) {
        char expression[160] = "";
        char line[512];
        struct text text = TEXT_ON(expression);
        if (!remedy->is_deleted[i] || is_deleted_before(rules, remedy->is_deleted, i))
            continue;
        expression_make(rules, i, &text);
        if (!text.cut && !strchr(expression, '\''))
            err_fix_lines(err,
                          advice_delete(rules->places[i].file, expression, line, sizeof(line)));
    }
}

static void move_include(const char *config_file, struct err *err)
{
    char line[512];

    err_fix_lines(err, advice_delete(config_file ? config_file : "", PRIVILEGED_EXPRESSION, line,
                                     sizeof(line)));
    err_fix_config(err, "lxc.include = " CONFIG_FOLDER "/gpu-privileged.conf");
}

static void include_plain(const char *config_file, struct err *err)
{
    if (config_file && text_is_shell_word(config_file))
        err_fix(err, "sed -i.bak 's/gpu-privileged\\.conf/gpu.conf/' %s", config_file);
    else
        err_fix(err,
                "# gpu-privileged.conf is for a container without lxc.idmap: include gpu.conf");
}

void advice_devices(const struct device_case *devices, const struct device_minors *nodes,
                    const char *config_file, struct err *err)
{
    static struct device_remedy remedy;
    char proxmox[PROXMOX_FILE_MAX];

    if (devices->has_rules)
        device_rules_remedy(&devices->rules, DRM_MAJOR, nodes->count ? nodes->minors[0] : 128,
                            devices->is_privileged, &remedy);
    else
        remedy.fix = devices->is_privileged ? DEVICE_FIX_ALLOW : DEVICE_FIX_CLEAR;
    if (config_file)
        config_file = config_place_edited(config_file, proxmox);
    switch (remedy.fix) {
    case DEVICE_FIX_ALLOW:
        allow_nodes(devices, nodes, err);
        return;
    case DEVICE_FIX_REORDER:
        move_include(config_file, err);
        return;
    case DEVICE_FIX_DELETE:
        delete_lines(&devices->rules, &remedy, err);
        return;
    case DEVICE_FIX_PLAIN:
        include_plain(config_file, err);
        return;
    case DEVICE_FIX_CLEAR:
        clear_rules(devices, err);
        return;
    case DEVICE_FIX_NONE:
        err_fix(err,
                "# no line of the container's config denies it: an option -s of lxc-start does, "
                "or what has changed its device cgroup");
        return;
    case DEVICE_FIX_BASICS:
        err_fix(err, "# what every container needs of its device rules, and the GPU");
        allow_basics(devices, err);
        allow_nodes(devices, nodes, err);
        return;
    }
}

/* ---- what is around it ----------------------------------------------------------------------- */

/* The lowest unit of systemd's in the path; false: none, or none that can be pasted. */
static bool unit_find(const char *path, char *ret, size_t size)
{
    static const char *const kinds[] = {".service", ".scope", ".slice"};
    bool found = false;

    while (*path) {
        char name[256];
        size_t length = strcspn(++path, "/");
        size_t kind = 0;
        snprintf(name, sizeof(name), "%.*s", (int)length, path);
        for (; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
            size_t end = strlen(kinds[kind]);
            if (length > end && text_is_equal(name + strlen(name) - end, kinds[kind]))
                break;
        }
        if (kind < sizeof(kinds) / sizeof(kinds[0]) && text_is_shell_word(name)) {
            snprintf(ret, size, "%s", name);
            found = true;
        }
        path += length;
    }
    return found;
}

/*
 * cgroup v1: each has its own copy of what is denied, and gets none back from the one above it.
 * What is taken off has to be named as it was put there.
 */
static void allow_down(const struct device_case *devices, unsigned node_minor, struct err *err)
{
    const char *lowest = devices->lowest[0] ? devices->lowest : devices->above;
    size_t end = strlen(devices->above);

    if (!text_is_shell_word(lowest) || strstr(lowest, devices->above) != lowest)
        return;
    for (;;) {
        char line[700];
        snprintf(line, sizeof(line),
                 "for rule in '226:*' %d:%u; do echo \"c $rule rwm\" "
                 ">/sys/fs/cgroup/devices%.*s/devices.allow; done",
                 DRM_MAJOR, node_minor, (int)end, lowest);
        err_fix_lines(err, line);
        if (!lowest[end])
            return;
        end += 1 + strcspn(lowest + end + 1, "/");
    }
}

void advice_cgroup(const struct device_case *devices, unsigned node_minor, struct err *err)
{
    const char *path = devices->above;
    char unit[256];

    if (access("/run/systemd/system", F_OK) == 0 && unit_find(path, unit, sizeof(unit)))
        err_fix(err,
                "systemctl set-property %s DeviceAllow='char-drm rwm'    # a unit of systemd's",
                unit);
    else if (text_is_equal(path, "/"))
        err_fix(err, "# this host is a container itself: allow c 226:* rwm in what starts it");
    else if (devices->rules.model == DEVICES_V1 && text_is_shell_word(path))
        allow_down(devices, node_minor, err);
    else
        err_fix(err, "# what has made that cgroup has to allow c 226:* rwm there");
}

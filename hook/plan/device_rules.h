/* SPDX-License-Identifier: MIT */
/*
 * The device rules of a container's config, in their order, judged as LXC and the kernel apply
 * them. Pure.
 *
 * cgroup v1: LXC writes the lines one after the other into devices.allow and devices.deny of a
 * cgroup that has begun as a copy of its parent's (security/device_cgroup.c in the kernel).
 * cgroup v2: LXC makes one program of them all (src/lxc/cgroups/cgroup2_devices.c in LXC).
 */
#ifndef HOOK_DEVICE_RULES_H
#define HOOK_DEVICE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#define DEVICE_RULES_MAX 160
#define DEVICE_ANY       (-1)

enum device_model {
    DEVICES_V1,
    DEVICES_V2,
    DEVICES_V2_IN_ORDER, /* LXC before 4.0.7: the first line that fits decides */
};

#define DEVICE_READ  1u
#define DEVICE_WRITE 2u
#define DEVICE_MKNOD 4u

struct device_rule {
    bool is_allow;
    char type; /* 'a', 'b' or 'c' */
    int major, minor;
    unsigned access; /* 0: the word "a" alone, which is for all devices */
};

/* Where it stands, for who reads it. */
struct device_place {
    char value[48]; /* as written; printable */
    char file[256]; /* "" and 0 when it is not known */
    unsigned line;
};

struct device_rules {
    enum device_model model;
    bool is_cut; /* there were more than these */
    /* v1: the parent cgroup has a list, and this is it; else all devices but few may be used. */
    bool has_parent_list;
    size_t parent_count, count;
    struct device_rule parent[DEVICE_RULES_MAX];
    struct device_rule rules[DEVICE_RULES_MAX];
    struct device_place places[DEVICE_RULES_MAX]; /* of the rules */
};

/* "c 226:* rwm", "a", or a line of devices.list. False when it is no rule. */
bool device_rule_parse(const char *value, struct device_rule *ret);

/* The key of its line in a config: "lxc.cgroup.devices.deny". */
const char *device_rule_key(const struct device_rules *rules, size_t index);

/*
 * Adds a line of the config: KEY as LXC calls it, with its prefix. An empty value takes the lines
 * of its key away. Where it stands is the caller's to fill in; NULL when it is no device rule of
 * this model's.
 */
struct device_place *device_rules_add(struct device_rules *rules, const char *key,
                                      const char *value);

/* v1: takes the text of the parent's devices.list. */
void device_rules_take_parent(struct device_rules *rules, const char *text);

/* The rules in part: the first `count`, without those that are marked; NULL marks none. */
struct device_view {
    const struct device_rules *rules;
    size_t count;
    const bool *is_deleted;
};

static inline bool device_view_has(const struct device_view *view, size_t index)
{
    return !view->is_deleted || !view->is_deleted[index];
}

/* Whether a character device may be opened to read and to write. */
bool device_view_allows(const struct device_view *view, unsigned device_major,
                        unsigned device_minor);
bool device_rules_allow(const struct device_rules *rules, unsigned device_major,
                        unsigned device_minor);

/* To read and write a character device, as a rule. */
struct device_rule device_numbered(unsigned device_major, unsigned device_minor);

/*
 * An instruction of LXC's program for cgroup v2: it decides where all that is asked for is in its
 * mask.
 */
bool device_rule_fits(const struct device_rule *rule, const struct device_rule *device);

#endif

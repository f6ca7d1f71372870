/*
 * The device rules of a container's config, judged as the kernel does. Denied is what a list of
 * allowed devices does not name; the list exists once something was denied (`deny = a`) or, on
 * cgroup v2, once LXC loads a program because there is any rule. LXC does not tell in which order
 * the lines stand, and a later one wins: where one allows a node and one denies it, this says
 * allowed.
 */
#ifndef HOOK_DEVICE_RULES_H
#define HOOK_DEVICE_RULES_H

#include "base/err.h"
#include "config/lxc.h"

#include <stdbool.h>

#define DEVICE_RULES_TEXT_MAX 4096

struct device_rules {
    bool is_v1;
    bool denies_all;                     /* a list of allowed devices is in force */
    char allowed[DEVICE_RULES_TEXT_MAX]; /* its lines */
    char denied[DEVICE_RULES_TEXT_MAX];
};

int device_rules_load(const struct container *container, struct device_rules *ret, struct err *err);

/* Pure: whether reading and writing character device major:minor is allowed. */
bool device_rules_allow(const struct device_rules *rules, unsigned device_major,
                        unsigned device_minor);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Why a device is denied, and what helps: over the rules of a config. Pure.
 */
#ifndef HOOK_DEVICE_VERDICT_H
#define HOOK_DEVICE_VERDICT_H

#include "facts/fault.h"
#include "plan/device_rules.h"

enum device_reason {
    DEVICE_ALLOWED,
    DEVICE_UNLISTED, /* a list of allowed devices is in force, and has all but this */
    DEVICE_DENIED,   /* by the one line `rule` */
    DEVICE_ORDER,    /* the line `allow` allows it, and `rule` behind it takes all back */
    DEVICE_ALL,      /* even /dev/null is denied, since the line `rule` */
};

struct device_verdict {
    enum device_reason reason;
    size_t rule, allow; /* of the rules; only where the reason has them */
};

struct device_verdict device_rules_judge(const struct device_rules *rules, unsigned device_major,
                                         unsigned device_minor);

/* "'lxc.cgroup.devices.deny = a' (/var/lib/lxc/c1/config, line 3)" */
void device_line_describe(const struct device_rules *rules, size_t index, char *ret, size_t size);

/* What has to be done to the config. */
enum device_fix {
    DEVICE_FIX_ALLOW,   /* lines that allow the nodes, behind all others: a privileged container */
    DEVICE_FIX_REORDER, /* gpu-privileged.conf has to be included behind the others */
    DEVICE_FIX_DELETE,  /* the lines that `is_deleted` marks */
    DEVICE_FIX_PLAIN,   /* gpu.conf in place of gpu-privileged.conf */
    DEVICE_FIX_CLEAR,   /* no rule at all: a container that has an id map needs none */
    DEVICE_FIX_NONE,    /* they allow it: something else than the config denies it */
    DEVICE_FIX_BASICS,  /* what each container needs, and the nodes: a privileged container */
};

struct device_remedy {
    enum device_fix fix;
    bool is_deleted[DEVICE_RULES_MAX];
};

/* What makes the rules allow this device, and /dev/null, by this very model; where they deny one.
 */
void device_rules_remedy(const struct device_rules *rules, unsigned device_major,
                         unsigned device_minor, bool is_privileged, struct device_remedy *ret);

/* All that decides whether a container may open a node. */
struct device_case {
    bool is_privileged;
    bool has_rules; /* its config could be read */
    struct device_rules rules;
    char above[512];  /* a cgroup above the container's that denies it; "" when there is none */
    char lowest[512]; /* where it is denied too: from `above` down to this; "": nowhere */
};

/*
 * The cause of what was denied: of an EPERM that fault speaks of. Only its cause, `detail`, `b` and
 * error become others. `device_minor`: of the DRM node that is denied.
 */
void device_case_explain(const struct device_case *devices, unsigned device_minor,
                         struct fault *fault);

#endif

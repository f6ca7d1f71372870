/* SPDX-License-Identifier: MIT */
/* What lets a container use its nodes, for struct err's `fix`; see advice_config.h. */
#ifndef HOOK_ADVICE_DEVICES_H
#define HOOK_ADVICE_DEVICES_H

#include "base/err.h"
#include "plan/device_verdict.h"

/* DRM nodes, by minor. */
struct device_minors {
    size_t count;
    unsigned minors[8];
};

/*
 * The lines that make the rules of the config allow these nodes and /dev/null. `config_file` may be
 * NULL. Never an allow line for a container that has an id map.
 */
void advice_devices(const struct device_case *devices, const struct device_minors *nodes,
                    const char *config_file, struct err *err);

/* The same for a cgroup above the container's, or the hook's own: what else has made it. */
void advice_cgroup(const struct device_case *devices, unsigned node_minor, struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says in /proc/PID/fdinfo/N of a descriptor that is open on a GPU's node. Pure.
 * Source: Documentation/gpu/drm-usage-stats.rst. i915 (from Linux 5.19) and amdgpu count the
 * nanoseconds that an engine was busy, xe (from 6.11) its cycles among all that have passed.
 */
#ifndef HOOK_USAGE_FDINFO_H
#define HOOK_USAGE_FDINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDINFO_ENGINES_MAX 16

struct drm_engine {
    char name[24];           /* "render", "video", "vcs": the driver's own */
    uint64_t nanoseconds;    /* that it was busy */
    uint64_t cycles, passed; /* those of which it was busy, and all; of 0 passed nothing is said */
    uint32_t capacity;       /* how many of this kind there are, 1 or more */
};

/* One who has opened a node. Several descriptors may be the same: those with the same id. */
struct drm_client {
    char driver[32];
    char pci[16]; /* "" for a device that is not PCI's */
    uint64_t id;
    size_t engine_count;
    struct drm_engine engines[FDINFO_ENGINES_MAX];
};

/* False when it is not a GPU's, or has no id. A line that is not understood is passed over. */
bool fdinfo_read(const char *text, struct drm_client *ret);

/* The engine of that name; NULL when there is none. */
const struct drm_engine *drm_engine_find(const struct drm_client *client, const char *name);

/*
 * The share of the time between two samples in which the engine worked for that client, in tenths
 * of a percent, 1000 at most; 0 when a counter went back.
 */
uint32_t drm_engine_busy(const struct drm_engine *before, const struct drm_engine *after,
                         uint64_t nanoseconds);

/*
 * The seconds for which the engine has worked for that client so far. What counts cycles tells it
 * only by how many passed between two samples: without an earlier one, NULL, it is 0.
 */
double drm_engine_seconds(const struct drm_engine *before, const struct drm_engine *after,
                          uint64_t nanoseconds);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The host's render and primary nodes, described from sysfs. Facts only: nothing is chosen here.
 * A node is opened only when sysfs knows the device but names no driver (vgem); never otherwise.
 *
 * Numbers: character major 226; primary nodes have minor 0 to 63, render nodes 128 to 255
 * (Documentation/gpu/drm-uapi, "Primary Nodes, DRM Master and Authentication").
 */
#ifndef HOOK_GPU_H
#define HOOK_GPU_H

#include "base/drm.h"
#include "facts/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define GPU_NODES_MAX  192
#define GPU_STRAYS_MAX 8

/* What sysfs does not tell is 0 or "", but for the driver. */
struct gpu_node {
    char name[16]; /* "renderD128" */
    bool is_render;
    unsigned node_minor;
    uid_t uid; /* owner on the host */
    gid_t gid;
    mode_t mode;
    char driver[32]; /* kernel driver: "i915"; "unknown" when neither sysfs nor the node tells */
    char pci[16];    /* "0000:00:02.0"; "" when the device is on no PCI bus */
    char device[64]; /* name of the device in sysfs, for by-path names of what is not PCI; or "" */
    unsigned vendor_id, device_id;
};

/* Something in /dev/dri that is named like a node and is none. */
struct gpu_stray {
    char name[64]; /* printable */
    char what[64]; /* "regular file", "character device 1:3" */
};

struct gpu_list {
    bool has_dev_dri;
    size_t count; /* ordered by minor */
    size_t stray_count;
    /*
     * Arrays come last and are not zeroed: only the first `count` entries are valid. Zeroing them
     * would touch about 30 kB per start.
     */
    struct gpu_node nodes[GPU_NODES_MAX];
    struct gpu_stray strays[GPU_STRAYS_MAX];
};

/* "intel", "amd", "nvidia" or "0x1af4"; "unknown" for 0. The result is static or in `buffer`. */
const char *gpu_vendor_name(unsigned vendor_id, char *buffer, size_t size);
/* The other way round; 0 for a name that is not known. */
unsigned gpu_vendor_id(const char *name);

/* No /dev/dri at all is not an error: `has_dev_dri` says so. */
int gpu_find(struct gpu_list *ret, struct fault *fault);

/* "renderD128" -> minor 128; false for every other name. */
bool gpu_name_parse(const char *name, bool *ret_is_render, unsigned *ret_minor);

/* "regular file", "symbolic link", …; device numbers are named for devices. */
const char *gpu_describe_file(mode_t mode, dev_t rdev, char *buffer, size_t size);

#endif

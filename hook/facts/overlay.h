/* SPDX-License-Identifier: MIT */
/*
 * A container's root that is an overlay, "overlay:LOWER[:LOWER]...:UPPER", as `lxc-copy -s` makes
 * it: of several directories, each of which hides what is below it. Only a start mounts it.
 */
#ifndef HOOK_OVERLAY_H
#define HOOK_OVERLAY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define OVERLAY_LAYERS_MAX 8

/* The uppermost first. */
struct overlay {
    size_t count;
    char *layers[OVERLAY_LAYERS_MAX];
    char text[2 * PATH_MAX]; /* what they point into */
};

/* Pure. Also without "overlay:". False when lxc.rootfs.path says something else. */
bool overlay_parse(const char *rootfs_path, struct overlay *ret);

/*
 * The root as a start would mount it, without what can be written: a mount that is attached nowhere
 * and ends with its descriptor; or, where that may not be made, the uppermost layer that has an
 * /etc/group. The layers exist and are directories. -1 with errno.
 */
int overlay_open(const struct overlay *overlay);

#endif

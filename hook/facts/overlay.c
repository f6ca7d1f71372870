/* SPDX-License-Identifier: MIT */
#include "facts/overlay.h"

#include "base/cleanup.h"
#include "base/mountfd.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* LXC's programs tell the path without its kind. */
static const char *kind_skip(const char *path)
{
    static const char *const kinds[] = {"overlay:", "overlayfs:"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strncmp(path, kinds[i], strlen(kinds[i])) == 0)
            return path + strlen(kinds[i]);
    return path;
}

bool overlay_parse(const char *rootfs_path, struct overlay *ret)
{
    const char *path = kind_skip(rootfs_path);
    char *rest = NULL;

    ret->count = 0;
    if (strlen(path) >= sizeof(ret->text))
        return false;
    snprintf(ret->text, sizeof(ret->text), "%s", path);
    /* LXC names the upper one last. */
    for (char *layer = strtok_r(ret->text, ":", &rest); layer; layer = strtok_r(NULL, ":", &rest)) {
        if (ret->count == OVERLAY_LAYERS_MAX || layer[0] != '/')
            return false;
        ret->layers[ret->count++] = layer;
    }
    if (ret->count < 2)
        return false;
    char *upper = ret->layers[ret->count - 1];
    memmove(ret->layers + 1, ret->layers, (ret->count - 1) * sizeof(ret->layers[0]));
    ret->layers[0] = upper;
    return true;
}

static int layers_mount(const struct overlay *overlay)
{
    char folders[2 * PATH_MAX + OVERLAY_LAYERS_MAX];
    struct text text = TEXT_ON(folders);
    CLEANUP_FD int fs = -1;

    for (size_t i = 0; i < overlay->count; i++)
        text_add(&text, "%s%s", i ? ":" : "", overlay->layers[i]);
    fs = sys_fsopen("overlay", FSOPEN_CLOEXEC);
    if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", folders, 0) < 0 ||
        sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
        sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return sys_fsmount(fs, FSMOUNT_CLOEXEC,
                       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID |
                           MOUNT_ATTR_NOEXEC);
}

int overlay_open(const struct overlay *overlay)
{
    int fd = overlay->count > 1 ? layers_mount(overlay) : -1;

    for (size_t i = 0; fd < 0 && i < overlay->count; i++) {
        fd = open(overlay->layers[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && i + 1 < overlay->count &&
            faccessat(fd, "etc/group", F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
            fd_cleanup(&fd);
            fd = -1;
        }
    }
    return fd;
}

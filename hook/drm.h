/*
 * The two words of the DRM interface that are needed, defined here because Debian's kernel headers
 * have no drm/ folder. Source: include/uapi/drm/drm.h, unchanged since Linux 2.6.
 */
#ifndef HOOK_DRM_H
#define HOOK_DRM_H

#include <stddef.h>
#include <sys/ioctl.h>

struct drm_version_request {
    int version_major;
    int version_minor;
    int version_patchlevel;
    size_t name_len; /* room in `name` going in, whole length coming out */
    char *name;
    size_t date_len;
    char *date;
    size_t desc_len;
    char *desc;
};

#define DRM_IOCTL_VERSION_REQUEST _IOWR('d', 0x00, struct drm_version_request)

/* Asks the kernel driver behind an open node its name. 0, or -errno. Always terminated on 0. */
int drm_driver_name(int fd, char *name, size_t size);

#endif

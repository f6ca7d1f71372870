/* SPDX-License-Identifier: MIT */
/*
 * What both programs need of the DRM interface, defined here because Debian's kernel headers have
 * no drm/ folder. Sources: include/uapi/drm/drm.h, unchanged since Linux 2.6; the numbers of nodes,
 * drivers/gpu/drm/drm_drv.c and Documentation/gpu/drm-uapi.rst.
 */
#ifndef BASE_DRM_H
#define BASE_DRM_H

#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

#define DRM_MAJOR         226
#define PRIMARY_MINOR_MAX 63  /* card0 is 226:0 */
#define RENDER_MINOR_MIN  128 /* renderD128 is 226:128 */
#define RENDER_MINOR_MAX  255

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
static inline int drm_driver_name(int fd, char *name, size_t size)
{
    struct drm_version_request request = {.name = name, .name_len = size - 1};

    if (ioctl(fd, DRM_IOCTL_VERSION_REQUEST, &request) < 0)
        return -errno;
    name[request.name_len < size - 1 ? request.name_len : size - 1] = '\0';
    return 0;
}

#endif

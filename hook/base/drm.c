#include "base/drm.h"

#include <errno.h>

int drm_driver_name(int fd, char *name, size_t size)
{
    struct drm_version_request request = {.name = name, .name_len = size - 1};

    if (ioctl(fd, DRM_IOCTL_VERSION_REQUEST, &request) < 0)
        return -errno;
    name[request.name_len < size - 1 ? request.name_len : size - 1] = '\0';
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "system/kernel.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/pci.h"
#include "base/text.h"
#include "system/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void version_collect(int fd, struct kernel_facts *ret)
{
    struct drm_version_request version = {.name = ret->driver, .name_len = sizeof(ret->driver) - 1};

    ret->error = request_send(fd, DRM_IOCTL_VERSION_REQUEST, &version);
    ret->is_asked = true;
    if (ret->error)
        return;
    ret->major = version.version_major;
    ret->minor = version.version_minor;
    ret->patch = version.version_patchlevel;
}

static void i915_collect(int fd, struct kernel_facts *ret)
{
    int value = 0;
    struct i915_getparam_request request = {.param = I915_HUC_STATUS, .value = &value};

    ret->huc_error = request_send(fd, I915_GETPARAM_IOCTL, &request);
    ret->huc_status = value;
    ret->is_huc_asked = true;
}

/* xe_query.c in the kernel: ENODEV while the firmware does not run, or where there is no HuC. */
static void xe_collect(int fd, struct kernel_facts *ret)
{
    struct xe_firmware_version version = {.type = XE_FIRMWARE_HUC};
    struct xe_query_request request = {
        .query = XE_QUERY_FIRMWARE_VERSION, .size = sizeof(version), .data = (uintptr_t)&version};

    ret->huc_error = request_send(fd, XE_QUERY_IOCTL, &request);
    ret->is_huc_asked = true;
    if (ret->huc_error)
        return;
    ret->huc_status = 1;
    snprintf(ret->huc_version, sizeof(ret->huc_version), "%u.%u.%u", version.major, version.minor,
             version.patch);
}

/* From kernel 5.18 on; EINVAL before. */
static void amdgpu_collect(int fd, struct kernel_facts *ret)
{
    struct amdgpu_codec codecs[AMDGPU_CODEC_COUNT] = {{0}};
    struct amdgpu_info_request request = {.return_pointer = (uintptr_t)codecs,
                                          .return_size = sizeof(codecs),
                                          .query = AMDGPU_VIDEO_CAPS,
                                          .type = AMDGPU_VIDEO_CAPS_ENCODE};

    ret->caps_error = request_send(fd, AMDGPU_INFO_IOCTL, &request);
    ret->is_caps_asked = true;
    if (ret->caps_error)
        return;
    ret->can_encode = codecs[AMDGPU_CODEC_H264].valid != 0;
    ret->encode_max_width = codecs[AMDGPU_CODEC_H264].max_width;
    ret->encode_max_height = codecs[AMDGPU_CODEC_H264].max_height;
}

/* Each kernel driver has its own way to say what becomes of video. */
static void video_collect(int fd, struct kernel_facts *ret)
{
    static const struct {
        const char *driver;
        void (*collect)(int fd, struct kernel_facts *ret);
    } rows[] = {{"i915", i915_collect}, {"xe", xe_collect}, {"amdgpu", amdgpu_collect}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && !ret->error; i++) {
        if (text_is_equal(ret->driver, rows[i].driver))
            rows[i].collect(fd, ret);
    }
}

/* "0000:00:02.0": the name of the device's folder, when it is on the PCI bus. */
static void pci_address_read(int device, const char *device_path, struct kernel_facts *ret)
{
    char target[NODE_PATH_MAX];
    ssize_t length = readlinkat(device, "subsystem", target, sizeof(target) - 1);

    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    if (!slash || !text_is_equal(slash, "/pci"))
        return;
    CLEANUP_FREE char *real = realpath(device_path, NULL);
    slash = real ? strrchr(real, '/') : NULL;
    if (slash && strchr(slash, ':'))
        snprintf(ret->pci, sizeof(ret->pci), "%s", slash + 1);
}

static void sysfs_collect(const struct node_facts *node, struct kernel_facts *ret)
{
    char path[96];
    struct stat st;

    ret->is_sys_visible = stat("/sys/dev/char", &st) == 0;
    snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/drm", node->major, node->minor);
    ret->is_node_visible = stat(path, &st) == 0;
    path[strlen(path) - strlen("/drm")] = '\0';
    CLEANUP_FD int device = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (device < 0)
        return;
    pci_address_read(device, path, ret);
    ret->vendor_id = pci_hex_read(device, "vendor");
    ret->device_id = pci_hex_read(device, "device");
}

void kernel_collect(int fd, const struct node_facts *node, struct kernel_facts *ret)
{
    *ret = (struct kernel_facts){0};
    sysfs_collect(node, ret);
    version_collect(fd, ret);
    video_collect(fd, ret);
}

/* SPDX-License-Identifier: MIT */
/* The drivers' own requests, and how they are sent. */
#ifndef VERIFY_REQUESTS_H
#define VERIFY_REQUESTS_H

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>

/*
 * The drivers' requests that we need, laid out as in the kernel's include/uapi/drm/i915_drm.h,
 * xe_drm.h and amdgpu_drm.h, which never change. See base/drm.h for why they stand here.
 */
struct i915_getparam_request {
    int param;
    int *value;
};
#define I915_GETPARAM_IOCTL _IOWR('d', 0x40 + 0x06, struct i915_getparam_request)
#define I915_HUC_STATUS     42

struct xe_query_request {
    uint64_t extensions;
    uint32_t query, size;
    uint64_t data, reserved[2];
};
struct xe_firmware_version {
    uint16_t type, pad;
    uint32_t branch, major, minor, patch, pad2;
    uint64_t reserved;
};
#define XE_QUERY_IOCTL            _IOWR('d', 0x40 + 0x00, struct xe_query_request)
#define XE_QUERY_FIRMWARE_VERSION 7
#define XE_FIRMWARE_HUC           1

struct amdgpu_info_request {
    uint64_t return_pointer;
    uint32_t return_size, query;
    uint32_t type, unused[3];
};
struct amdgpu_codec {
    uint32_t valid, max_width, max_height, max_pixels, max_level, pad;
};
#define AMDGPU_INFO_IOCTL        _IOW('d', 0x40 + 0x05, struct amdgpu_info_request)
#define AMDGPU_VIDEO_CAPS        0x21
#define AMDGPU_VIDEO_CAPS_ENCODE 1
#define AMDGPU_CODEC_H264        3
#define AMDGPU_CODEC_COUNT       8

#define I915_THROTTLE _IO('d', 0x40 + 0x18)

struct i915_query_item {
    uint64_t query_id;
    int32_t length;
    uint32_t flags;
    uint64_t data;
};
struct i915_query_request {
    uint32_t num_items, flags;
    uint64_t items;
};
struct i915_engine {
    uint16_t class, instance;
    uint32_t reserved;
    uint64_t rest[6];
};
struct i915_engines {
    uint32_t count, reserved[3];
    struct i915_engine engines[];
};
#define I915_QUERY_IOCTL   _IOWR('d', 0x40 + 0x39, struct i915_query_request)
#define I915_QUERY_ENGINES 2
#define I915_CLASS_VIDEO   2

struct xe_engine {
    uint16_t class, instance, gt, pad;
    uint64_t reserved[3];
};
struct xe_engines {
    uint32_t count, pad;
    struct xe_engine engines[];
};
#define XE_QUERY_ENGINES 0
#define XE_CLASS_VIDEO   2

struct amdgpu_ip {
    uint32_t major, minor;
    uint64_t capabilities;
    uint32_t start_alignment, size_alignment;
    uint32_t rings, version;
};
#define AMDGPU_IP_INFO    0x02
#define AMDGPU_IP_UVD     3 /* then VCE, UVD_ENC, VCN_DEC, VCN_ENC */
#define AMDGPU_IP_VCN_ENC 7

/* 0, or errno. */
static inline int request_send(int fd, unsigned long request, void *argument)
{
    int r;

    do {
        r = ioctl(fd, request, argument);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? errno : 0;
}

#endif

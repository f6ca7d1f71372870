/* SPDX-License-Identifier: MIT */
/* Surfaces: NV12 pictures in memory. All work is done by the time a call returns. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

/* The pitch differs from the width at every size, to find out who takes one for the other. */
#define PITCH_ALIGNMENT 64u
#define PITCH_EXTRA     64u

struct pixels *pixels_new(uint32_t width, uint32_t height)
{
    return pixels_new_of(width, height, 1);
}

struct pixels *pixels_new_of(uint32_t width, uint32_t height, uint32_t sample)
{
    struct pixels *pixels = calloc(1, sizeof(*pixels));

    if (!pixels)
        return NULL;
    pixels->references = 1;
    pixels->width = width;
    pixels->height = height;
    pixels->coded_width = ALIGN_UP(width, 16u);
    pixels->coded_height = ALIGN_UP(height, 16u);
    pixels->sample = sample;
    pixels->pitch = ALIGN_UP(width * sample, PITCH_ALIGNMENT) + PITCH_EXTRA;
    pixels->size = (size_t)pixels->pitch * pixels->coded_height * 3 / 2;
    pixels->luma = calloc(1, pixels->size);
    if (!pixels->luma) {
        free(pixels);
        return NULL;
    }
    pixels->chroma = pixels->luma + (size_t)pixels->pitch * pixels->coded_height;
    return pixels;
}

struct pixels *pixels_ref(struct pixels *pixels)
{
    pixels->references++;
    return pixels;
}

void pixels_unref(struct pixels *pixels)
{
    if (!pixels || --pixels->references)
        return;
    free(pixels->luma);
    free(pixels->late);
    free(pixels);
}

void surface_free(struct surface *surface)
{
    if (!surface)
        return;
    pixels_unref(surface->pixels);
    free(surface);
}

static VAStatus attribute_check(struct driver *drv, const VASurfaceAttrib *attribute,
                                uint32_t fourcc)
{
    if (!(attribute->flags & VA_SURFACE_ATTRIB_SETTABLE))
        return VA_STATUS_SUCCESS;
    switch ((int)attribute->type) {
    case VASurfaceAttribPixelFormat:
        if (attribute->value.value.i == (int)fourcc)
            return VA_STATUS_SUCCESS;
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_IMAGE_FORMAT,
                             "create surfaces: fourcc 0x%x is not %.4s", attribute->value.value.i,
                             (const char *)&fourcc);
    case VASurfaceAttribMemoryType:
        if (attribute->value.value.i == VA_SURFACE_ATTRIB_MEM_TYPE_VA)
            return VA_STATUS_SUCCESS;
        return VA_STATUS_ERROR_UNSUPPORTED_MEMORY_TYPE;
    case VASurfaceAttribUsageHint:
        return VA_STATUS_SUCCESS;
    default:
        return VA_STATUS_ERROR_ATTR_NOT_SUPPORTED;
    }
}

static VAStatus surface_add(struct driver *drv, unsigned width, unsigned height, uint32_t sample,
                            VASurfaceID *ret)
{
    struct surface *surface = calloc(1, sizeof(*surface));
    VAStatus status = VA_STATUS_ERROR_ALLOCATION_FAILED;

    if (!surface)
        return status;
    surface->pixels = pixels_new_of(width, height, sample);
    if (surface->pixels)
        status = object_add(&drv->objects[OBJECT_SURFACE], surface, ret);
    if (status != VA_STATUS_SUCCESS)
        surface_free(surface);
    return status;
}

VAStatus surface_create(struct driver *drv, unsigned format, unsigned width, unsigned height,
                        VASurfaceID *ids, unsigned count, VASurfaceAttrib *list,
                        unsigned list_count)
{
    VAStatus status = VA_STATUS_SUCCESS;
    const bool is_deep = !(format & VA_RT_FORMAT_YUV420) && fault_is_on(&drv->faults, FAULT_CODECS);

    if (!(format & (is_deep ? VA_RT_FORMAT_YUV420_10 : VA_RT_FORMAT_YUV420)))
        return VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT;
    if (!width || !height || width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX)
        return VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED;
    for (unsigned i = 0; i < list_count && status == VA_STATUS_SUCCESS; i++)
        status = attribute_check(drv, &list[i], is_deep ? VA_FOURCC_P010 : VA_FOURCC_NV12);
    for (unsigned i = 0; i < count && status == VA_STATUS_SUCCESS; i++) {
        status = surface_add(drv, width, height, is_deep ? 2 : 1, &ids[i]);
        if (status != VA_STATUS_SUCCESS)
            (void)surface_destroy(drv, ids, (int)i);
    }
    return status;
}

VAStatus surface_create_old(struct driver *drv, int width, int height, int format, int count,
                            VASurfaceID *ids)
{
    if (width < 0 || height < 0 || count < 0)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    return surface_create(drv, (unsigned)format, (unsigned)width, (unsigned)height, ids,
                          (unsigned)count, NULL, 0);
}

VAStatus surface_destroy(struct driver *drv, VASurfaceID *ids, int count)
{
    VAStatus status = VA_STATUS_SUCCESS;

    for (int i = 0; i < count; i++) {
        struct surface *surface = object_take(&drv->objects[OBJECT_SURFACE], ids[i]);

        if (!surface)
            status = VA_STATUS_ERROR_INVALID_SURFACE;
        surface_free(surface);
    }
    return status;
}

static VASurfaceAttrib attribute(VASurfaceAttribType type, uint32_t flags, uint32_t value)
{
    return (VASurfaceAttrib){
        .type = type,
        .flags = flags,
        .value = {.type = VAGenericValueTypeInteger, .value.i = (int)value},
    };
}

VAStatus surface_attributes(struct driver *drv, VAConfigID config, VASurfaceAttrib *list,
                            unsigned *count)
{
    const uint32_t get = VA_SURFACE_ATTRIB_GETTABLE, set = VA_SURFACE_ATTRIB_SETTABLE;
    const VASurfaceAttrib all[] = {
        attribute(VASurfaceAttribPixelFormat, get | set, VA_FOURCC_NV12),
        attribute(VASurfaceAttribMemoryType, get | set, VA_SURFACE_ATTRIB_MEM_TYPE_VA),
        attribute(VASurfaceAttribMinWidth, get, PICTURE_SIDE_MIN),
        attribute(VASurfaceAttribMinHeight, get, PICTURE_SIDE_MIN),
        attribute(VASurfaceAttribMaxWidth, get, PICTURE_SIDE_MAX),
        attribute(VASurfaceAttribMaxHeight, get, PICTURE_SIDE_MAX),
    };
    const unsigned needed = sizeof(all) / sizeof(all[0]);
    unsigned room = *count;

    if (!object_get(&drv->objects[OBJECT_CONFIG], config))
        return VA_STATUS_ERROR_INVALID_CONFIG;
    *count = needed;
    if (!list)
        return VA_STATUS_SUCCESS;
    if (room < needed)
        return VA_STATUS_ERROR_MAX_NUM_EXCEEDED;
    for (unsigned i = 0; i < needed; i++)
        list[i] = all[i];
    return VA_STATUS_SUCCESS;
}

VAStatus surface_sync(struct driver *drv, VASurfaceID id)
{
    const struct surface *surface = surface_of(drv, id);

    if (!surface)
        return VA_STATUS_ERROR_INVALID_SURFACE;
    if (surface->pixels->late)
        memcpy(surface->pixels->luma, surface->pixels->late, surface->pixels->size);
    free(surface->pixels->late);
    surface->pixels->late = NULL;
    return VA_STATUS_SUCCESS;
}

VAStatus surface_sync_timed(struct driver *drv, VASurfaceID id,
                            __attribute__((unused)) uint64_t timeout)
{
    return surface_sync(drv, id);
}

VAStatus surface_status(struct driver *drv, VASurfaceID id, VASurfaceStatus *ret)
{
    if (!surface_of(drv, id))
        return VA_STATUS_ERROR_INVALID_SURFACE;
    *ret = VASurfaceReady;
    return VA_STATUS_SUCCESS;
}

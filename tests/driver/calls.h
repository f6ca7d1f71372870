/* SPDX-License-Identifier: MIT */
/*
 * The calls that this driver answers: X(libva's name, our function, (arguments), parameters...).
 * driver.c makes the entry points and the vtable from it, faults.c the names that switches may use.
 */
#ifndef TEST_DRIVER_CALLS_H
#define TEST_DRIVER_CALLS_H

#include "driver.h"

/* clang-format off */
#define DRIVER_CALLS(X)                                                                            \
    X(vaQueryConfigProfiles, config_profiles, (list, count),                                       \
      VAProfile *list, int *count)                                                                 \
    X(vaQueryConfigEntrypoints, config_entrypoints, (profile, list, count),                        \
      VAProfile profile, VAEntrypoint *list, int *count)                                           \
    X(vaGetConfigAttributes, config_attributes, (profile, entrypoint, list, count),                \
      VAProfile profile, VAEntrypoint entrypoint, VAConfigAttrib *list, int count)                 \
    X(vaCreateConfig, config_create, (profile, entrypoint, list, count, ret_id),                   \
      VAProfile profile, VAEntrypoint entrypoint, VAConfigAttrib *list, int count,                 \
      VAConfigID *ret_id)                                                                          \
    X(vaDestroyConfig, config_destroy, (id),                                                       \
      VAConfigID id)                                                                               \
    X(vaQueryConfigAttributes, config_query, (id, profile, entrypoint, list, count),               \
      VAConfigID id, VAProfile *profile, VAEntrypoint *entrypoint, VAConfigAttrib *list,           \
      int *count)                                                                                  \
    X(vaCreateSurfaces, surface_create_old, (width, height, format, count, ids),                   \
      int width, int height, int format, int count, VASurfaceID *ids)                              \
    X(vaCreateSurfaces2, surface_create, (format, width, height, ids, count, list, list_count),    \
      unsigned format, unsigned width, unsigned height, VASurfaceID *ids, unsigned count,          \
      VASurfaceAttrib *list, unsigned list_count)                                                  \
    X(vaDestroySurfaces, surface_destroy, (ids, count),                                            \
      VASurfaceID *ids, int count)                                                                 \
    X(vaQuerySurfaceAttributes, surface_attributes, (config, list, count),                         \
      VAConfigID config, VASurfaceAttrib *list, unsigned *count)                                   \
    X(vaSyncSurface, surface_sync, (id),                                                           \
      VASurfaceID id)                                                                              \
    X(vaSyncSurface2, surface_sync_timed, (id, timeout),                                           \
      VASurfaceID id, uint64_t timeout)                                                            \
    X(vaQuerySurfaceStatus, surface_status, (id, ret),                                             \
      VASurfaceID id, VASurfaceStatus *ret)                                                        \
    X(vaCreateContext, context_create, (config, width, height, flags, ids, count, ret_id),         \
      VAConfigID config, int width, int height, int flags, VASurfaceID *ids, int count,            \
      VAContextID *ret_id)                                                                         \
    X(vaDestroyContext, context_destroy, (id),                                                     \
      VAContextID id)                                                                              \
    X(vaCreateBuffer, buffer_create, (context, type, size, count, data, ret_id),                   \
      VAContextID context, VABufferType type, unsigned size, unsigned count, void *data,           \
      VABufferID *ret_id)                                                                          \
    X(vaBufferSetNumElements, buffer_set_count, (id, count),                                       \
      VABufferID id, unsigned count)                                                               \
    X(vaMapBuffer, buffer_map, (id, ret),                                                          \
      VABufferID id, void **ret)                                                                   \
    X(vaUnmapBuffer, buffer_unmap, (id),                                                           \
      VABufferID id)                                                                               \
    X(vaDestroyBuffer, buffer_destroy, (id),                                                       \
      VABufferID id)                                                                               \
    X(vaBufferInfo, buffer_info, (id, type, size, count),                                          \
      VABufferID id, VABufferType *type, unsigned *size, unsigned *count)                          \
    X(vaSyncBuffer, buffer_sync, (id, timeout),                                                    \
      VABufferID id, uint64_t timeout)                                                             \
    X(vaBeginPicture, picture_begin, (context, target),                                            \
      VAContextID context, VASurfaceID target)                                                     \
    X(vaRenderPicture, picture_render, (context, ids, count),                                      \
      VAContextID context, VABufferID *ids, int count)                                             \
    X(vaEndPicture, picture_end, (context),                                                        \
      VAContextID context)                                                                         \
    X(vaQueryImageFormats, image_formats, (list, count),                                           \
      VAImageFormat *list, int *count)                                                             \
    X(vaCreateImage, image_create, (format, width, height, ret),                                   \
      VAImageFormat *format, int width, int height, VAImage *ret)                                  \
    X(vaDeriveImage, image_derive, (surface, ret),                                                 \
      VASurfaceID surface, VAImage *ret)                                                           \
    X(vaDestroyImage, image_destroy, (id),                                                         \
      VAImageID id)                                                                                \
    X(vaGetImage, image_get, (id, x, y, width, height, image_id),                                  \
      VASurfaceID id, int x, int y, unsigned width, unsigned height, VAImageID image_id)           \
    X(vaPutImage, image_put, (id, image_id, sx, sy, sw, sh, dx, dy, dw, dh),                       \
      VASurfaceID id, VAImageID image_id, int sx, int sy, unsigned sw, unsigned sh,                \
      int dx, int dy, unsigned dw, unsigned dh)
/* clang-format on */

#define DECLARE_CALL(call, function, arguments, ...)                                               \
    VAStatus function(struct driver *drv, __VA_ARGS__);
DRIVER_CALLS(DECLARE_CALL)
#undef DECLARE_CALL

#endif

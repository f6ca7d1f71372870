/* SPDX-License-Identifier: MIT */
/* Buffers: parameters on their way in, coded data on its way out, pixels of images. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
    if (!buffer)
        return;
    if (!buffer->alias)
        free(buffer->data);
    pixels_unref(buffer->alias);
    pixels_unref(buffer->copy_back);
    free(buffer);
}

VAStatus buffer_create(struct driver *drv, VAContextID context, VABufferType type, unsigned size,
                       unsigned count, void *data, VABufferID *ret_id)
{
    struct buffer *buffer;
    VAStatus status;

    if (!object_get(&drv->objects[OBJECT_CONTEXT], context))
        return VA_STATUS_ERROR_INVALID_CONTEXT;
    if (!size || !count || size > BUFFER_SIZE_MAX / count)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    buffer = calloc(1, sizeof(*buffer));
    if (!buffer)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    buffer->type = type;
    buffer->element_size = size;
    buffer->count = count;
    buffer->size = (size_t)size * count;
    buffer->data = data ? malloc(buffer->size) : calloc(count, size);
    if (buffer->data && data)
        memcpy(buffer->data, data, buffer->size);
    status = buffer->data ? object_add(&drv->objects[OBJECT_BUFFER], buffer, ret_id)
                          : VA_STATUS_ERROR_ALLOCATION_FAILED;
    if (status != VA_STATUS_SUCCESS)
        buffer_free(buffer);
    return status;
}

VAStatus buffer_set_count(struct driver *drv, VABufferID id, unsigned count)
{
    struct buffer *buffer = buffer_of(drv, id);

    if (!buffer)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    if (!count || count > buffer->size / buffer->element_size)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    buffer->count = count;
    return VA_STATUS_SUCCESS;
}

VAStatus buffer_map(struct driver *drv, VABufferID id, void **ret)
{
    struct buffer *buffer = buffer_of(drv, id);

    if (!buffer)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    if (buffer->type != VAEncCodedBufferType) {
        *ret = buffer->data;
        return VA_STATUS_SUCCESS;
    }
    if (!buffer->segments[0].buf)
        return driver_refuse(drv, VA_STATUS_ERROR_OPERATION_FAILED,
                             "map coded buffer: nothing was encoded into it yet");
    *ret = buffer->segments;
    return VA_STATUS_SUCCESS;
}

VAStatus buffer_unmap(struct driver *drv, VABufferID id)
{
    struct buffer *buffer = buffer_of(drv, id);

    if (!buffer)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    return image_buffer_unmapped(drv, buffer);
}

VAStatus buffer_destroy(struct driver *drv, VABufferID id)
{
    struct buffer *buffer = object_take(&drv->objects[OBJECT_BUFFER], id);

    buffer_free(buffer);
    return buffer ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_BUFFER;
}

VAStatus buffer_info(struct driver *drv, VABufferID id, VABufferType *type, unsigned *size,
                     unsigned *count)
{
    const struct buffer *buffer = buffer_of(drv, id);

    if (!buffer)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    *type = buffer->type;
    *size = buffer->element_size;
    *count = buffer->count;
    return VA_STATUS_SUCCESS;
}

VAStatus buffer_sync(struct driver *drv, VABufferID id, __attribute__((unused)) uint64_t timeout)
{
    return buffer_of(drv, id) ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_BUFFER;
}

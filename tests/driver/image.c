/* SPDX-License-Identifier: MIT */
/* Images: how an application gets at the pixels of a surface. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

static const VAImageFormat formats[] = {
    {.fourcc = VA_FOURCC_NV12, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 12},
    {.fourcc = VA_FOURCC_I420, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 12},
    {.fourcc = VA_FOURCC_P010, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 24},
};

/* Where the samples lie, whatever the layout: `step` bytes from one chroma sample to the next. */
struct planes {
    uint8_t *y, *u, *v;
    uint32_t width, height, pitch, chroma_pitch, step;
    uint32_t sample; /* bytes of one */
};

static struct planes planes_of_pixels(const struct pixels *pixels)
{
    return (struct planes){
        .y = pixels->luma,
        .u = pixels->chroma,
        .v = pixels->chroma + 1,
        .width = pixels->width,
        .height = pixels->height,
        .pitch = pixels->pitch,
        .chroma_pitch = pixels->pitch,
        .step = 2,
        .sample = pixels->sample,
    };
}

static struct planes planes_of_image(const VAImage *image, uint8_t *data)
{
    bool is_nv12 = image->format.fourcc != VA_FOURCC_I420;

    return (struct planes){
        .y = data + image->offsets[0],
        .u = data + image->offsets[1],
        .v = is_nv12 ? data + image->offsets[1] + 1 : data + image->offsets[2],
        .width = image->width,
        .height = image->height,
        .pitch = image->pitches[0],
        .chroma_pitch = image->pitches[1],
        .step = is_nv12 ? 2 : 1,
        .sample = image->format.fourcc == VA_FOURCC_P010 ? 2 : 1,
    };
}

static struct planes planes_at(struct planes planes, uint32_t x, uint32_t y)
{
    planes.y += (size_t)y * planes.pitch + (size_t)x * planes.sample;
    planes.u +=
        (size_t)(y / 2) * planes.chroma_pitch + (size_t)(x / 2) * planes.step * planes.sample;
    planes.v +=
        (size_t)(y / 2) * planes.chroma_pitch + (size_t)(x / 2) * planes.step * planes.sample;
    return planes;
}

static void chroma_row_copy(const struct planes *to, const struct planes *from, uint32_t row,
                            uint32_t samples)
{
    size_t to_row = (size_t)row * to->chroma_pitch, from_row = (size_t)row * from->chroma_pitch;

    if (to->step == 2 && from->step == 2) {
        memcpy(to->u + to_row, from->u + from_row, (size_t)samples * 2 * to->sample);
        return;
    }
    for (uint32_t i = 0; i < samples; i++) {
        to->u[to_row + (size_t)i * to->step] = from->u[from_row + (size_t)i * from->step];
        to->v[to_row + (size_t)i * to->step] = from->v[from_row + (size_t)i * from->step];
    }
}

static void planes_copy(struct planes to, struct planes from, uint32_t width, uint32_t height)
{
    for (uint32_t row = 0; row < height; row++)
        memcpy(to.y + (size_t)row * to.pitch, from.y + (size_t)row * from.pitch,
               (size_t)width * to.sample);
    for (uint32_t row = 0; row < (height + 1) / 2; row++)
        chroma_row_copy(&to, &from, row, (width + 1) / 2);
}

VAStatus image_formats(struct driver *drv, VAImageFormat *list, int *count)
{
    *count = fault_is_on(&drv->faults, FAULT_I420) ? 2 : 1;
    memcpy(list, formats, (size_t)*count * sizeof(*list));
    if (fault_is_on(&drv->faults, FAULT_CODECS))
        list[(*count)++] = formats[2];
    return VA_STATUS_SUCCESS;
}

static bool format_is_offered(const struct driver *drv, uint32_t fourcc)
{
    if (fourcc == VA_FOURCC_I420)
        return fault_is_on(&drv->faults, FAULT_I420);
    if (fourcc == VA_FOURCC_P010)
        return fault_is_on(&drv->faults, FAULT_CODECS);
    return fourcc == VA_FOURCC_NV12;
}

static VAImage image_layout(uint32_t fourcc, uint32_t width, uint32_t height)
{
    const uint32_t sample = fourcc == VA_FOURCC_P010 ? 2 : 1;
    uint32_t pitch = ALIGN_UP(width, 16u) * sample + 32, rows = ALIGN_UP(height, 2u);
    VAImage image = {.buf = VA_INVALID_ID};

    image.format = formats[fourcc == VA_FOURCC_NV12 ? 0 : fourcc == VA_FOURCC_I420 ? 1 : 2];
    image.width = (uint16_t)width;
    image.height = (uint16_t)height;
    image.data_size = pitch * rows * 3 / 2;
    image.pitches[0] = pitch;
    image.offsets[1] = pitch * rows;
    if (fourcc != VA_FOURCC_I420) {
        image.num_planes = 2;
        image.pitches[1] = pitch;
        return image;
    }
    image.num_planes = 3;
    image.pitches[1] = image.pitches[2] = pitch / 2;
    image.offsets[2] = image.offsets[1] + pitch / 2 * (rows / 2);
    return image;
}

/* Gives ids to an image and its buffer. The buffer becomes the driver's, on failure too. */
static VAStatus image_add(struct driver *drv, VAImage *va, struct buffer *buffer)
{
    struct image *image = calloc(1, sizeof(*image));
    VAStatus status = VA_STATUS_ERROR_ALLOCATION_FAILED;

    if (image)
        status = object_add(&drv->objects[OBJECT_BUFFER], buffer, &va->buf);
    if (status != VA_STATUS_SUCCESS) {
        buffer_free(buffer);
        free(image);
        return status;
    }
    status = object_add(&drv->objects[OBJECT_IMAGE], image, &va->image_id);
    if (status != VA_STATUS_SUCCESS) {
        free(image);
        (void)buffer_destroy(drv, va->buf);
        return status;
    }
    image->va = *va;
    return VA_STATUS_SUCCESS;
}

static struct buffer *image_buffer_new(size_t size)
{
    struct buffer *buffer = calloc(1, sizeof(*buffer));

    if (!buffer)
        return NULL;
    buffer->type = VAImageBufferType;
    buffer->element_size = (unsigned)size;
    buffer->count = 1;
    buffer->size = size;
    buffer->data = calloc(1, size);
    if (!buffer->data) {
        free(buffer);
        return NULL;
    }
    return buffer;
}

VAStatus image_create(struct driver *drv, VAImageFormat *format, int width, int height,
                      VAImage *ret)
{
    struct buffer *buffer;

    if (!format_is_offered(drv, format->fourcc))
        return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    if (width <= 0 || height <= 0 || width > (int)PICTURE_SIDE_MAX ||
        height > (int)PICTURE_SIDE_MAX)
        return VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED;
    *ret = image_layout(format->fourcc, (uint32_t)width, (uint32_t)height);
    buffer = image_buffer_new(ret->data_size);
    if (!buffer)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    return image_add(drv, ret, buffer);
}

/* A derived image of a fourcc that surfaces do not have: a copy, carried back when unmapped. */
static VAStatus image_derive_i420(struct driver *drv, struct pixels *pixels, VAImage *ret)
{
    struct buffer *buffer;

    *ret = image_layout(VA_FOURCC_I420, pixels->width, pixels->height);
    buffer = image_buffer_new(ret->data_size);
    if (!buffer)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    planes_copy(planes_of_image(ret, buffer->data), planes_of_pixels(pixels), pixels->width,
                pixels->height);
    buffer->copy_back = pixels_ref(pixels);
    return image_add(drv, ret, buffer);
}

VAStatus image_buffer_unmapped(__attribute__((unused)) struct driver *drv, struct buffer *buffer)
{
    struct pixels *pixels = buffer->copy_back;
    VAImage layout;

    if (!pixels)
        return VA_STATUS_SUCCESS;
    layout = image_layout(VA_FOURCC_I420, pixels->width, pixels->height);
    planes_copy(planes_of_pixels(pixels), planes_of_image(&layout, buffer->data), pixels->width,
                pixels->height);
    return VA_STATUS_SUCCESS;
}

VAStatus image_derive(struct driver *drv, VASurfaceID id, VAImage *ret)
{
    struct surface *surface = surface_of(drv, id);
    struct buffer *buffer;
    struct pixels *pixels;

    if (!surface)
        return VA_STATUS_ERROR_INVALID_SURFACE;
    if (fault_is_on(&drv->faults, FAULT_NO_DERIVE))
        return VA_STATUS_ERROR_OPERATION_FAILED;
    pixels = surface->pixels;
    if (fault_is_on(&drv->faults, FAULT_DERIVE_I420) && pixels->sample == 1)
        return image_derive_i420(drv, pixels, ret);
    buffer = calloc(1, sizeof(*buffer));
    if (!buffer)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    buffer->type = VAImageBufferType;
    buffer->element_size = (unsigned)pixels->size;
    buffer->count = 1;
    buffer->size = pixels->size;
    buffer->alias = pixels_ref(pixels);
    buffer->data = pixels->luma;
    *ret = image_layout(pixels->sample == 2 ? VA_FOURCC_P010 : VA_FOURCC_NV12, pixels->width,
                        pixels->height);
    ret->data_size = (uint32_t)pixels->size;
    ret->pitches[0] = ret->pitches[1] = pixels->pitch;
    ret->offsets[1] = (uint32_t)(pixels->chroma - pixels->luma);
    return image_add(drv, ret, buffer);
}

VAStatus image_destroy(struct driver *drv, VAImageID id)
{
    struct image *image = object_take(&drv->objects[OBJECT_IMAGE], id);
    VAStatus status;

    if (!image)
        return VA_STATUS_ERROR_INVALID_IMAGE;
    status = buffer_destroy(drv, image->va.buf);
    free(image);
    return status;
}

/* Chroma is shared by two columns and rows, so a rectangle begins on an even one. */
static bool rectangle_fits(const struct planes *planes, int x, int y, unsigned width,
                           unsigned height)
{
    if (x < 0 || y < 0 || x % 2 || y % 2)
        return false;
    return width <= planes->width && height <= planes->height &&
           (unsigned)x <= planes->width - width && (unsigned)y <= planes->height - height;
}

/* The planes of an image id, false when there is no such image. */
static bool image_find(struct driver *drv, VAImageID id, struct planes *ret)
{
    const struct image *image = object_get(&drv->objects[OBJECT_IMAGE], id);
    const struct buffer *buffer = image ? buffer_of(drv, image->va.buf) : NULL;

    if (!buffer)
        return false;
    *ret = planes_of_image(&image->va, buffer->data);
    return true;
}

VAStatus image_get(struct driver *drv, VASurfaceID id, int x, int y, unsigned width,
                   unsigned height, VAImageID image_id)
{
    const struct surface *surface = surface_of(drv, id);
    struct planes from, to;

    if (!surface)
        return VA_STATUS_ERROR_INVALID_SURFACE;
    if (!image_find(drv, image_id, &to))
        return VA_STATUS_ERROR_INVALID_IMAGE;
    from = planes_of_pixels(surface->pixels);
    if (from.sample != to.sample)
        return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    if (!rectangle_fits(&from, x, y, width, height) || !rectangle_fits(&to, 0, 0, width, height))
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    planes_copy(to, planes_at(from, (uint32_t)x, (uint32_t)y), width, height);
    return VA_STATUS_SUCCESS;
}

VAStatus image_put(struct driver *drv, VASurfaceID id, VAImageID image_id, int sx, int sy,
                   unsigned sw, unsigned sh, int dx, int dy, unsigned dw, unsigned dh)
{
    const struct surface *surface = surface_of(drv, id);
    struct planes from, to;

    if (!surface)
        return VA_STATUS_ERROR_INVALID_SURFACE;
    if (!image_find(drv, image_id, &from))
        return VA_STATUS_ERROR_INVALID_IMAGE;
    to = planes_of_pixels(surface->pixels);
    if (from.sample != to.sample)
        return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    if (sw != dw || sh != dh || !rectangle_fits(&from, sx, sy, sw, sh) ||
        !rectangle_fits(&to, dx, dy, dw, dh))
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "put image: %ux%u to %ux%u does not fit, or would need scaling", sw,
                             sh, dw, dh);
    planes_copy(planes_at(to, (uint32_t)dx, (uint32_t)dy),
                planes_at(from, (uint32_t)sx, (uint32_t)sy), sw, sh);
    return VA_STATUS_SUCCESS;
}

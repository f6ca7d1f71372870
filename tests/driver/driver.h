/* SPDX-License-Identifier: MIT */
/*
 * A VA-API driver for tests only: it encodes H.264 without loss and decodes its own streams, all on
 * the CPU. It never touches the file descriptor of the render node, so any node will do.
 *
 * Every implementation function is called with the driver's lock held (driver.c) and returns a
 * VAStatus. Sizes are in pixels or bytes as named.
 */
#ifndef TEST_DRIVER_H
#define TEST_DRIVER_H

#include "faults.h"
#include "object.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <va/va_backend.h>

#define PICTURE_SIDE_MAX 4096u
#define PICTURE_SIDE_MIN 16u
#define SLICES_MAX       16u
#define BUFFER_SIZE_MAX  (256u << 20)

#define ALIGN_UP(value, to) (((value) + (to)-1) / (to) * (to))

struct driver {
    VADriverContextP ctx;
    struct faults faults;
    pthread_mutex_t lock;
    struct object_table objects[OBJECT_KINDS];
};

/* NV12 or P010, allocated up to whole macroblocks. Shared by a surface and the images derived from
 * it. */
struct pixels {
    unsigned references;
    uint32_t width, height;             /* as asked for */
    uint32_t coded_width, coded_height; /* multiples of 16 */
    uint32_t sample;                    /* bytes: 1 or 2 */
    uint32_t pitch;
    size_t size;
    uint8_t *luma, *chroma;
    uint8_t *late; /* what a decoder made of it, until it is waited for; NULL as a rule */
};

struct config {
    VAProfile profile;
    VAEntrypoint entrypoint;
    uint32_t rate_control;   /* VA_RC_*; 0 for VLD */
    uint32_t packed_headers; /* VA_ENC_PACKED_HEADER_* that the application announced */
};

struct surface {
    struct pixels *pixels;
};

#define CODED_SEGMENTS_MAX 3

struct buffer {
    VABufferType type;
    unsigned element_size, count;
    size_t size; /* allocated bytes in data */
    uint8_t *data;
    struct pixels *alias;     /* a derived image: data lies in these pixels */
    struct pixels *copy_back; /* a derived image of another fourcc: unmapping writes it here */
    VACodedBufferSegment segments[CODED_SEGMENTS_MAX]; /* VAEncCodedBufferType only */
};

struct image {
    VAImage va;
};

struct encoder;
struct decoder;
struct software;

struct context {
    struct config config;
    uint32_t width, height;
    VASurfaceID target; /* VA_INVALID_ID outside of Begin..EndPicture */
    struct encoder *encoder;
    struct decoder *decoder;
    struct software *software; /* of a codec that is not ours */
    bool is_scaled;            /* VideoProc: a picture was, since it was begun */
};

/* Tells the application, through libva's error callback, why a call is refused. Returns status. */
__attribute__((format(printf, 3, 4))) VAStatus driver_refuse(struct driver *drv, VAStatus status,
                                                             const char *fmt, ...);

struct pixels *pixels_new(uint32_t width, uint32_t height);
struct pixels *pixels_new_of(uint32_t width, uint32_t height, uint32_t sample);
struct pixels *pixels_ref(struct pixels *pixels);
void pixels_unref(struct pixels *pixels);

static inline struct surface *surface_of(struct driver *drv, VASurfaceID id)
{
    return object_get(&drv->objects[OBJECT_SURFACE], id);
}

static inline struct buffer *buffer_of(struct driver *drv, VABufferID id)
{
    return object_get(&drv->objects[OBJECT_BUFFER], id);
}

/* For surface.c, image.c, buffer.c and driver.c, which create and drop each other's objects. */
void surface_free(struct surface *surface);
void buffer_free(struct buffer *buffer);
void context_free(struct context *context);
VAStatus image_buffer_unmapped(struct driver *drv, struct buffer *buffer);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Every way to bring a picture into a surface, and every way to get it back: by a derived image and
 * by put and get. All give the same picture, or this fails.
 *
 *     transfer NODE WxH
 *
 * Prints the pairs of ways that were compared. A driver may derive no image: then those are
 * missing.
 */
#include "base/cleanup.h"
#include "library/library.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <va/va.h>
#include <va/va_drm.h>

enum way { BY_DERIVE, BY_COPY, WAYS };

static const char *const WRITES[WAYS] = {"derive", "put"};
static const char *const READS[WAYS] = {"derive", "get"};

struct bench {
    VADisplay display;
    VAImageFormat format;
    uint32_t width, height;
};

/* No two pictures, planes or rows are alike. */
static uint8_t sample(uint32_t picture, uint32_t plane, uint32_t x, uint32_t y)
{
    return (uint8_t)(x * 7 + y * 13 + (x ^ y) / 3 + plane * 91 + picture * 57);
}

/* Writes the picture into a mapped image, or counts what is different in it. */
static uint32_t walk(const struct bench *bench, const VAImage *image, uint8_t *data,
                     uint32_t picture, bool write)
{
    uint32_t wrong = 0;

    for (uint32_t plane = 0; plane < 2; plane++) {
        uint32_t rows = plane ? bench->height / 2 : bench->height;
        for (uint32_t y = 0; y < rows; y++) {
            uint8_t *row = data + image->offsets[plane] + (size_t)y * image->pitches[plane];
            for (uint32_t x = 0; x < bench->width; x++) {
                if (write)
                    row[x] = sample(picture, plane, x, y);
                else
                    wrong += row[x] != sample(picture, plane, x, y);
            }
        }
    }
    return wrong;
}

/* -1: the image cannot be mapped. */
static int64_t map_and_walk(const struct bench *bench, const VAImage *image, uint32_t picture,
                            bool write)
{
    void *data = NULL;
    int64_t wrong;

    if (vaMapBuffer(bench->display, image->buf, &data) != VA_STATUS_SUCCESS)
        return -1;
    wrong = walk(bench, image, data, picture, write);
    return vaUnmapBuffer(bench->display, image->buf) == VA_STATUS_SUCCESS ? wrong : -1;
}

static bool derive(const struct bench *bench, VASurfaceID surface, VAImage *ret)
{
    if (vaDeriveImage(bench->display, surface, ret) != VA_STATUS_SUCCESS)
        return false;
    if (ret->format.fourcc == VA_FOURCC_NV12)
        return true;
    (void)vaDestroyImage(bench->display, ret->image_id);
    return false;
}

static bool create(const struct bench *bench, VAImage *ret)
{
    VAImageFormat format = bench->format;

    return vaCreateImage(bench->display, &format, (int)bench->width, (int)bench->height, ret) ==
           VA_STATUS_SUCCESS;
}

/* Samples that are wrong; -1: a call failed, -2: no image can be derived. */
static int64_t transfer(const struct bench *bench, VASurfaceID surface, enum way way,
                        uint32_t picture, bool write)
{
    unsigned width = bench->width, height = bench->height;
    VAStatus status = VA_STATUS_SUCCESS;
    int64_t wrong = -1;
    VAImage image;

    if (way == BY_DERIVE ? !derive(bench, surface, &image) : !create(bench, &image))
        return way == BY_DERIVE ? -2 : -1;
    if (way == BY_COPY && !write)
        status = vaGetImage(bench->display, surface, 0, 0, width, height, image.image_id);
    if (status == VA_STATUS_SUCCESS)
        wrong = map_and_walk(bench, &image, picture, write);
    if (way == BY_COPY && write && wrong == 0)
        status = vaPutImage(bench->display, surface, image.image_id, 0, 0, width, height, 0, 0,
                            width, height);
    (void)vaDestroyImage(bench->display, image.image_id);
    return status == VA_STATUS_SUCCESS ? wrong : -1;
}

/* One surface, so that a picture which was left from before is no excuse. */
static bool compare(const struct bench *bench, VASurfaceID surface)
{
    uint32_t picture = 0;

    for (int in = 0; in < WAYS; in++) {
        for (int out = 0; out < WAYS; out++) {
            int64_t written = transfer(bench, surface, (enum way)in, ++picture, true);
            int64_t wrong =
                written ? written : transfer(bench, surface, (enum way)out, picture, false);
            if (wrong == -2)
                continue;
            printf("%s, %s: ", WRITES[in], READS[out]);
            if (wrong) {
                printf("%lld samples wrong\n", (long long)wrong);
                return false;
            }
            puts("same");
        }
    }
    return true;
}

static bool run(struct bench *bench)
{
    VASurfaceAttrib nv12 = {
        .type = VASurfaceAttribPixelFormat,
        .flags = VA_SURFACE_ATTRIB_SETTABLE,
        .value = {.type = VAGenericValueTypeInteger, .value.i = VA_FOURCC_NV12}};
    VASurfaceID surface = VA_INVALID_SURFACE;
    int major, minor;
    bool ok;

    if (vaInitialize(bench->display, &major, &minor) != VA_STATUS_SUCCESS)
        return false;
    bench->format =
        (VAImageFormat){.fourcc = VA_FOURCC_NV12, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 12};
    ok = vaCreateSurfaces(bench->display, VA_RT_FORMAT_YUV420, bench->width, bench->height,
                          &surface, 1, &nv12, 1) == VA_STATUS_SUCCESS &&
         compare(bench, surface);
    if (surface != VA_INVALID_SURFACE)
        (void)vaDestroySurfaces(bench->display, &surface, 1);
    (void)vaTerminate(bench->display);
    return ok;
}

int main(int argc, char **argv)
{
    CLEANUP_FD int node = argc == 3 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    struct library_facts library = {0};
    struct bench bench = {0};

    if (node < 0 || sscanf(argv[2], "%ux%u", &bench.width, &bench.height) != 2) {
        (void)fputs("usage: transfer NODE WxH\n", stderr);
        return 2;
    }
    if (!library_open(&library))
        return 1;
    bench.display = vaGetDisplayDRM(node);
    return bench.display && run(&bench) ? 0 : 1;
}

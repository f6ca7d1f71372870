/* SPDX-License-Identifier: MIT */
#include "software.h"

#include "decoder.h"
#include "hevc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PICTURES_MAX 64
#define SLICES_OF    64
#define STREAM_MAX   (4u << 20)

/* A slice as it came: its parameters, and the buffer with its data. */
struct coded_slice {
    VASliceParameterBufferHEVC parameters;
    uint8_t *data;
    size_t size;
};

struct software {
    struct hevc_picture picture; /* under way */
    bool has_picture;
    struct coded_slice slices[SLICES_OF];
    unsigned slice_count, data_count;

    uint8_t *stream;
    size_t used, sequence_size;
    uint8_t sequence[HEVC_HEADERS_MAX]; /* the parameter sets that it began with */

    /* What was decoded so far, and what holds it. A surface that is used again holds the later one.
     */
    struct {
        const struct pixels *pixels;
        int32_t order;
    } decoded[PICTURES_MAX];
    unsigned decoded_count;
};

bool software_has(VAProfile profile)
{
    return profile == VAProfileHEVCMain || profile == VAProfileHEVCMain10;
}

struct software *software_new(VAProfile profile)
{
    struct software *software = calloc(1, sizeof(*software));

    if (!software)
        return NULL;
    software->picture.is_main10 = profile == VAProfileHEVCMain10;
    software->stream = malloc(STREAM_MAX);
    if (!software->stream) {
        free(software);
        return NULL;
    }
    return software;
}

void software_begin(struct software *software)
{
    software->has_picture = software->picture.has_matrix = false;
    for (unsigned i = 0; i < software->data_count; i++)
        free(software->slices[i].data);
    software->slice_count = software->data_count = 0;
}

void software_free(struct software *software)
{
    if (!software)
        return;
    software_begin(software);
    free(software->stream);
    free(software);
}

static VAStatus refuse(struct driver *drv, const char *why)
{
    return driver_refuse(drv, VA_STATUS_ERROR_DECODING_ERROR, "decode HEVC picture: %s", why);
}

static VAStatus data_take(struct driver *drv, struct software *software,
                          const struct buffer *buffer)
{
    struct coded_slice *slice = &software->slices[software->data_count];
    const VASliceParameterBufferHEVC *parameters = &slice->parameters;

    if (software->data_count == software->slice_count)
        return refuse(drv, "slice data before its parameters");
    if (parameters->slice_data_flag != VA_SLICE_DATA_FLAG_ALL ||
        parameters->slice_data_offset > buffer->size ||
        parameters->slice_data_size > buffer->size - parameters->slice_data_offset ||
        parameters->slice_data_size < 4)
        return refuse(drv, "slice data is not all in its buffer");
    slice->data = malloc(parameters->slice_data_size);
    if (!slice->data)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    slice->size = parameters->slice_data_size;
    memcpy(slice->data, buffer->data + parameters->slice_data_offset, slice->size);
    software->data_count++;
    return VA_STATUS_SUCCESS;
}

static bool is_whole(const struct buffer *buffer, size_t size)
{
    return buffer->count == 1 && buffer->size >= size;
}

VAStatus software_render(struct driver *drv, struct software *software, const struct buffer *buffer)
{
    struct hevc_picture *picture = &software->picture;

    switch ((int)buffer->type) {
    case VAPictureParameterBufferType:
        if (!is_whole(buffer, sizeof(picture->pic)))
            return VA_STATUS_ERROR_INVALID_BUFFER;
        memcpy(&picture->pic, buffer->data, sizeof(picture->pic));
        software->has_picture = true;
        return VA_STATUS_SUCCESS;
    case VAIQMatrixBufferType:
        if (!is_whole(buffer, sizeof(picture->matrix)))
            return VA_STATUS_ERROR_INVALID_BUFFER;
        memcpy(&picture->matrix, buffer->data, sizeof(picture->matrix));
        picture->has_matrix = true;
        return VA_STATUS_SUCCESS;
    case VASliceParameterBufferType:
        if (!is_whole(buffer, sizeof(software->slices[0].parameters)))
            return VA_STATUS_ERROR_INVALID_BUFFER;
        if (software->slice_count == SLICES_OF || software->slice_count != software->data_count)
            return refuse(drv, "slice parameters without their data");
        memcpy(&software->slices[software->slice_count++].parameters, buffer->data,
               sizeof(software->slices[0].parameters));
        return VA_STATUS_SUCCESS;
    case VASliceDataBufferType:
        return data_take(drv, software, buffer);
    default:
        return driver_refuse(drv, VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE,
                             "decode HEVC picture: buffer type %d is not known", (int)buffer->type);
    }
}

/* ---- the stream ---- */

/* By what the surfaces hold, whatever the buffer says of them. */
static void references_find(struct driver *drv, struct software *software)
{
    for (int i = 0; i < HEVC_REFERENCES_MAX; i++) {
        const VAPictureHEVC *entry = &software->picture.pic.ReferenceFrames[i];
        const struct surface *surface = surface_of(drv, entry->picture_id);
        struct hevc_reference *reference = &software->picture.references[i];

        reference->is_there = false;
        for (unsigned k = 0; surface && k < software->decoded_count; k++) {
            if (software->decoded[k].pixels != surface->pixels)
                continue;
            reference->is_there = true;
            reference->held = software->decoded[k].order;
        }
    }
}

/* Once; it may not change in mid-stream. */
static const char *sequence_write(struct software *software, struct bit_writer *stream)
{
    uint8_t room[HEVC_HEADERS_MAX] = {0};
    struct bit_writer writer = {.data = room, .size = sizeof(room)};
    const char *fault = hevc_write_sequence(&writer, &software->picture);

    if (fault)
        return fault;
    if (software->used)
        return writer.used == software->sequence_size &&
                       memcmp(room, software->sequence, writer.used) == 0
                   ? NULL
                   : "the sequence's parameters change";
    memcpy(software->sequence, room, writer.used);
    software->sequence_size = writer.used;
    memcpy(stream->data + stream->used, room, writer.used);
    stream->used += writer.used;
    return NULL;
}

static const char *stream_write(struct driver *drv, struct software *software,
                                struct bit_writer *stream)
{
    const uint32_t number = software->decoded_count + 1;
    const bool is_swapped = fault_hits(&drv->faults, FAULT_WRONG_REFERENCE, number);
    unsigned count = software->data_count;
    const char *fault = sequence_write(software, stream);

    if (count > 1 && fault_hits(&drv->faults, FAULT_MISSING_SLICE, number))
        count--;
    if (!fault)
        fault = hevc_write_picture(stream, &software->picture);
    for (unsigned i = 0; !fault && i < count; i++)
        fault = hevc_write_slice(stream, &software->picture, &software->slices[i].parameters,
                                 software->slices[i].data, software->slices[i].size, is_swapped);
    return fault;
}

/* ---- ffmpeg ---- */

static bool file_write(const char *path, int fd, const uint8_t *data, size_t size)
{
    FILE *file = fdopen(fd, "w");
    bool is_good;

    if (!file) {
        (void)close(fd);
        return false;
    }
    is_good = fwrite(data, 1, size, file) == size;
    if (fclose(file) != 0 || !is_good) {
        (void)unlink(path);
        return false;
    }
    return true;
}

/* All pictures of the file in the order of showing; NULL when ffmpeg is not there or not content.
 */
static uint8_t *file_decode(const char *path, bool is_main10, size_t room, size_t *ret_size)
{
    char command[512];
    uint8_t *pictures = malloc(room);
    FILE *pipe;
    int status;

    /* Neither the fake kernel nor the variables of this driver are for it. A lie's stream is no
     * good one: no -xerror. */
    (void)snprintf(command, sizeof(command),
                   "env -u LD_PRELOAD ffmpeg -v quiet -nostdin -threads 1 -f hevc -i %s "
                   "-vsync passthrough -pix_fmt %s -f rawvideo -",
                   path, is_main10 ? "p010le" : "nv12");
    pipe = pictures ? popen(command, "re") : NULL;
    if (!pipe) {
        free(pictures);
        return NULL;
    }
    *ret_size = fread(pictures, 1, room, pipe);
    status = pclose(pipe);
    if (status == 0)
        return pictures;
    free(pictures);
    return NULL;
}

static uint8_t *stream_decode(const struct software *software, size_t room, size_t *ret_size)
{
    char path[] = "/tmp/test-driver-XXXXXX";
    int fd = mkstemp(path);
    uint8_t *pictures = NULL;

    if (fd < 0 || !file_write(path, fd, software->stream, software->used))
        return NULL;
    pictures = file_decode(path, software->picture.is_main10, room, ret_size);
    (void)unlink(path);
    return pictures;
}

/* ---- the picture ---- */

/* In the order of showing, which of those decoded so far the last one is. */
static unsigned rank_of_last(const struct software *software)
{
    const int32_t own = software->decoded[software->decoded_count - 1].order;
    unsigned rank = 0;

    for (unsigned i = 0; i + 1 < software->decoded_count; i++)
        rank += software->decoded[i].order < own;
    return rank;
}

static uint8_t *row_of(struct pixels *pixels, uint32_t row, bool is_chroma)
{
    return (is_chroma ? pixels->chroma : pixels->luma) + (size_t)row * pixels->pitch;
}

/* What real drivers did wrong with samples of 10 bits. */
static void depth_lie(const struct faults *faults, uint8_t *row, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        unsigned sample = (unsigned)(row[2 * i] | row[2 * i + 1] << 8);
        if (fault_is_on(faults, FAULT_EIGHT_BIT))
            sample &= 0xff00;
        if (fault_is_on(faults, FAULT_LOW_BITS))
            sample >>= 6;
        row[2 * i] = (uint8_t)sample;
        row[2 * i + 1] = (uint8_t)(sample >> 8);
    }
}

static void pixels_fill(const struct faults *faults, const struct software *software,
                        struct pixels *target, const uint8_t *picture)
{
    const uint32_t width = software->picture.pic.pic_width_in_luma_samples;
    const uint32_t height = software->picture.pic.pic_height_in_luma_samples;
    const size_t size = (size_t)width * target->sample;

    for (uint32_t row = 0; row < height * 3 / 2; row++) {
        uint8_t *to = row_of(target, row < height ? row : row - height, row >= height);
        memcpy(to, picture + row * size, size);
        if (target->sample == 2)
            depth_lie(faults, to, width);
    }
}

static VAStatus picture_show(struct driver *drv, struct software *software, struct pixels *target)
{
    const VAPictureParameterBufferHEVC *pic = &software->picture.pic;
    const size_t size = (size_t)pic->pic_width_in_luma_samples * pic->pic_height_in_luma_samples *
                        target->sample * 3 / 2;
    unsigned rank = rank_of_last(software);
    size_t got = 0;
    uint8_t *pictures = stream_decode(software, size * software->decoded_count, &got);

    if (!pictures || got != size * software->decoded_count) {
        free(pictures);
        return refuse(drv, "ffmpeg does not decode it");
    }
    if (fault_hits(&drv->faults, FAULT_OLD_PICTURE, software->decoded_count) && rank)
        rank--;
    if (!fault_hits(&drv->faults, FAULT_NO_PICTURE, software->decoded_count))
        pixels_fill(&drv->faults, software, target, pictures + rank * size);
    free(pictures);
    return VA_STATUS_SUCCESS;
}

VAStatus software_end(struct driver *drv, struct software *software, struct pixels *target)
{
    struct bit_writer stream = {.data = software->stream, .size = STREAM_MAX};
    const VAPictureParameterBufferHEVC *pic = &software->picture.pic;
    const char *fault;

    if (!software->has_picture || !software->data_count ||
        software->slice_count != software->data_count)
        return refuse(drv, "no picture, or no slices");
    if (surface_of(drv, pic->CurrPic.picture_id) == NULL ||
        surface_of(drv, pic->CurrPic.picture_id)->pixels != target)
        return refuse(drv, "the picture is not for the surface that it was begun with");
    if (target->sample != (software->picture.is_main10 ? 2 : 1) ||
        target->coded_width < pic->pic_width_in_luma_samples ||
        target->coded_height < pic->pic_height_in_luma_samples)
        return refuse(drv, "the surface is of another kind, or too small");
    if (software->decoded_count == PICTURES_MAX)
        return refuse(drv, "the stream is too long");
    references_find(drv, software);
    stream.used = software->used;
    fault = stream_write(drv, software, &stream);
    if (fault)
        return refuse(drv, fault);
    software->used = stream.used;
    software->decoded[software->decoded_count].pixels = target;
    software->decoded[software->decoded_count++].order = pic->CurrPic.pic_order_cnt;
    VAStatus status = picture_show(drv, software, target);
    if (status == VA_STATUS_SUCCESS && fault_is_on(&drv->faults, FAULT_LATE))
        status = picture_hide(target);
    return status;
}

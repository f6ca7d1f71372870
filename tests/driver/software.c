/* SPDX-License-Identifier: MIT */
#include "software.h"

#include "decoder.h"
#include "ffmpeg.h"
#include "h264_stream.h"
#include "hevc.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES_MAX 64
#define SLICES_OF    64
#define STREAM_MAX   (4u << 20)

/* A slice as it came: its parameters, and the buffer with its data. */
struct coded_slice {
    union {
        VASliceParameterBufferBase base; /* what each of them begins with */
        VASliceParameterBufferHEVC hevc;
        VASliceParameterBufferH264 h264;
    } parameters;
    uint8_t *data;
    size_t size;
};

struct software {
    bool is_h264;
    struct hevc_picture picture; /* under way */
    VAPictureParameterBufferH264 h264;
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
    software->is_h264 = !software_has(profile);
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
    return driver_refuse(drv, VA_STATUS_ERROR_DECODING_ERROR, "decode picture by ffmpeg: %s", why);
}

static VAStatus data_take(struct driver *drv, struct software *software,
                          const struct buffer *buffer)
{
    struct coded_slice *slice = &software->slices[software->data_count];
    const VASliceParameterBufferBase *parameters = &slice->parameters.base;

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

/* Into the memory of one structure, all of it. */
static VAStatus fields_take(void *to, size_t size, const struct buffer *buffer)
{
    if (buffer->count != 1 || buffer->size < size)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    memcpy(to, buffer->data, size);
    return VA_STATUS_SUCCESS;
}

static VAStatus picture_take(struct software *software, const struct buffer *buffer)
{
    software->has_picture = true;
    return software->is_h264
               ? fields_take(&software->h264, sizeof(software->h264), buffer)
               : fields_take(&software->picture.pic, sizeof(software->picture.pic), buffer);
}

static VAStatus matrix_take(struct driver *drv, struct software *software,
                            const struct buffer *buffer)
{
    VAIQMatrixBufferH264 matrix;
    VAStatus status;

    if (!software->is_h264) {
        software->picture.has_matrix = true;
        return fields_take(&software->picture.matrix, sizeof(software->picture.matrix), buffer);
    }
    status = fields_take(&matrix, sizeof(matrix), buffer);
    if (status != VA_STATUS_SUCCESS || h264_stream_is_flat(&matrix))
        return status;
    return refuse(drv, "scaling lists");
}

static VAStatus slice_take(struct driver *drv, struct software *software,
                           const struct buffer *buffer)
{
    struct coded_slice *slice = &software->slices[software->slice_count];

    if (software->slice_count == SLICES_OF || software->slice_count != software->data_count)
        return refuse(drv, "slice parameters without their data");
    software->slice_count++;
    return software->is_h264
               ? fields_take(&slice->parameters.h264, sizeof(slice->parameters.h264), buffer)
               : fields_take(&slice->parameters.hevc, sizeof(slice->parameters.hevc), buffer);
}

VAStatus software_render(struct driver *drv, struct software *software, const struct buffer *buffer)
{
    switch ((int)buffer->type) {
    case VAPictureParameterBufferType:
        return picture_take(software, buffer);
    case VAIQMatrixBufferType:
        return matrix_take(drv, software, buffer);
    case VASliceParameterBufferType:
        return slice_take(drv, software, buffer);
    case VASliceDataBufferType:
        return data_take(drv, software, buffer);
    default:
        return driver_refuse(drv, VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE,
                             "decode picture by ffmpeg: buffer type %d is not known",
                             (int)buffer->type);
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

static bool is_held(struct driver *drv, const struct software *software,
                    const VAPictureH264 *reference)
{
    const struct surface *surface = surface_of(drv, reference->picture_id);

    /* A surface that is used again holds the later picture. */
    for (unsigned k = software->decoded_count; surface && k-- > 0;)
        if (software->decoded[k].pixels == surface->pixels)
            return software->decoded[k].order == reference->TopFieldOrderCnt;
    return false;
}

static bool are_held(struct driver *drv, const struct software *software, const VAPictureH264 *list,
                     unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!(list[i].flags & VA_PICTURE_H264_INVALID) && !is_held(drv, software, &list[i]))
            return false;
    return true;
}

static const char *h264_write(struct driver *drv, struct software *software,
                              struct bit_writer *stream)
{
    const char *fault = NULL;

    if (!are_held(drv, software, software->h264.ReferenceFrames, H264_STREAM_REFERENCES))
        return "a reference frame is not what its surface holds";
    for (unsigned i = 0; !fault && i < software->data_count; i++) {
        const struct coded_slice *slice = &software->slices[i];
        const VASliceParameterBufferH264 *parameters = &slice->parameters.h264;
        if (!are_held(drv, software, parameters->RefPicList0, H264_STREAM_LIST) ||
            !are_held(drv, software, parameters->RefPicList1, H264_STREAM_LIST))
            return "a list names a reference that its surface does not hold";
        if (i == 0)
            fault = h264_stream_write_sets(stream, &software->h264, parameters);
        if (!fault)
            fault = h264_stream_write_slice(stream, slice->data, slice->size);
    }
    return fault;
}

static const char *hevc_write(struct driver *drv, struct software *software,
                              struct bit_writer *stream)
{
    const uint32_t number = software->decoded_count + 1;
    const bool is_swapped = fault_hits(&drv->faults, FAULT_WRONG_REFERENCE, number);
    unsigned count = software->data_count;
    const char *fault = sequence_write(software, stream);

    references_find(drv, software);

    if (count > 1 && fault_hits(&drv->faults, FAULT_MISSING_SLICE, number))
        count--;
    if (!fault)
        fault = hevc_write_picture(stream, &software->picture);
    for (unsigned i = 0; !fault && i < count; i++)
        fault = hevc_write_slice(stream, &software->picture, &software->slices[i].parameters.hevc,
                                 software->slices[i].data, software->slices[i].size, is_swapped);
    return fault;
}

/* ---- the picture ---- */

static uint32_t width_of(const struct software *software)
{
    return software->is_h264 ? (software->h264.picture_width_in_mbs_minus1 + 1u) * 16
                             : software->picture.pic.pic_width_in_luma_samples;
}

static uint32_t height_of(const struct software *software)
{
    return software->is_h264 ? (software->h264.picture_height_in_mbs_minus1 + 1u) * 16
                             : software->picture.pic.pic_height_in_luma_samples;
}

static VASurfaceID target_of(const struct software *software)
{
    return software->is_h264 ? software->h264.CurrPic.picture_id
                             : software->picture.pic.CurrPic.picture_id;
}

static int32_t order_of(const struct software *software)
{
    return software->is_h264 ? software->h264.CurrPic.TopFieldOrderCnt
                             : software->picture.pic.CurrPic.pic_order_cnt;
}

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
    const uint32_t width = width_of(software);
    const uint32_t height = height_of(software);
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
    const size_t size = (size_t)width_of(software) * height_of(software) * target->sample * 3 / 2;
    unsigned rank = rank_of_last(software);
    size_t got = 0;
    uint8_t *pictures =
        ffmpeg_decode(software->is_h264 ? "h264" : "hevc", software->stream, software->used,
                      software->picture.is_main10, size * software->decoded_count, &got);

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
    const struct surface *named = surface_of(drv, target_of(software));
    const char *fault;

    if (!software->has_picture || !software->data_count ||
        software->slice_count != software->data_count)
        return refuse(drv, "no picture, or no slices");
    if (!named || named->pixels != target)
        return refuse(drv, "the picture is not for the surface that it was begun with");
    if (target->sample != (software->picture.is_main10 ? 2 : 1) ||
        target->coded_width < width_of(software) || target->coded_height < height_of(software))
        return refuse(drv, "the surface is of another kind, or too small");
    if (software->decoded_count == PICTURES_MAX)
        return refuse(drv, "the stream is too long");
    stream.used = software->used;
    fault =
        software->is_h264 ? h264_write(drv, software, &stream) : hevc_write(drv, software, &stream);
    if (fault)
        return refuse(drv, fault);
    software->used = stream.used;
    software->decoded[software->decoded_count].pixels = target;
    software->decoded[software->decoded_count++].order = order_of(software);
    VAStatus status = picture_show(drv, software, target);
    if (status == VA_STATUS_SUCCESS && fault_is_on(&drv->faults, FAULT_LATE))
        status = picture_hide(target);
    return status;
}

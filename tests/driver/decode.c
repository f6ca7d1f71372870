/* SPDX-License-Identifier: MIT */
#include "decoder.h"

#include "h264_bits.h"
#include "macroblock.h"
#include "slice.h"

#include <stdlib.h>
#include <string.h>

#define PENDING_MAX 64u

struct decoder {
    VAPictureParameterBufferH264 pic;
    bool has_pic, is_broken;
    VASliceParameterBufferH264 slices[PENDING_MAX]; /* wait for the slice data */
    unsigned slice_count;
    uint32_t next_mb;
    bool has_skipped;
    struct deblock deblock;
    uint8_t *rbsp;
    size_t rbsp_size;
};

struct decoder *decoder_new(void)
{
    return calloc(1, sizeof(struct decoder));
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    free(decoder->rbsp);
    free(decoder);
}

void decoder_begin(struct decoder *decoder)
{
    decoder->has_pic = decoder->is_broken = decoder->has_skipped = false;
    decoder->slice_count = 0;
    decoder->next_mb = 0;
    decoder->deblock = (struct deblock){.qp = 0};
}

static VAStatus refuse(struct driver *drv, struct decoder *decoder, const char *why)
{
    decoder->is_broken = true;
    return driver_refuse(drv, VA_STATUS_ERROR_DECODING_ERROR, "decode picture: %s", why);
}

static uint32_t width_mbs(const struct decoder *decoder)
{
    return decoder->pic.picture_width_in_mbs_minus1 + 1u;
}

static uint32_t picture_mbs(const struct decoder *decoder)
{
    return width_mbs(decoder) * (decoder->pic.picture_height_in_mbs_minus1 + 1u);
}

static bool is_large_enough(const struct decoder *decoder, const struct pixels *pixels)
{
    return pixels->coded_width >= width_mbs(decoder) * 16 &&
           pixels->coded_height >= (decoder->pic.picture_height_in_mbs_minus1 + 1u) * 16;
}

static VAStatus picture_take(struct driver *drv, struct decoder *decoder,
                             const struct pixels *target, const struct buffer *buffer)
{
    VAPictureParameterBufferH264 *pic = &decoder->pic;

    if (buffer->size < sizeof(*pic))
        return VA_STATUS_ERROR_INVALID_BUFFER;
    memcpy(pic, buffer->data, sizeof(*pic));
    if (pic->pic_fields.bits.entropy_coding_mode_flag || pic->pic_fields.bits.weighted_pred_flag ||
        pic->pic_fields.bits.field_pic_flag || !pic->seq_fields.bits.frame_mbs_only_flag ||
        pic->seq_fields.bits.chroma_format_idc != 1 || pic->bit_depth_luma_minus8 ||
        pic->bit_depth_chroma_minus8)
        return refuse(drv, decoder, "not a stream that this driver could have written");
    if (!is_large_enough(decoder, target))
        return refuse(drv, decoder, "the target surface is too small");
    deblock_set_chroma(&decoder->deblock, pic->chroma_qp_index_offset,
                       pic->second_chroma_qp_index_offset);
    decoder->has_pic = true;
    return VA_STATUS_SUCCESS;
}

static VAStatus slices_take(struct driver *drv, struct decoder *decoder,
                            const struct buffer *buffer)
{
    if (buffer->element_size < sizeof(decoder->slices[0]))
        return VA_STATUS_ERROR_INVALID_BUFFER;
    if (buffer->count > PENDING_MAX - decoder->slice_count)
        return refuse(drv, decoder, "too many slices in one buffer");
    for (unsigned i = 0; i < buffer->count; i++)
        memcpy(&decoder->slices[decoder->slice_count++],
               buffer->data + (size_t)i * buffer->element_size, sizeof(decoder->slices[0]));
    return VA_STATUS_SUCCESS;
}

static bool rbsp_reserve(struct decoder *decoder, size_t size)
{
    uint8_t *rbsp;

    if (size <= decoder->rbsp_size)
        return true;
    rbsp = realloc(decoder->rbsp, size);
    if (!rbsp)
        return false;
    decoder->rbsp = rbsp;
    decoder->rbsp_size = size;
    return true;
}

static const struct pixels *reference_find(struct driver *drv, const struct decoder *decoder,
                                           const struct pixels *target,
                                           const VASliceParameterBufferH264 *slice)
{
    const VAPictureH264 *picture = &slice->RefPicList0[0];
    const struct surface *surface = surface_of(drv, picture->picture_id);

    if (picture->flags & VA_PICTURE_H264_INVALID || !surface || surface->pixels == target ||
        !is_large_enough(decoder, surface->pixels))
        return NULL;
    return surface->pixels;
}

static void deblock_note(struct decoder *decoder, const VASliceParameterBufferH264 *slice)
{
    deblock_add_slice(&decoder->deblock, slice->disable_deblocking_filter_idc,
                      26 + decoder->pic.pic_init_qp_minus26 + slice->slice_qp_delta,
                      slice->slice_alpha_c0_offset_div2, slice->slice_beta_offset_div2);
}

/* The NAL unit of a slice; why not, when there is none to be had. */
static const char *slice_fault(const struct decoder *decoder,
                               const VASliceParameterBufferH264 *param, const struct buffer *data)
{
    uint8_t first;

    if (param->slice_data_flag != VA_SLICE_DATA_FLAG_ALL || param->slice_data_size == 0 ||
        param->slice_data_offset > data->size ||
        param->slice_data_size > data->size - param->slice_data_offset)
        return "slice data is not all in its buffer";
    first = data->data[param->slice_data_offset];
    if ((first & 0x80) || ((first & 0x1f) != 1 && (first & 0x1f) != 5))
        return "slice data does not begin with the NAL unit of a slice";
    if (param->slice_type % 5 != 0 && param->slice_type % 5 != 2)
        return "a slice that is neither I nor P";
    if (param->first_mb_in_slice != decoder->next_mb ||
        param->first_mb_in_slice >= picture_mbs(decoder))
        return "slices overlap or leave a gap";
    return NULL;
}

/* slice_data_bit_offset counts from the NAL unit's first byte, without emulation prevention. */
static VAStatus slice_decode(struct driver *drv, struct decoder *decoder, struct pixels *target,
                             const VASliceParameterBufferH264 *param, const struct buffer *data)
{
    struct slice slice = {.picture = target, .width = width_mbs(decoder)};
    const char *fault = slice_fault(decoder, param, data);
    struct slice_counts counts;
    struct bit_reader reader;

    if (fault)
        return refuse(drv, decoder, fault);
    if (!rbsp_reserve(decoder, param->slice_data_size))
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    if (param->slice_type % 5 == 0) {
        slice.reference = reference_find(drv, decoder, target, param);
        if (!slice.reference)
            return refuse(drv, decoder, "a P slice without a usable reference");
    }
    slice.first = param->first_mb_in_slice;
    slice.count = picture_mbs(decoder) - slice.first;
    reader = (struct bit_reader){
        .data = decoder->rbsp,
        .bits = nal_unescape(decoder->rbsp, data->data + param->slice_data_offset,
                             param->slice_data_size) *
                8,
        .at = param->slice_data_bit_offset,
    };
    if (reader.at > reader.bits || !slice_read(&reader, &slice, &counts))
        return refuse(drv, decoder, "more than I_PCM and P_Skip macroblocks, or cut short");
    decoder->next_mb += counts.pcm + counts.skipped;
    decoder->has_skipped |= counts.skipped != 0;
    deblock_note(decoder, param);
    return VA_STATUS_SUCCESS;
}

static VAStatus data_take(struct driver *drv, struct decoder *decoder, struct pixels *target,
                          const struct buffer *buffer)
{
    VAStatus status = VA_STATUS_SUCCESS;

    if (!decoder->has_pic || !decoder->slice_count)
        return refuse(drv, decoder, "slice data before its parameters");
    for (unsigned i = 0; i < decoder->slice_count && status == VA_STATUS_SUCCESS; i++)
        status = slice_decode(drv, decoder, target, &decoder->slices[i], buffer);
    decoder->slice_count = 0;
    return status;
}

VAStatus decoder_render(struct driver *drv, struct decoder *decoder, struct pixels *target,
                        const struct buffer *buffer)
{
    switch ((int)buffer->type) {
    case VAPictureParameterBufferType:
        return picture_take(drv, decoder, target, buffer);
    case VAIQMatrixBufferType: /* nothing is quantised */
        return VA_STATUS_SUCCESS;
    case VASliceParameterBufferType:
        return slices_take(drv, decoder, buffer);
    case VASliceDataBufferType:
        return data_take(drv, decoder, target, buffer);
    default:
        return driver_refuse(drv, VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE,
                             "decode picture: buffer type %d is not known", (int)buffer->type);
    }
}

VAStatus picture_hide(struct pixels *target)
{
    free(target->late);
    target->late = malloc(target->size);
    if (!target->late)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    memcpy(target->late, target->luma, target->size);
    memset(target->luma, 0, target->size);
    return VA_STATUS_SUCCESS;
}

VAStatus decoder_end(struct driver *drv, struct decoder *decoder, struct pixels *target)
{
    if (decoder->is_broken)
        return VA_STATUS_ERROR_DECODING_ERROR;
    if (!decoder->has_pic || decoder->next_mb != picture_mbs(decoder))
        return refuse(drv, decoder, "macroblocks are missing");
    if (!deblock_is_idle(&decoder->deblock, decoder->has_skipped))
        return refuse(drv, decoder, "deblocking would change the picture");
    if (fault_is_on(&drv->faults, FAULT_BAD_DECODE)) {
        for (size_t i = 0; i < (size_t)target->pitch * target->coded_height; i++)
            target->luma[i] = (uint8_t)~target->luma[i];
    }
    if (fault_is_on(&drv->faults, FAULT_LATE))
        return picture_hide(target);
    return VA_STATUS_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/* From parameters to a coded picture. */
#include "encoder.h"

#include "macroblock.h"

#include <stdlib.h>
#include <string.h>

/* mb_skip_run and mb_type in front of the samples, with room to spare. */
#define MB_BYTES_MAX (PCM_BYTES + 16)

struct encoder *encoder_new(const struct config *config, uint32_t width, uint32_t height)
{
    struct encoder *encoder = calloc(1, sizeof(*encoder));
    uint32_t mbs = (ALIGN_UP(width, 16u) / 16) * (ALIGN_UP(height, 16u) / 16);

    if (!encoder)
        return NULL;
    encoder->config = *config;
    encoder->width = width;
    encoder->height = height;
    encoder->headers = malloc(HEADERS_MAX);
    encoder->rbsp_size = (size_t)mbs * MB_BYTES_MAX + HEADERS_MAX;
    encoder->rbsp = malloc(encoder->rbsp_size);
    if (encoder->headers && encoder->rbsp)
        return encoder;
    encoder_free(encoder);
    return NULL;
}

void encoder_free(struct encoder *encoder)
{
    if (!encoder)
        return;
    free(encoder->headers);
    free(encoder->rbsp);
    free(encoder->first);
    pixels_unref(encoder->previous);
    free(encoder);
}

void encoder_begin(struct encoder *encoder)
{
    encoder->has_pic = false;
    encoder->has_packed = false;
    encoder->slice_count = 0;
    encoder->nal_count = 0;
    encoder->headers_used = 0;
    encoder->slice_header = SLICE_NONE;
}

static VAStatus slices_add(struct driver *drv, struct encoder *encoder, const struct buffer *buffer)
{
    if (buffer->element_size < sizeof(VAEncSliceParameterBufferH264))
        return VA_STATUS_ERROR_INVALID_BUFFER;
    for (unsigned i = 0; i < buffer->count; i++) {
        struct encode_slice *slice = &encoder->slices[encoder->slice_count];

        if (encoder->slice_count == SLICES_MAX)
            return driver_refuse(drv, VA_STATUS_ERROR_MAX_NUM_EXCEEDED,
                                 "encode picture: more than %u slices", SLICES_MAX);
        memcpy(&slice->param, buffer->data + (size_t)i * buffer->element_size,
               sizeof(slice->param));
        slice->header = encoder->slice_header;
        encoder->slice_header = SLICE_NONE;
        encoder->slice_count++;
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus param_take(const struct buffer *buffer, void *to, size_t size, bool *ret_has)
{
    if (buffer->size < size)
        return VA_STATUS_ERROR_INVALID_BUFFER;
    memcpy(to, buffer->data, size);
    *ret_has = true;
    return VA_STATUS_SUCCESS;
}

VAStatus encoder_render(struct driver *drv, struct encoder *encoder, const struct buffer *buffer)
{
    switch ((int)buffer->type) {
    case VAEncSequenceParameterBufferType:
        return param_take(buffer, &encoder->seq, sizeof(encoder->seq), &encoder->has_seq);
    case VAEncPictureParameterBufferType:
        return param_take(buffer, &encoder->pic, sizeof(encoder->pic), &encoder->has_pic);
    case VAEncSliceParameterBufferType:
        return slices_add(drv, encoder, buffer);
    case VAEncPackedHeaderParameterBufferType:
        return param_take(buffer, &encoder->packed, sizeof(encoder->packed), &encoder->has_packed);
    case VAEncPackedHeaderDataBufferType:
        return packed_add(drv, encoder, buffer);
    case VAEncMiscParameterBufferType: /* rate control and the like: coding is lossless anyway */
        return VA_STATUS_SUCCESS;
    default:
        return driver_refuse(drv, VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE,
                             "encode picture: buffer type %d is not known", (int)buffer->type);
    }
}

static bool is_all_p(const struct encoder *encoder)
{
    for (unsigned i = 0; i < encoder->slice_count; i++) {
        if (!slice_is_p(&encoder->slices[i]))
            return false;
    }
    return true;
}

static bool is_unchanged(const struct encoder *encoder, const struct pixels *source,
                         const struct pixels *reference)
{
    uint32_t width = encoder_width_mbs(encoder);

    for (uint32_t mb = 0; mb < encoder_mbs(encoder); mb++) {
        if (!macroblock_is_same(source, reference, mb % width, mb / width))
            return false;
    }
    return true;
}

/* Deblocking must not touch what was coded without loss; where it could, nothing is mixed. */
static VAStatus coding_choose(struct driver *drv, const struct encoder *encoder,
                              const struct pixels *source, const struct pixels *reference,
                              enum slice_coding *ret)
{
    struct deblock deblock = {.qp = 0};
    bool is_controlled = encoder->pic.pic_fields.bits.deblocking_filter_control_present_flag;

    deblock_set_chroma(&deblock, encoder->pic.chroma_qp_index_offset,
                       encoder->pic.second_chroma_qp_index_offset);
    for (unsigned i = 0; i < encoder->slice_count; i++) {
        const VAEncSliceParameterBufferH264 *slice = &encoder->slices[i].param;

        deblock_add_slice(&deblock, is_controlled ? slice->disable_deblocking_filter_idc : 0,
                          encoder->pic.pic_init_qp + slice->slice_qp_delta,
                          is_controlled ? slice->slice_alpha_c0_offset_div2 : 0,
                          is_controlled ? slice->slice_beta_offset_div2 : 0);
    }
    if (!deblock_is_idle(&deblock, false))
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "encode picture: deblocking offsets would change the picture");
    *ret = SLICE_MIXED;
    if (reference && !deblock_is_idle(&deblock, true))
        *ret = is_all_p(encoder) && is_unchanged(encoder, source, reference) ? SLICE_ALL_SKIP
                                                                             : SLICE_ALL_PCM;
    return VA_STATUS_SUCCESS;
}

static void reconstruct(const struct encoder *encoder, struct pixels *to,
                        const struct pixels *source)
{
    uint32_t width = encoder_width_mbs(encoder);

    if (to == source)
        return;
    for (uint32_t mb = 0; mb < encoder_mbs(encoder); mb++)
        macroblock_copy(to, source, mb % width, mb / width);
}

/* The surface behind an id, if it is there and large enough. */
static struct pixels *picture_find(struct driver *drv, const struct encoder *encoder,
                                   VASurfaceID id)
{
    const struct surface *surface = surface_of(drv, id);

    if (!surface || surface->pixels->coded_width < encoder->seq.picture_width_in_mbs * 16u ||
        surface->pixels->coded_height < encoder->seq.picture_height_in_mbs * 16u)
        return NULL;
    return surface->pixels;
}

/* The reference of the P slices; *ret is NULL when there are none. */
static VAStatus reference_find(struct driver *drv, const struct encoder *encoder,
                               const struct pixels **ret)
{
    const struct encode_slice *slice = slice_first_p(encoder);

    *ret = NULL;
    if (!slice)
        return VA_STATUS_SUCCESS;
    *ret = picture_find(drv, encoder, slice->param.RefPicList0[0].picture_id);
    return *ret ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_SURFACE;
}

static VAStatus picture_encode(struct driver *drv, struct encoder *encoder, struct buffer *buffer,
                               struct pixels *source, struct pixels *reconstructed)
{
    struct coded coded = {.data = buffer->data, .size = buffer->size};
    const struct pixels *reference;
    enum slice_coding coding = SLICE_MIXED;
    VAStatus status = reference_find(drv, encoder, &reference);

    if (status == VA_STATUS_SUCCESS)
        status = coding_choose(drv, encoder, source, reference, &coding);
    if (status != VA_STATUS_SUCCESS)
        return status;
    picture_emit(drv, encoder, &coded, source, reference, coding);
    reconstruct(encoder, reconstructed, source);
    status = coded_finish(drv, encoder, &coded, buffer);
    encoder->pictures++;
    return status;
}

VAStatus encoder_end(struct driver *drv, struct encoder *encoder, struct pixels *input)
{
    struct pixels *reconstructed, *source;
    struct buffer *buffer;
    VAStatus status = encode_check(drv, encoder);

    if (status == VA_STATUS_SUCCESS)
        status = packed_check(drv, encoder);
    if (status != VA_STATUS_SUCCESS)
        return status;
    reconstructed = picture_find(drv, encoder, encoder->pic.CurrPic.picture_id);
    if (!reconstructed || input->coded_width < encoder->seq.picture_width_in_mbs * 16u ||
        input->coded_height < encoder->seq.picture_height_in_mbs * 16u)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_SURFACE,
                             "encode picture: a surface is missing or too small");
    buffer = buffer_of(drv, encoder->pic.coded_buf);
    if (!buffer || buffer->type != VAEncCodedBufferType)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_BUFFER,
                             "encode picture: no coded buffer");
    source = source_choose(drv, encoder, input);
    if (!source)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    status = picture_encode(drv, encoder, buffer, source, reconstructed);
    pixels_unref(source);
    return status;
}

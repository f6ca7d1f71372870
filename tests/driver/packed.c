/* SPDX-License-Identifier: MIT */
/* Packed headers: NAL units that the application wrote itself. */
#include "encoder.h"

#include <string.h>

/* Type in the parameter buffer, and its bits in VAConfigAttribEncPackedHeaders. */
static const struct {
    uint32_t type, announced;
} packed_types[] = {
    {VAEncPackedHeaderSequence, VA_ENC_PACKED_HEADER_SEQUENCE},
    {VAEncPackedHeaderPicture, VA_ENC_PACKED_HEADER_PICTURE},
    {VAEncPackedHeaderSlice, VA_ENC_PACKED_HEADER_SLICE},
    {VAEncPackedHeaderRawData, VA_ENC_PACKED_HEADER_RAW_DATA | VA_ENC_PACKED_HEADER_MISC},
};

static bool type_is_announced(const struct encoder *encoder, uint32_t type)
{
    for (size_t i = 0; i < sizeof(packed_types) / sizeof(packed_types[0]); i++) {
        if (packed_types[i].type == type)
            return encoder->config.packed_headers & packed_types[i].announced;
    }
    return false;
}

/* The place of the next 00 00 01, or `size`. */
static size_t start_code_find(const uint8_t *data, size_t size, size_t from)
{
    for (size_t i = from; i + 3 <= size; i++) {
        if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1)
            return i;
    }
    return size;
}

/* The bytes of a start code at the very beginning: 0, 3 or 4. */
static size_t start_code_size(const uint8_t *data, size_t size)
{
    size_t at = start_code_find(data, size < 4 ? size : 4, 0);

    if (at == 0 && size >= 3)
        return 3;
    return at == 1 && size >= 4 && data[0] == 0 ? 4 : 0;
}

/* `padding` bits at the end of the last byte do not belong to the unit. */
static VAStatus nal_add(struct driver *drv, struct encoder *encoder, const uint8_t *data,
                        size_t size, unsigned padding)
{
    bool is_escaped = encoder->packed.has_emulation_bytes;
    bool is_slice;
    struct nal nal = {.at = encoder->headers_used};
    size_t used;

    if (!size || data[0] & 0x80 || !NAL_TYPE(data[0]))
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: does not begin with a NAL unit");
    if (encoder->nal_count == NALS_MAX || size > HEADERS_MAX - encoder->headers_used)
        return driver_refuse(drv, VA_STATUS_ERROR_ALLOCATION_FAILED, "packed headers: too many");
    nal.type = NAL_TYPE(data[0]);
    is_slice = nal.type == NAL_SLICE || nal.type == NAL_IDR;
    if ((is_slice && encoder->packed.type != VAEncPackedHeaderSlice) ||
        encoder->slice_header != SLICE_NONE)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: NAL unit type %u does not belong into type 0x%x",
                             nal.type, encoder->packed.type);
    if (is_escaped) {
        used = nal_unescape(encoder->headers + nal.at, data, size);
    } else {
        memcpy(encoder->headers + nal.at, data, size);
        used = size;
    }
    nal.bits = used * 8 - padding;
    encoder->headers_used += used;
    if (is_slice)
        encoder->slice_header = (int)encoder->nal_count;
    encoder->nals[encoder->nal_count++] = nal;
    return VA_STATUS_SUCCESS;
}

/* Several units in one buffer: ffmpeg sends AUD, SPS and PPS so, or AUD and slice header. */
static VAStatus nals_add(struct driver *drv, struct encoder *encoder, const uint8_t *data,
                         size_t size, unsigned padding)
{
    size_t at = 0;

    while (at < size) {
        size_t next = start_code_find(data, size, at), end = next;
        VAStatus status;

        if (next < size) { /* the zero_byte or trailing_zero_8bits between two units */
            while (end > at && data[end - 1] == 0)
                end--;
        }
        status = nal_add(drv, encoder, data + at, end - at, next < size ? 0 : padding);
        if (status != VA_STATUS_SUCCESS)
            return status;
        at = next + 3;
    }
    return VA_STATUS_SUCCESS;
}

VAStatus packed_add(struct driver *drv, struct encoder *encoder, const struct buffer *data)
{
    size_t size = ((size_t)encoder->packed.bit_length + 7) / 8, skip;
    unsigned padding = (unsigned)(size * 8 - encoder->packed.bit_length);
    VAStatus status;

    if (!encoder->has_packed)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: data without its parameter buffer");
    encoder->has_packed = false;
    if (!type_is_announced(encoder, encoder->packed.type))
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: type 0x%x was not announced in the config",
                             encoder->packed.type);
    if (size > data->size)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: %zu bytes announced, %zu sent", size, data->size);
    skip = start_code_size(data->data, size);
    /* Without emulation prevention a start code pattern may be plain payload: one unit only. */
    if (encoder->packed.has_emulation_bytes)
        status = nals_add(drv, encoder, data->data + skip, size - skip, padding);
    else
        status = nal_add(drv, encoder, data->data + skip, size - skip, padding);
    if (status == VA_STATUS_SUCCESS && encoder->packed.type == VAEncPackedHeaderSlice &&
        encoder->slice_header == SLICE_NONE)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                             "packed header: a slice header without a slice's NAL unit");
    return status;
}

static bool profile_has_chroma_fields(uint32_t profile_idc)
{
    return profile_idc == 100 || profile_idc == 110 || profile_idc == 122 || profile_idc == 244;
}

/* What our slice headers and slice data rely on has to be the same in both descriptions. */
static VAStatus sps_check(struct driver *drv, const struct encoder *encoder,
                          struct bit_reader *reader)
{
    const VAEncSequenceParameterBufferH264 *seq = &encoder->seq;
    uint32_t profile_idc = bits_get(reader, 8), poc_type;
    bool is_same = true;

    (void)bits_get(reader, 16); /* constraints, level */
    is_same &= bits_get_ue(reader) == seq->seq_parameter_set_id;
    if (profile_has_chroma_fields(profile_idc)) {
        is_same &= bits_get_ue(reader) == 1; /* chroma_format_idc */
        is_same &= bits_get_ue(reader) == 0; /* 8 bits of luma */
        is_same &= bits_get_ue(reader) == 0; /* and of chroma */
        is_same &= bits_get(reader, 2) == 0; /* no lossless bypass, no scaling matrix */
    }
    is_same &= bits_get_ue(reader) == seq->seq_fields.bits.log2_max_frame_num_minus4;
    poc_type = bits_get_ue(reader);
    is_same &= poc_type == seq->seq_fields.bits.pic_order_cnt_type && poc_type != 1;
    if (poc_type == 0)
        is_same &= bits_get_ue(reader) == seq->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4;
    (void)bits_get_ue(reader); /* max_num_ref_frames */
    (void)bits_get(reader, 1); /* gaps_in_frame_num_value_allowed_flag */
    is_same &= bits_get_ue(reader) + 1 == seq->picture_width_in_mbs;
    is_same &= bits_get_ue(reader) + 1 == seq->picture_height_in_mbs;
    is_same &= bits_get(reader, 1) == 1; /* frame_mbs_only_flag */
    if (is_same && !reader->overrun)
        return VA_STATUS_SUCCESS;
    return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                         "packed SPS: does not agree with the sequence parameters, or has "
                         "features this driver lacks");
}

static VAStatus pps_check(struct driver *drv, struct bit_reader *reader)
{
    (void)bits_get_ue(reader); /* pic_parameter_set_id */
    (void)bits_get_ue(reader); /* seq_parameter_set_id */
    if (bits_get(reader, 1))
        return driver_refuse(drv, VA_STATUS_ERROR_UNIMPLEMENTED,
                             "packed PPS: asks for CABAC, this driver writes CAVLC only");
    if (reader->overrun)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER, "packed PPS: too short");
    return VA_STATUS_SUCCESS;
}

VAStatus packed_check(struct driver *drv, const struct encoder *encoder)
{
    uint8_t slice_type = encoder->pic.pic_fields.bits.idr_pic_flag ? NAL_IDR : NAL_SLICE;
    VAStatus status = VA_STATUS_SUCCESS;

    for (unsigned i = 0; i < encoder->nal_count && status == VA_STATUS_SUCCESS; i++) {
        const struct nal *nal = &encoder->nals[i];
        struct bit_reader reader = {encoder->headers + nal->at, nal->bits, 8, false};

        if (nal->type == NAL_SPS)
            status = sps_check(drv, encoder, &reader);
        else if (nal->type == NAL_PPS)
            status = pps_check(drv, &reader);
        else if ((nal->type == NAL_IDR || nal->type == NAL_SLICE) && nal->type != slice_type)
            status = driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER,
                                   "packed slice header: NAL unit type %u, the picture needs %u",
                                   nal->type, slice_type);
    }
    return status;
}

/* SPDX-License-Identifier: MIT */
/* The NAL units of a picture, in their order. */
#include "encoder.h"

#define WRONG_SIZE_EXTRA 2u

static bool has_nal(const struct encoder *encoder, uint8_t type)
{
    for (unsigned i = 0; i < encoder->nal_count; i++) {
        if (encoder->nals[i].type == type)
            return true;
    }
    return false;
}

static void nals_emit(const struct encoder *encoder, struct coded *coded, uint8_t type)
{
    for (unsigned i = 0; i < encoder->nal_count; i++) {
        const struct nal *nal = &encoder->nals[i];

        if (nal->type == type)
            coded_add_nal(coded, encoder->headers + nal->at, (nal->bits + 7) / 8);
    }
}

static void parameter_sets_emit(const struct driver *drv, struct encoder *encoder,
                                struct coded *coded)
{
    bool is_idr = encoder->pic.pic_fields.bits.idr_pic_flag;
    bool is_wrong = is_idr && fault_hits(&drv->faults, FAULT_WRONG_SIZE, encoder->pictures + 1);

    if (is_wrong || (is_idr && !has_nal(encoder, NAL_SPS))) {
        struct bit_writer writer = {.data = encoder->rbsp, .size = encoder->rbsp_size};

        headers_write_sps(&writer, encoder, is_wrong ? WRONG_SIZE_EXTRA : 0,
                          fault_is_on(&drv->faults, FAULT_NO_CROPPING));
        coded_add_nal(coded, writer.data, writer.used);
    } else {
        nals_emit(encoder, coded, NAL_SPS);
    }
    if (is_idr && !has_nal(encoder, NAL_PPS)) {
        struct bit_writer writer = {.data = encoder->rbsp, .size = encoder->rbsp_size};

        headers_write_pps(&writer, encoder);
        coded_add_nal(coded, writer.data, writer.used);
    }
    nals_emit(encoder, coded, NAL_PPS);
}

/* Clause 7.4.1.2.3: delimiter, parameter sets, SEI and others, then the slices. */
static void headers_emit(const struct driver *drv, struct encoder *encoder, struct coded *coded)
{
    nals_emit(encoder, coded, NAL_AUD);
    if (!fault_hits(&drv->faults, FAULT_NO_HEADERS, encoder->pictures + 1))
        parameter_sets_emit(drv, encoder, coded);
    for (uint8_t type = 0; type < 32; type++) {
        if (type != NAL_AUD && type != NAL_SPS && type != NAL_PPS && type != NAL_SLICE &&
            type != NAL_IDR)
            nals_emit(encoder, coded, type);
    }
}

static void packed_bits_put(struct bit_writer *writer, const struct encoder *encoder, int header)
{
    const struct nal *nal = &encoder->nals[header];
    const uint8_t *from = encoder->headers + nal->at;
    unsigned rest = nal->bits % 8;

    for (size_t i = 0; i < nal->bits / 8; i++)
        bits_put(writer, from[i], 8);
    if (rest)
        bits_put(writer, (uint32_t)from[nal->bits / 8] >> (8 - rest), rest);
}

static void slice_emit(const struct driver *drv, struct encoder *encoder, struct coded *coded,
                       const struct encode_slice *from, struct slice *slice,
                       enum slice_coding coding)
{
    struct bit_writer writer = {.data = encoder->rbsp, .size = encoder->rbsp_size};

    if (from->header == SLICE_NONE)
        headers_write_slice(&writer, encoder, &from->param);
    else
        packed_bits_put(&writer, encoder, from->header);
    slice->first = from->param.macroblock_address;
    slice->count = from->param.num_macroblocks;
    slice_write(&writer, slice, coding);
    if (fault_hits(&drv->faults, FAULT_BAD_NAL, encoder->pictures + 1))
        writer.data[0] &= 0xe0;
    coded->is_cut |= writer.overflow;
    coded_add_nal(coded, writer.data, writer.used);
}

void picture_emit(const struct driver *drv, struct encoder *encoder, struct coded *coded,
                  struct pixels *source, const struct pixels *reference, enum slice_coding coding)
{
    static const uint8_t delimiter[] = {NAL_AUD, 0xf0};

    headers_emit(drv, encoder, coded);
    if (fault_hits(&drv->faults, FAULT_MISSING_PICTURE, encoder->pictures + 1)) {
        coded_add_nal(coded, delimiter, sizeof(delimiter));
        return;
    }
    for (unsigned i = 0; i < encoder->slice_count; i++) {
        const struct encode_slice *from = &encoder->slices[i];
        struct slice slice = {
            .picture = source,
            .reference = slice_is_p(from) ? reference : NULL,
            .width = encoder_width_mbs(encoder),
        };

        slice_emit(drv, encoder, coded, from, &slice, coding);
    }
}

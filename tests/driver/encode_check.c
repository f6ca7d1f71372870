/* SPDX-License-Identifier: MIT */
/* What can be encoded as asked. Real drivers are picky, each in its own way; this one in all. */
#include "encoder.h"

bool slice_is_p(const struct encode_slice *slice)
{
    return slice->param.slice_type % 5 == 0; /* table 7-6: 0 and 5 */
}

static bool slice_is_i(const struct encode_slice *slice)
{
    return slice->param.slice_type % 5 == 2;
}

const struct encode_slice *slice_first_p(const struct encoder *encoder)
{
    for (unsigned i = 0; i < encoder->slice_count; i++) {
        if (slice_is_p(&encoder->slices[i]))
            return &encoder->slices[i];
    }
    return NULL;
}

static VAStatus refuse(struct driver *drv, const char *why)
{
    return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER, "encode picture: %s", why);
}

static const char *sequence_fault(const struct encoder *encoder)
{
    const VAEncSequenceParameterBufferH264 *seq = &encoder->seq;

    if (!encoder->has_seq)
        return "no sequence parameters yet";
    if (!encoder_mbs(encoder) || seq->picture_width_in_mbs * 16u > ALIGN_UP(encoder->width, 16u) ||
        seq->picture_height_in_mbs * 16u > ALIGN_UP(encoder->height, 16u))
        return "the sequence is larger than the context, or empty";
    if (seq->seq_fields.bits.chroma_format_idc != 1 || !seq->seq_fields.bits.frame_mbs_only_flag ||
        seq->bit_depth_luma_minus8 || seq->bit_depth_chroma_minus8)
        return "only 4:2:0 frames of 8 bits are supported";
    if (seq->seq_fields.bits.seq_scaling_matrix_present_flag)
        return "no scaling matrix is supported";
    if (seq->seq_fields.bits.pic_order_cnt_type == 1 ||
        seq->seq_fields.bits.pic_order_cnt_type == 3)
        return "pic_order_cnt_type is neither 0 nor 2";
    /* Mesa 22.3 divides by it. */
    if (seq->intra_idr_period == 0)
        return "intra_idr_period is 0";
    return NULL;
}

static bool is_chroma_offset(int offset)
{
    return offset >= -12 && offset <= 12;
}

static const char *picture_fault(const struct encoder *encoder)
{
    const VAEncPictureParameterBufferH264 *pic = &encoder->pic;

    if (!encoder->has_pic)
        return "no picture parameters";
    if (pic->pic_fields.bits.entropy_coding_mode_flag)
        return "CABAC is not supported";
    if (pic->pic_fields.bits.weighted_pred_flag || pic->pic_fields.bits.weighted_bipred_idc)
        return "weighted prediction is not supported";
    if (pic->pic_fields.bits.pic_scaling_matrix_present_flag)
        return "no scaling matrix is supported";
    if (pic->pic_init_qp > 51)
        return "pic_init_qp is above 51";
    if (!is_chroma_offset(pic->chroma_qp_index_offset) ||
        !is_chroma_offset(pic->second_chroma_qp_index_offset))
        return "a chroma QP offset is not in -12..12";
    if (pic->pic_fields.bits.idr_pic_flag && !pic->pic_fields.bits.reference_pic_flag)
        return "an IDR picture that is no reference";
    return NULL;
}

static bool picture_is_valid(const VAPictureH264 *picture)
{
    return picture->picture_id != VA_INVALID_ID && !(picture->flags & VA_PICTURE_H264_INVALID);
}

static bool is_in_dpb(const struct encoder *encoder, VASurfaceID id)
{
    for (int i = 0; i < 16; i++) {
        const VAPictureH264 *picture = &encoder->pic.ReferenceFrames[i];

        if (picture_is_valid(picture) && picture->picture_id == id)
            return true;
    }
    return false;
}

static const char *reference_fault(const struct encoder *encoder, const struct encode_slice *slice)
{
    const VAPictureH264 *reference = &slice->param.RefPicList0[0];
    unsigned active_minus1 = slice->param.num_ref_idx_active_override_flag
                                 ? slice->param.num_ref_idx_l0_active_minus1
                                 : encoder->pic.num_ref_idx_l0_active_minus1;

    if (active_minus1 != 0)
        return "more than one active reference";
    if (!picture_is_valid(reference))
        return "a P slice without a reference";
    if (!is_in_dpb(encoder, reference->picture_id))
        return "the reference of a P slice is not in ReferenceFrames";
    if (reference->picture_id == encoder->pic.CurrPic.picture_id)
        return "the reference is the picture under way";
    if (reference->picture_id != slice_first_p(encoder)->param.RefPicList0[0].picture_id)
        return "slices of one picture with different references";
    if (slice->header == SLICE_NONE && reference->flags & VA_PICTURE_H264_LONG_TERM_REFERENCE)
        return "a long-term reference needs a packed slice header";
    return NULL;
}

static bool is_filter_offset(int div2)
{
    return div2 >= -6 && div2 <= 6;
}

static const char *slice_fault(const struct encoder *encoder, const struct encode_slice *slice)
{
    int qp = encoder->pic.pic_init_qp + slice->param.slice_qp_delta;

    if (!slice_is_p(slice) && !slice_is_i(slice))
        return "only I and P slices are supported";
    if (encoder->pic.pic_fields.bits.idr_pic_flag && !slice_is_i(slice))
        return "a P slice in an IDR picture";
    if (qp < 0 || qp > 51)
        return "the slice's QP is not in 0..51";
    if (slice->param.disable_deblocking_filter_idc > 2 ||
        !is_filter_offset(slice->param.slice_alpha_c0_offset_div2) ||
        !is_filter_offset(slice->param.slice_beta_offset_div2))
        return "deblocking parameters out of range";
    return slice_is_p(slice) ? reference_fault(encoder, slice) : NULL;
}

/* Slices follow on one another and fill the picture. */
static const char *coverage_fault(const struct encoder *encoder)
{
    uint32_t next = 0, all = encoder_mbs(encoder);

    for (unsigned i = 0; i < encoder->slice_count; i++) {
        const VAEncSliceParameterBufferH264 *slice = &encoder->slices[i].param;

        if (slice->macroblock_address != next || !slice->num_macroblocks ||
            slice->num_macroblocks > all - next)
            return "slices overlap, leave a gap, or reach beyond the picture";
        next += slice->num_macroblocks;
    }
    return next == all ? NULL : "the slices do not fill the picture";
}

/* Unused entries have to say so: i965 and iHD look at all of them. */
static VAStatus references_check(struct driver *drv, const struct encoder *encoder)
{
    for (int i = 0; i < 16; i++) {
        const VAPictureH264 *picture = &encoder->pic.ReferenceFrames[i];

        if (picture_is_valid(picture) && !surface_of(drv, picture->picture_id))
            return refuse(drv,
                          "ReferenceFrames has an entry that is neither a surface nor "
                          "marked invalid");
    }
    return VA_STATUS_SUCCESS;
}

VAStatus encode_check(struct driver *drv, const struct encoder *encoder)
{
    const char *fault = sequence_fault(encoder);

    if (!fault)
        fault = picture_fault(encoder);
    if (!fault && encoder->slice_header != SLICE_NONE)
        fault = "a packed slice header without a slice";
    for (unsigned i = 0; i < encoder->slice_count && !fault; i++)
        fault = slice_fault(encoder, &encoder->slices[i]);
    if (!fault)
        fault = coverage_fault(encoder);
    if (fault)
        return refuse(drv, fault);
    return references_check(drv, encoder);
}

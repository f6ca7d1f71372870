/* SPDX-License-Identifier: MIT */
/* Parameter sets and slice headers, for applications that leave them to the driver. */
#include "encoder.h"

#define REF_IDC_IDR      3u
#define REF_IDC          2u
#define MAX_FRAME_NUM(s) (1u << ((s)->seq_fields.bits.log2_max_frame_num_minus4 + 4))

static const struct {
    VAProfile profile;
    uint8_t profile_idc, constraints;
} profiles[] = {
    {VAProfileH264ConstrainedBaseline, 66, 0xc0},
    {VAProfileH264Main, 77, 0x40},
    {VAProfileH264High, 100, 0},
};

static void profile_write(struct bit_writer *writer, const struct encoder *encoder)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (profiles[i].profile != encoder->config.profile)
            continue;
        bits_put(writer, profiles[i].profile_idc, 8);
        bits_put(writer, profiles[i].constraints, 8);
    }
}

/* Annex E, as far as the sequence parameters can say it. */
static void vui_write(struct bit_writer *writer, const VAEncSequenceParameterBufferH264 *seq)
{
    bits_put(writer, seq->vui_fields.bits.aspect_ratio_info_present_flag, 1);
    if (seq->vui_fields.bits.aspect_ratio_info_present_flag) {
        bits_put(writer, seq->aspect_ratio_idc, 8);
        if (seq->aspect_ratio_idc == 255) { /* Extended_SAR */
            bits_put(writer, seq->sar_width, 16);
            bits_put(writer, seq->sar_height, 16);
        }
    }
    bits_put(writer, 0, 3); /* overscan, video signal type, chroma location */
    bits_put(writer, seq->vui_fields.bits.timing_info_present_flag, 1);
    if (seq->vui_fields.bits.timing_info_present_flag) {
        bits_put(writer, seq->num_units_in_tick, 32);
        bits_put(writer, seq->time_scale, 32);
        bits_put(writer, seq->vui_fields.bits.fixed_frame_rate_flag, 1);
    }
    bits_put(writer, 0, 3); /* NAL HRD, VCL HRD, pic_struct */
    bits_put(writer, 1, 1); /* bitstream_restriction_flag: nothing is ever reordered */
    bits_put(writer, 1, 1);
    bits_put_ue(writer, 0);
    bits_put_ue(writer, 0);
    bits_put_ue(writer, 15);
    bits_put_ue(writer, 15);
    bits_put_ue(writer, 0);
    bits_put_ue(writer, seq->max_num_ref_frames);
}

/* `extra_width` macroblocks are claimed on top, for the switch `wrong-size`; `is_uncropped` for
 * `no-cropping`. */
void headers_write_sps(struct bit_writer *writer, const struct encoder *encoder,
                       uint32_t extra_width, bool is_uncropped)
{
    const VAEncSequenceParameterBufferH264 *seq = &encoder->seq;
    bool is_cropped = seq->frame_cropping_flag && !is_uncropped;

    bits_put(writer, REF_IDC_IDR << 5 | NAL_SPS, 8);
    profile_write(writer, encoder);
    bits_put(writer, seq->level_idc, 8);
    bits_put_ue(writer, seq->seq_parameter_set_id);
    if (encoder->config.profile == VAProfileH264High) {
        bits_put_ue(writer, 1); /* 4:2:0 */
        bits_put_ue(writer, 0);
        bits_put_ue(writer, 0);
        bits_put(writer, 0, 2);
    }
    bits_put_ue(writer, seq->seq_fields.bits.log2_max_frame_num_minus4);
    bits_put_ue(writer, seq->seq_fields.bits.pic_order_cnt_type);
    if (seq->seq_fields.bits.pic_order_cnt_type == 0)
        bits_put_ue(writer, seq->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4);
    bits_put_ue(writer, seq->max_num_ref_frames);
    bits_put(writer, 0, 1);
    bits_put_ue(writer, seq->picture_width_in_mbs - 1 + extra_width);
    bits_put_ue(writer, seq->picture_height_in_mbs - 1u);
    bits_put(writer, 1, 1); /* frame_mbs_only_flag */
    bits_put(writer, seq->seq_fields.bits.direct_8x8_inference_flag, 1);
    bits_put(writer, is_cropped, 1);
    if (is_cropped) {
        bits_put_ue(writer, seq->frame_crop_left_offset);
        bits_put_ue(writer, seq->frame_crop_right_offset);
        bits_put_ue(writer, seq->frame_crop_top_offset);
        bits_put_ue(writer, seq->frame_crop_bottom_offset);
    }
    bits_put(writer, seq->vui_parameters_present_flag, 1);
    if (seq->vui_parameters_present_flag)
        vui_write(writer, seq);
    bits_put_trailing(writer);
}

void headers_write_pps(struct bit_writer *writer, const struct encoder *encoder)
{
    const VAEncPictureParameterBufferH264 *pic = &encoder->pic;

    bits_put(writer, REF_IDC_IDR << 5 | NAL_PPS, 8);
    bits_put_ue(writer, pic->pic_parameter_set_id);
    bits_put_ue(writer, pic->seq_parameter_set_id);
    bits_put(writer, 0, 1); /* CAVLC */
    bits_put(writer, pic->pic_fields.bits.pic_order_present_flag, 1);
    bits_put_ue(writer, 0); /* one slice group */
    bits_put_ue(writer, pic->num_ref_idx_l0_active_minus1);
    bits_put_ue(writer, 0);
    bits_put(writer, 0, 1 + 2); /* no weighted prediction */
    bits_put_se(writer, pic->pic_init_qp - 26);
    bits_put_se(writer, 0);
    bits_put_se(writer, pic->chroma_qp_index_offset);
    bits_put(writer, pic->pic_fields.bits.deblocking_filter_control_present_flag, 1);
    bits_put(writer, pic->pic_fields.bits.constrained_intra_pred_flag, 1);
    bits_put(writer, pic->pic_fields.bits.redundant_pic_cnt_present_flag, 1);
    if (encoder->config.profile == VAProfileH264High) {
        bits_put(writer, pic->pic_fields.bits.transform_8x8_mode_flag, 1);
        bits_put(writer, 0, 1);
        bits_put_se(writer, pic->second_chroma_qp_index_offset);
    }
    bits_put_trailing(writer);
}

/*
 * The list's first entry is the short-term picture of the highest number (clause 8.2.4.2.1), as a
 * rule the one before; any other is named.
 */
static void reference_write(struct bit_writer *writer, const struct encoder *encoder,
                            const VAEncSliceParameterBufferH264 *slice)
{
    uint32_t max_frame_num = MAX_FRAME_NUM(&encoder->seq);
    uint32_t distance =
        (max_frame_num + encoder->pic.frame_num - slice->RefPicList0[0].frame_idx % max_frame_num) %
        max_frame_num;

    bits_put(writer, slice->num_ref_idx_active_override_flag, 1);
    if (slice->num_ref_idx_active_override_flag)
        bits_put_ue(writer, slice->num_ref_idx_l0_active_minus1);
    bits_put(writer, distance != 1, 1);
    if (distance == 1)
        return;
    bits_put_ue(writer, 0); /* modification_of_pic_nums_idc: subtract */
    bits_put_ue(writer, (distance ? distance : max_frame_num) - 1);
    bits_put_ue(writer, 3);
}

static void order_write(struct bit_writer *writer, const struct encoder *encoder,
                        const VAEncSliceParameterBufferH264 *slice)
{
    if (encoder->seq.seq_fields.bits.pic_order_cnt_type != 0)
        return;
    bits_put(writer, slice->pic_order_cnt_lsb,
             encoder->seq.seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4);
    if (encoder->pic.pic_fields.bits.pic_order_present_flag)
        bits_put_se(writer, slice->delta_pic_order_cnt_bottom);
}

static void deblocking_write(struct bit_writer *writer, const struct encoder *encoder,
                             const VAEncSliceParameterBufferH264 *slice)
{
    if (!encoder->pic.pic_fields.bits.deblocking_filter_control_present_flag)
        return;
    bits_put_ue(writer, slice->disable_deblocking_filter_idc);
    if (slice->disable_deblocking_filter_idc == 1)
        return;
    bits_put_se(writer, slice->slice_alpha_c0_offset_div2);
    bits_put_se(writer, slice->slice_beta_offset_div2);
}

void headers_write_slice(struct bit_writer *writer, const struct encoder *encoder,
                         const VAEncSliceParameterBufferH264 *slice)
{
    bool is_idr = encoder->pic.pic_fields.bits.idr_pic_flag;
    bool is_reference = encoder->pic.pic_fields.bits.reference_pic_flag;
    bool is_p = slice->slice_type % 5 == 0;
    uint32_t ref_idc = is_idr ? REF_IDC_IDR : is_reference ? REF_IDC : 0;

    bits_put(writer, ref_idc << 5 | (is_idr ? NAL_IDR : NAL_SLICE), 8);
    bits_put_ue(writer, slice->macroblock_address);
    bits_put_ue(writer, slice->slice_type);
    bits_put_ue(writer, encoder->pic.pic_parameter_set_id);
    bits_put(writer, encoder->pic.frame_num,
             encoder->seq.seq_fields.bits.log2_max_frame_num_minus4 + 4);
    if (is_idr)
        bits_put_ue(writer, slice->idr_pic_id);
    order_write(writer, encoder, slice);
    if (encoder->pic.pic_fields.bits.redundant_pic_cnt_present_flag)
        bits_put_ue(writer, 0);
    if (is_p)
        reference_write(writer, encoder, slice);
    if (is_idr)
        bits_put(writer, 0, 2); /* no_output_of_prior_pics_flag, long_term_reference_flag */
    else if (is_reference)
        bits_put(writer, 0, 1); /* sliding window */
    bits_put_se(writer, slice->slice_qp_delta);
    deblocking_write(writer, encoder, slice);
}

/* SPDX-License-Identifier: MIT */
#include "va/encode_plan.h"

#include "facts/rate_control.h"

#include <string.h>

/*
 * Table A-1: the lowest level that holds the picture size and rate, and the bit rate where there is
 * one. The lower ones are left out, for a level is only an upper bound and these also allow the bit
 * rate that a constant quantiser takes.
 */
static uint8_t choose_level(uint32_t macroblocks, uint32_t bits_per_second)
{
    static const struct {
        uint8_t level_idc;
        uint32_t frame, second; /* macroblocks */
        uint32_t kilobits;      /* a second: MaxBR for the baseline and main profiles */
    } levels[] = {
        {41, 8192, 245760, 50000},   {42, 8704, 522240, 50000},    {50, 22080, 589824, 135000},
        {51, 36864, 983040, 240000}, {52, 36864, 2073600, 240000}, {60, 139264, 4177920, 240000},
    };

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (macroblocks <= levels[i].frame && macroblocks * FRAME_RATE <= levels[i].second &&
            bits_per_second / 1000 <= levels[i].kilobits)
            return levels[i].level_idc;
    }
    return 62;
}

static void set_profile(struct h264_sps *sps, int32_t profile)
{
    /* A.2: constraint_set1 on baseline says constrained baseline; 0 and 1 say which other
     * profiles' decoders can read the stream. */
    sps->profile_idc = H264_HIGH;
    sps->constraint_flags = 0;
    if (profile == VAProfileH264Main) {
        sps->profile_idc = H264_MAIN;
        sps->constraint_flags = 0x40;
    } else if (profile == VAProfileH264ConstrainedBaseline) {
        sps->profile_idc = H264_BASELINE;
        sps->constraint_flags = 0xc0;
    }
}

void plan_make(struct encode_plan *plan, const struct va_request *request, const struct va_row *row)
{
    struct h264_sps *sps = &plan->sps;

    *plan = (struct encode_plan){
        .coded_width = (request->width + 15) & ~15U,
        .coded_height = (request->height + 15) & ~15U,
    };
    set_profile(sps, row->profile);
    sps->present = true;
    sps->width_mbs = plan->coded_width / 16;
    sps->height_mbs = plan->coded_height / 16;
    if (rate_mode(request->rate)->has_bit_rate)
        plan->bits_per_second = rate_bits_per_second(request->width, request->height);
    sps->level_idc = choose_level(sps->width_mbs * sps->height_mbs, plan->bits_per_second);
    sps->log2_max_frame_num = 8;
    sps->log2_max_pic_order_cnt_lsb = 8;
    sps->max_num_ref_frames = 1;
    sps->frame_mbs_only = true;
    sps->direct_8x8_inference = true;
    sps->crop_right = plan->coded_width - request->width;
    sps->crop_bottom = plan->coded_height - request->height;
    sps->has_vui = sps->has_timing = sps->has_restriction = true;
    sps->num_units_in_tick = 1;
    sps->time_scale = 2 * FRAME_RATE; /* E.2.1: counts fields */
    sps->max_dec_frame_buffering = 1;
    plan->pps = (struct h264_pps){
        .present = true,
        .num_ref_idx_l0_default = 1,
        .num_ref_idx_l1_default = 1,
        .pic_init_qp = (int8_t)request->qp,
        .pic_init_qs = 26,
        .deblocking_filter_control_present = true,
    };
}

bool plan_is_idr(uint32_t frame)
{
    return frame % IDR_PERIOD == 0;
}

struct h264_slice plan_slice(const struct encode_plan *plan, uint32_t frame)
{
    bool is_idr = plan_is_idr(frame);
    uint32_t since_idr = frame % IDR_PERIOD;

    return (struct h264_slice){
        .nal_unit_type = is_idr ? H264_NAL_IDR : H264_NAL_SLICE,
        .nal_ref_idc = is_idr ? 3 : 2,
        .type = is_idr ? H264_I : H264_P,
        .pps_id = plan->pps.id,
        .frame_num = (uint16_t)since_idr,
        .idr_pic_id = is_idr ? (uint16_t)(frame / IDR_PERIOD % 2) : 0,
        .pic_order_cnt_lsb = 2 * since_idr,
        .num_ref_idx_l0 = is_idr ? 0 : 1,
    };
}

void plan_fill_sequence(const struct encode_plan *plan, VAEncSequenceParameterBufferH264 *ret)
{
    const struct h264_sps *sps = &plan->sps;

    memset(ret, 0, sizeof(*ret));
    ret->seq_parameter_set_id = sps->id;
    ret->level_idc = sps->level_idc;
    ret->intra_period = IDR_PERIOD;
    ret->intra_idr_period = IDR_PERIOD;
    ret->ip_period = 1;
    ret->bits_per_second = plan->bits_per_second;
    ret->max_num_ref_frames = sps->max_num_ref_frames;
    ret->picture_width_in_mbs = (uint16_t)sps->width_mbs;
    ret->picture_height_in_mbs = (uint16_t)sps->height_mbs;
    ret->seq_fields.bits.chroma_format_idc = 1;
    ret->seq_fields.bits.frame_mbs_only_flag = sps->frame_mbs_only;
    ret->seq_fields.bits.direct_8x8_inference_flag = sps->direct_8x8_inference;
    ret->seq_fields.bits.log2_max_frame_num_minus4 = (sps->log2_max_frame_num - 4U) & 15;
    ret->seq_fields.bits.pic_order_cnt_type = sps->pic_order_cnt_type & 3U;
    ret->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 =
        (sps->log2_max_pic_order_cnt_lsb - 4U) & 15;
    ret->frame_cropping_flag = sps->crop_right || sps->crop_bottom;
    ret->frame_crop_right_offset = sps->crop_right / 2;
    ret->frame_crop_bottom_offset = sps->crop_bottom / 2;
    ret->vui_parameters_present_flag = sps->has_vui;
    ret->vui_fields.bits.timing_info_present_flag = sps->has_timing;
    ret->vui_fields.bits.bitstream_restriction_flag = sps->has_restriction;
    ret->vui_fields.bits.log2_max_mv_length_horizontal = 15;
    ret->vui_fields.bits.log2_max_mv_length_vertical = 15;
    ret->vui_fields.bits.fixed_frame_rate_flag = 1;
    ret->vui_fields.bits.motion_vectors_over_pic_boundaries_flag = 1;
    ret->num_units_in_tick = sps->num_units_in_tick;
    ret->time_scale = sps->time_scale;
}

static void invalidate(VAPictureH264 *pictures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pictures[i] =
            (VAPictureH264){.picture_id = VA_INVALID_SURFACE, .flags = VA_PICTURE_H264_INVALID};
}

static VAPictureH264 reference_of(uint32_t frame, VASurfaceID surface)
{
    uint32_t since_idr = (frame - 1) % IDR_PERIOD;

    return (VAPictureH264){
        .picture_id = surface,
        .frame_idx = since_idr,
        .flags = VA_PICTURE_H264_SHORT_TERM_REFERENCE,
        .TopFieldOrderCnt = (int32_t)(2 * since_idr),
        .BottomFieldOrderCnt = (int32_t)(2 * since_idr),
    };
}

void plan_fill_picture(const struct encode_plan *plan, uint32_t frame,
                       const struct encode_targets *targets, VAEncPictureParameterBufferH264 *ret)
{
    struct h264_slice slice = plan_slice(plan, frame);

    memset(ret, 0, sizeof(*ret));
    ret->CurrPic = (VAPictureH264){
        .picture_id = targets->reconstructed,
        .frame_idx = slice.frame_num,
        .flags = VA_PICTURE_H264_SHORT_TERM_REFERENCE,
        .TopFieldOrderCnt = (int32_t)slice.pic_order_cnt_lsb,
        .BottomFieldOrderCnt = (int32_t)slice.pic_order_cnt_lsb,
    };
    invalidate(ret->ReferenceFrames, 16);
    if (!plan_is_idr(frame))
        ret->ReferenceFrames[0] = reference_of(frame, targets->reference);
    ret->coded_buf = targets->coded;
    ret->pic_parameter_set_id = plan->pps.id;
    ret->seq_parameter_set_id = plan->sps.id;
    ret->frame_num = slice.frame_num;
    ret->pic_init_qp = (uint8_t)plan->pps.pic_init_qp;
    ret->pic_fields.bits.idr_pic_flag = plan_is_idr(frame);
    ret->pic_fields.bits.reference_pic_flag = 1;
    ret->pic_fields.bits.deblocking_filter_control_present_flag =
        plan->pps.deblocking_filter_control_present;
}

void plan_fill_slice(const struct encode_plan *plan, uint32_t frame,
                     const struct encode_targets *targets, VAEncSliceParameterBufferH264 *ret)
{
    struct h264_slice slice = plan_slice(plan, frame);

    memset(ret, 0, sizeof(*ret));
    ret->num_macroblocks = plan->sps.width_mbs * plan->sps.height_mbs;
    ret->macroblock_info = VA_INVALID_ID;
    ret->slice_type = slice.type;
    ret->pic_parameter_set_id = slice.pps_id;
    ret->idr_pic_id = slice.idr_pic_id;
    ret->pic_order_cnt_lsb = (uint16_t)slice.pic_order_cnt_lsb;
    invalidate(ret->RefPicList0, 32);
    invalidate(ret->RefPicList1, 32);
    if (!plan_is_idr(frame))
        ret->RefPicList0[0] = reference_of(frame, targets->reference);
}

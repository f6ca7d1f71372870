/* SPDX-License-Identifier: MIT */
#include "va/decode_params.h"

#include <string.h>

void references_begin(struct references *references, const struct h264_picture *picture)
{
    if (picture->is_idr)
        references->count = 0;
}

void references_end(struct references *references, const struct h264_picture *picture,
                    VASurfaceID surface)
{
    uint32_t max = picture->sps->max_num_ref_frames ? picture->sps->max_num_ref_frames : 1;
    uint32_t keep = references->count < max ? references->count : max - 1;

    if (!picture->slices[0].nal_ref_idc)
        return;
    memmove(&references->list[1], &references->list[0], keep * sizeof(references->list[0]));
    references->list[0] = (struct reference){
        .surface = surface,
        .frame_num = picture->slices[0].frame_num,
        .poc = picture->poc,
    };
    references->count = keep + 1;
}

bool references_holds(const struct references *references, VASurfaceID surface)
{
    for (uint32_t i = 0; i < references->count; i++) {
        if (references->list[i].surface == surface)
            return true;
    }
    return false;
}

/* The first `count` entries are the references, the rest of `room` is INVALID. */
static void fill_list(VAPictureH264 *list, uint32_t room, const struct references *references,
                      uint32_t count)
{
    for (uint32_t i = 0; i < room; i++) {
        const struct reference *reference = &references->list[i % H264_REFERENCES_MAX];
        if (i >= count || i >= references->count) {
            list[i] =
                (VAPictureH264){.picture_id = VA_INVALID_SURFACE, .flags = VA_PICTURE_H264_INVALID};
            continue;
        }
        list[i] = (VAPictureH264){
            .picture_id = reference->surface,
            .frame_idx = reference->frame_num,
            .flags = VA_PICTURE_H264_SHORT_TERM_REFERENCE,
            .TopFieldOrderCnt = reference->poc,
            .BottomFieldOrderCnt = reference->poc,
        };
    }
}

static void fill_sps(const struct h264_sps *sps, VAPictureParameterBufferH264 *ret)
{
    ret->picture_width_in_mbs_minus1 = (uint16_t)(sps->width_mbs - 1);
    ret->picture_height_in_mbs_minus1 = (uint16_t)(sps->height_mbs - 1);
    ret->num_ref_frames = sps->max_num_ref_frames;
    ret->seq_fields.bits.chroma_format_idc = 1;
    ret->seq_fields.bits.gaps_in_frame_num_value_allowed_flag = sps->gaps_in_frame_num_allowed;
    ret->seq_fields.bits.frame_mbs_only_flag = 1;
    ret->seq_fields.bits.direct_8x8_inference_flag = sps->direct_8x8_inference;
    ret->seq_fields.bits.MinLumaBiPredSize8x8 = sps->level_idc >= 31; /* A.3.3.2 */
    ret->seq_fields.bits.log2_max_frame_num_minus4 = (sps->log2_max_frame_num - 4U) & 15;
    ret->seq_fields.bits.pic_order_cnt_type = sps->pic_order_cnt_type & 3U;
    if (sps->pic_order_cnt_type == 0)
        ret->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 =
            (sps->log2_max_pic_order_cnt_lsb - 4U) & 15;
    ret->seq_fields.bits.delta_pic_order_always_zero_flag = sps->delta_pic_order_always_zero;
}

static void fill_pps(const struct h264_pps *pps, VAPictureParameterBufferH264 *ret)
{
    ret->pic_init_qp_minus26 = (int8_t)(pps->pic_init_qp - 26);
    ret->pic_init_qs_minus26 = (int8_t)(pps->pic_init_qs - 26);
    ret->chroma_qp_index_offset = pps->chroma_qp_index_offset;
    ret->second_chroma_qp_index_offset = pps->second_chroma_qp_index_offset;
    ret->pic_fields.bits.entropy_coding_mode_flag = pps->cabac;
    ret->pic_fields.bits.weighted_pred_flag = pps->weighted_pred;
    ret->pic_fields.bits.weighted_bipred_idc = pps->weighted_bipred_idc & 3U;
    ret->pic_fields.bits.transform_8x8_mode_flag = pps->transform_8x8_mode;
    ret->pic_fields.bits.constrained_intra_pred_flag = pps->constrained_intra_pred;
    ret->pic_fields.bits.pic_order_present_flag = pps->bottom_field_pic_order_present;
    ret->pic_fields.bits.deblocking_filter_control_present_flag =
        pps->deblocking_filter_control_present;
    ret->pic_fields.bits.redundant_pic_cnt_present_flag = pps->redundant_pic_cnt_present;
}

void decode_fill_picture(const struct h264_picture *picture, const struct references *references,
                         VASurfaceID surface, VAPictureParameterBufferH264 *ret)
{
    const struct h264_slice *slice = &picture->slices[0];

    memset(ret, 0, sizeof(*ret));
    ret->CurrPic = (VAPictureH264){
        .picture_id = surface,
        .frame_idx = slice->frame_num,
        .flags = slice->nal_ref_idc ? VA_PICTURE_H264_SHORT_TERM_REFERENCE : 0,
        .TopFieldOrderCnt = picture->poc,
        .BottomFieldOrderCnt = picture->poc,
    };
    fill_list(ret->ReferenceFrames, 16, references, references->count);
    fill_sps(picture->sps, ret);
    fill_pps(picture->pps, ret);
    ret->pic_fields.bits.reference_pic_flag = slice->nal_ref_idc != 0;
    ret->frame_num = slice->frame_num;
}

/* Flat_4x4_16 and Flat_8x8_16 (7.4.2.1.1): no scaling. */
void decode_fill_matrix(VAIQMatrixBufferH264 *ret)
{
    memset(ret, 0, sizeof(*ret));
    memset(ret->ScalingList4x4, 16, sizeof(ret->ScalingList4x4));
    memset(ret->ScalingList8x8, 16, sizeof(ret->ScalingList8x8));
}

void decode_fill_slice(const struct h264_slice *slice, const struct references *references,
                       VASliceParameterBufferH264 *ret)
{
    uint32_t count = slice->type == H264_P ? slice->num_ref_idx_l0 : 0;

    memset(ret, 0, sizeof(*ret));
    ret->slice_data_size = slice->size;
    ret->slice_data_flag = VA_SLICE_DATA_FLAG_ALL;
    ret->slice_data_bit_offset = (uint16_t)slice->header_bits;
    ret->first_mb_in_slice = (uint16_t)slice->first_mb;
    ret->slice_type = slice->type;
    ret->num_ref_idx_l0_active_minus1 = (uint8_t)(count ? count - 1 : 0);
    ret->cabac_init_idc = slice->cabac_init_idc;
    ret->slice_qp_delta = slice->qp_delta;
    ret->disable_deblocking_filter_idc = slice->disable_deblocking_filter_idc;
    ret->slice_alpha_c0_offset_div2 = slice->alpha_c0_offset_div2;
    ret->slice_beta_offset_div2 = slice->beta_offset_div2;
    fill_list(ret->RefPicList0, 32, references, count);
    fill_list(ret->RefPicList1, 32, references, 0);
}

const char *decode_unknown_tool(const struct h264_picture *picture)
{
    if (picture->sps->has_scaling_matrix || picture->pps->has_scaling_matrix)
        return "scaling matrices";
    for (uint32_t i = 0; i < picture->slice_count; i++) {
        const struct h264_slice *slice = &picture->slices[i];
        if (slice->has_list_modification)
            return "reordered reference lists";
        if (slice->has_weight_table)
            return "weighted prediction";
        if (slice->has_adaptive_marking)
            return "adaptive reference marking";
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "h264/write.h"

#include <string.h>

struct bits {
    uint8_t data[H264_HEADER_MAX];
    size_t used; /* bits */
    bool cut;
};

static void put(struct bits *bits, unsigned count, uint32_t value)
{
    while (count--) {
        if (bits->used >= sizeof(bits->data) * 8) {
            bits->cut = true;
            return;
        }
        if (value >> count & 1)
            bits->data[bits->used / 8] |= (uint8_t)(0x80U >> bits->used % 8);
        bits->used++;
    }
}

static void put_flag(struct bits *bits, bool flag)
{
    put(bits, 1, flag);
}

/* ue(v), 9.1 */
static void put_ue(struct bits *bits, uint32_t value)
{
    uint64_t code = value + 1ULL;
    unsigned length = 0;

    while (code >> (length + 1))
        length++;
    put(bits, length, 0);
    put(bits, 1, 1);
    put(bits, length, (uint32_t)(code - (1ULL << length)));
}

/* se(v), 9.1.1 */
static void put_se(struct bits *bits, int32_t value)
{
    put_ue(bits, value > 0 ? (uint32_t)value * 2 - 1 : (uint32_t)(-(int64_t)value) * 2);
}

static void put_trailing(struct bits *bits)
{
    put(bits, 1, 1);
    while (bits->used % 8)
        put(bits, 1, 0);
}

bool h264_write_nal(uint8_t *to, size_t room, size_t *used, uint8_t header, const uint8_t *payload,
                    size_t size)
{
    static const uint8_t start[] = {0, 0, 0, 1};
    size_t at = *used;
    unsigned zeros = 0;

    if (room < at || room - at < sizeof(start) + 1)
        return false;
    memcpy(to + at, start, sizeof(start));
    at += sizeof(start);
    to[at++] = header;
    for (size_t i = 0; i < size; i++) {
        bool escape = zeros >= 2 && payload[i] <= 3;
        if (room - at < 1U + escape)
            return false;
        if (escape) {
            to[at++] = 3;
            zeros = 0;
        }
        to[at++] = payload[i];
        zeros = payload[i] ? 0 : zeros + 1;
    }
    *used = at;
    return true;
}

/* A NAL unit always begins on a whole byte: only the last one in a header may end elsewhere. */
static void add_nal(struct h264_header *header, uint8_t nal_header, const struct bits *bits)
{
    size_t used = (header->bits + 7) / 8;
    size_t bytes = (bits->used + 7) / 8;
    size_t spare = bytes * 8 - bits->used;

    if (bits->cut ||
        !h264_write_nal(header->data, sizeof(header->data), &used, nal_header, bits->data, bytes)) {
        header->cut = true;
        return;
    }
    header->bits = used * 8 - spare;
}

/* E.1.1. What an encoder of I and P frames can promise lets a decoder show each picture at once. */
static void put_vui(struct bits *bits, const struct h264_sps *sps)
{
    put_flag(bits, false); /* aspect_ratio_info_present_flag */
    put_flag(bits, false); /* overscan_info_present_flag */
    put_flag(bits, false); /* video_signal_type_present_flag */
    put_flag(bits, false); /* chroma_loc_info_present_flag */
    put_flag(bits, sps->has_timing);
    if (sps->has_timing) {
        put(bits, 32, sps->num_units_in_tick);
        put(bits, 32, sps->time_scale);
        put_flag(bits, true); /* fixed_frame_rate_flag */
    }
    put_flag(bits, false); /* nal_hrd_parameters_present_flag */
    put_flag(bits, false); /* vcl_hrd_parameters_present_flag */
    put_flag(bits, false); /* pic_struct_present_flag */
    put_flag(bits, sps->has_restriction);
    if (sps->has_restriction) {
        put_flag(bits, true); /* motion_vectors_over_pic_boundaries_flag */
        put_ue(bits, 0);      /* max_bytes_per_pic_denom: no limit */
        put_ue(bits, 0);      /* max_bits_per_mb_denom: no limit */
        put_ue(bits, 15);     /* log2_max_mv_length_horizontal */
        put_ue(bits, 15);     /* log2_max_mv_length_vertical */
        put_ue(bits, sps->max_num_reorder_frames);
        put_ue(bits, sps->max_dec_frame_buffering);
    }
}

/* 7.3.2.1.1; crop units of 4:2:0 frames are 2 x 2 pixels */
void h264_write_sps(struct h264_header *header, const struct h264_sps *sps)
{
    struct bits bits = {0};
    bool cropped = sps->crop_left || sps->crop_right || sps->crop_top || sps->crop_bottom;

    put(&bits, 8, sps->profile_idc);
    put(&bits, 8, sps->constraint_flags);
    put(&bits, 8, sps->level_idc);
    put_ue(&bits, sps->id);
    if (sps->profile_idc == H264_HIGH) {
        put_ue(&bits, 1);       /* chroma_format_idc 4:2:0 */
        put_ue(&bits, 0);       /* bit_depth_luma_minus8 */
        put_ue(&bits, 0);       /* bit_depth_chroma_minus8 */
        put_flag(&bits, false); /* qpprime_y_zero_transform_bypass_flag */
        put_flag(&bits, false); /* seq_scaling_matrix_present_flag */
    }
    put_ue(&bits, sps->log2_max_frame_num - 4U);
    put_ue(&bits, sps->pic_order_cnt_type);
    if (sps->pic_order_cnt_type == 0)
        put_ue(&bits, sps->log2_max_pic_order_cnt_lsb - 4U);
    put_ue(&bits, sps->max_num_ref_frames);
    put_flag(&bits, sps->gaps_in_frame_num_allowed);
    put_ue(&bits, sps->width_mbs - 1);
    put_ue(&bits, sps->height_mbs - 1);
    put_flag(&bits, true); /* frame_mbs_only_flag */
    put_flag(&bits, sps->direct_8x8_inference);
    put_flag(&bits, cropped);
    if (cropped) {
        put_ue(&bits, sps->crop_left / 2);
        put_ue(&bits, sps->crop_right / 2);
        put_ue(&bits, sps->crop_top / 2);
        put_ue(&bits, sps->crop_bottom / 2);
    }
    put_flag(&bits, sps->has_vui);
    if (sps->has_vui)
        put_vui(&bits, sps);
    put_trailing(&bits);
    add_nal(header, 3 << 5 | H264_NAL_SPS, &bits);
}

/* 7.3.2.2 */
void h264_write_pps(struct h264_header *header, const struct h264_pps *pps)
{
    struct bits bits = {0};

    put_ue(&bits, pps->id);
    put_ue(&bits, pps->sps_id);
    put_flag(&bits, pps->cabac);
    put_flag(&bits, pps->bottom_field_pic_order_present);
    put_ue(&bits, 0); /* num_slice_groups_minus1 */
    put_ue(&bits, pps->num_ref_idx_l0_default - 1U);
    put_ue(&bits, pps->num_ref_idx_l1_default - 1U);
    put_flag(&bits, pps->weighted_pred);
    put(&bits, 2, pps->weighted_bipred_idc);
    put_se(&bits, pps->pic_init_qp - 26);
    put_se(&bits, pps->pic_init_qs - 26);
    put_se(&bits, pps->chroma_qp_index_offset);
    put_flag(&bits, pps->deblocking_filter_control_present);
    put_flag(&bits, pps->constrained_intra_pred);
    put_flag(&bits, pps->redundant_pic_cnt_present);
    if (pps->transform_8x8_mode) {
        put_flag(&bits, true);
        put_flag(&bits, false); /* pic_scaling_matrix_present_flag */
        put_se(&bits, pps->second_chroma_qp_index_offset);
    }
    put_trailing(&bits);
    add_nal(header, 3 << 5 | H264_NAL_PPS, &bits);
}

/* 7.3.3, for one slice type a picture and the newest frame as the only reference */
void h264_write_slice_header(struct h264_header *header, const struct h264_slice *slice,
                             const struct h264_sps *sps, const struct h264_pps *pps)
{
    struct bits bits = {0};
    bool is_idr = slice->nal_unit_type == H264_NAL_IDR;

    put_ue(&bits, slice->first_mb);
    put_ue(&bits, slice->type + 5U); /* all slices of the picture are of this type */
    put_ue(&bits, slice->pps_id);
    put(&bits, sps->log2_max_frame_num, slice->frame_num);
    if (is_idr)
        put_ue(&bits, slice->idr_pic_id);
    if (sps->pic_order_cnt_type == 0)
        put(&bits, sps->log2_max_pic_order_cnt_lsb, slice->pic_order_cnt_lsb);
    if (slice->type == H264_P) {
        bool is_override = slice->num_ref_idx_l0 != pps->num_ref_idx_l0_default;
        put_flag(&bits, is_override);
        if (is_override)
            put_ue(&bits, slice->num_ref_idx_l0 - 1U);
        put_flag(&bits, false); /* ref_pic_list_modification_flag_l0 */
    }
    if (is_idr) {
        put_flag(&bits, false); /* no_output_of_prior_pics_flag */
        put_flag(&bits, false); /* long_term_reference_flag */
    } else if (slice->nal_ref_idc) {
        put_flag(&bits, false); /* adaptive_ref_pic_marking_mode_flag */
    }
    if (pps->cabac && slice->type == H264_P)
        put_ue(&bits, slice->cabac_init_idc);
    put_se(&bits, slice->qp_delta);
    if (pps->deblocking_filter_control_present) {
        put_ue(&bits, slice->disable_deblocking_filter_idc);
        if (slice->disable_deblocking_filter_idc != 1) {
            put_se(&bits, slice->alpha_c0_offset_div2);
            put_se(&bits, slice->beta_offset_div2);
        }
    }
    add_nal(header, (uint8_t)(slice->nal_ref_idc << 5 | slice->nal_unit_type), &bits);
}

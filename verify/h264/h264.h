/* SPDX-License-Identifier: MIT */
/*
 * The part of H.264 (ITU-T H.264, clause numbers below are its) that a progressive 8-bit 4:2:0
 * stream of I and P slices needs: written by write.c, read by params.c and slice.c.
 * Names are those of the specification.
 */
#ifndef VERIFY_H264_H
#define VERIFY_H264_H

#include <stdbool.h>
#include <stdint.h>

#define H264_SPS_MAX        32  /* 7.4.2.1.1: seq_parameter_set_id 0..31 */
#define H264_PPS_MAX        256 /* 7.4.2.2: pic_parameter_set_id 0..255 */
#define H264_REFERENCES_MAX 16  /* A.3.1: MaxDpbFrames */
#define H264_LIST_MAX       32  /* 7.4.3: num_ref_idx_l0_active_minus1 0..31 */
#define H264_SIZE_MAX       16384

enum h264_nal_type {
    H264_NAL_SLICE = 1,
    H264_NAL_IDR = 5,
    H264_NAL_SEI = 6,
    H264_NAL_SPS = 7,
    H264_NAL_PPS = 8,
    H264_NAL_AUD = 9,
    H264_NAL_END_SEQUENCE = 10,
    H264_NAL_END_STREAM = 11,
    H264_NAL_FILLER = 12,
};

enum h264_profile { H264_BASELINE = 66, H264_MAIN = 77, H264_HIGH = 100 };
enum h264_slice_type { H264_P = 0, H264_B = 1, H264_I = 2 };

struct h264_sps {
    bool present;
    uint8_t profile_idc;
    uint8_t constraint_flags; /* constraint_set0_flag is the top bit */
    uint8_t level_idc;
    uint8_t id;
    bool has_scaling_matrix;
    uint8_t log2_max_frame_num;
    uint8_t pic_order_cnt_type;
    uint8_t log2_max_pic_order_cnt_lsb; /* type 0 */
    bool delta_pic_order_always_zero;   /* type 1 */
    uint8_t max_num_ref_frames;
    bool gaps_in_frame_num_allowed;
    uint32_t width_mbs, height_mbs;
    bool frame_mbs_only;
    bool direct_8x8_inference;
    uint32_t crop_left, crop_right, crop_top, crop_bottom; /* pixels */
    bool has_vui, has_timing, has_restriction;
    uint32_t num_units_in_tick, time_scale;
    uint32_t max_num_reorder_frames, max_dec_frame_buffering;
};

struct h264_pps {
    bool present;
    uint8_t id, sps_id;
    bool cabac;
    bool bottom_field_pic_order_present;
    uint8_t num_ref_idx_l0_default, num_ref_idx_l1_default; /* the count, not minus 1 */
    bool weighted_pred;
    uint8_t weighted_bipred_idc;
    int8_t pic_init_qp; /* 0..51 */
    int8_t pic_init_qs;
    int8_t chroma_qp_index_offset, second_chroma_qp_index_offset;
    bool deblocking_filter_control_present;
    bool constrained_intra_pred;
    bool redundant_pic_cnt_present;
    bool transform_8x8_mode;
    bool has_scaling_matrix;
};

struct h264_slice {
    uint8_t nal_unit_type, nal_ref_idc;
    uint32_t first_mb;
    uint8_t type; /* enum h264_slice_type */
    uint8_t pps_id;
    uint16_t frame_num;
    uint16_t idr_pic_id;
    uint32_t pic_order_cnt_lsb;
    uint8_t num_ref_idx_l0;     /* active references of a P slice */
    bool has_list_modification; /* 7.3.3.1 with at least one command */
    bool has_weight_table;
    bool has_adaptive_marking; /* memory_management_control_operation commands, or long term */
    uint8_t cabac_init_idc;
    int8_t qp_delta;
    uint8_t disable_deblocking_filter_idc;
    int8_t alpha_c0_offset_div2, beta_offset_div2;

    /* Filled by the reader: where it lies in the coded buffer. */
    uint32_t offset, size; /* bytes, from the NAL header byte on, with emulation prevention */
    uint32_t header_bits;  /* from the NAL header byte to slice_data(), without such bytes */
    uint32_t data_bits;    /* of slice_data(), counted with emulation prevention and padding */
};

#endif

/* SPDX-License-Identifier: MIT */
/* Sequence and picture parameter sets (7.3.2.1, 7.3.2.2, Annex E). */
#include "h264/bits.h"
#include "h264/read.h"

#include <string.h>

static bool has_chroma_format(uint32_t profile_idc)
{
    static const uint8_t profiles[] = {100, 110, 122, 244, 44,  83, 86,
                                       118, 128, 138, 139, 134, 135};

    return memchr(profiles, (int)profile_idc, sizeof(profiles));
}

static bool is_level(uint32_t level_idc)
{
    static const uint8_t levels[] = {9,  10, 11, 12, 13, 20, 21, 22, 30, 31,
                                     32, 40, 41, 42, 50, 51, 52, 60, 61, 62};

    return memchr(levels, (int)level_idc, sizeof(levels));
}

/* 7.3.2.1.1.1 scaling_list(): only passed over */
static void skip_scaling_list(struct h264_bits *bits, unsigned count)
{
    int32_t last = 8;

    for (unsigned i = 0; i < count; i++) {
        int32_t next = (last + h264_get_se_range(bits, -128, 127)) & 255;
        if (next == 0 || bits->bad)
            return;
        last = next;
    }
}

static void skip_scaling_matrix(struct h264_bits *bits, unsigned lists)
{
    for (unsigned i = 0; i < lists; i++) {
        if (h264_get_flag(bits))
            skip_scaling_list(bits, i < 6 ? 16 : 64);
    }
}

/* E.1.2 */
static void skip_hrd(struct h264_bits *bits)
{
    uint32_t cpb_count = h264_get_ue_max(bits, 31) + 1;

    (void)h264_get(bits, 8); /* bit_rate_scale, cpb_size_scale */
    for (uint32_t i = 0; i < cpb_count; i++) {
        (void)h264_get_ue(bits); /* bit_rate_value_minus1 */
        (void)h264_get_ue(bits); /* cpb_size_value_minus1 */
        (void)h264_get_flag(bits);
    }
    (void)h264_get(bits, 20); /* four lengths of 5 bits */
}

/* E.1.1 up to the timing */
static void skip_vui_picture(struct h264_bits *bits)
{
    if (h264_get_flag(bits)) { /* aspect_ratio_info_present_flag */
        if (h264_get(bits, 8) == 255)
            (void)h264_get(bits, 32);
    }
    if (h264_get_flag(bits)) /* overscan_info_present_flag */
        (void)h264_get_flag(bits);
    if (h264_get_flag(bits)) { /* video_signal_type_present_flag */
        (void)h264_get(bits, 4);
        if (h264_get_flag(bits))
            (void)h264_get(bits, 24);
    }
    if (h264_get_flag(bits)) { /* chroma_loc_info_present_flag */
        (void)h264_get_ue_max(bits, 5);
        (void)h264_get_ue_max(bits, 5);
    }
}

static void read_vui(struct h264_bits *bits, struct h264_sps *sps)
{
    bool has_nal_hrd;
    bool has_vcl_hrd;

    skip_vui_picture(bits);
    sps->has_timing = h264_get_flag(bits);
    if (sps->has_timing) {
        sps->num_units_in_tick = h264_get(bits, 32);
        sps->time_scale = h264_get(bits, 32);
        (void)h264_get_flag(bits); /* fixed_frame_rate_flag */
    }
    has_nal_hrd = h264_get_flag(bits);
    if (has_nal_hrd)
        skip_hrd(bits);
    has_vcl_hrd = h264_get_flag(bits);
    if (has_vcl_hrd)
        skip_hrd(bits);
    if (has_nal_hrd || has_vcl_hrd)
        (void)h264_get_flag(bits); /* low_delay_hrd_flag */
    (void)h264_get_flag(bits);     /* pic_struct_present_flag */
    sps->has_restriction = h264_get_flag(bits);
    if (sps->has_restriction) {
        (void)h264_get_flag(bits);
        (void)h264_get_ue_max(bits, 16); /* max_bytes_per_pic_denom */
        (void)h264_get_ue_max(bits, 16); /* max_bits_per_mb_denom */
        (void)h264_get_ue_max(bits, 16); /* log2_max_mv_length_horizontal, old streams say 16 */
        (void)h264_get_ue_max(bits, 16);
        sps->max_num_reorder_frames = h264_get_ue_max(bits, H264_REFERENCES_MAX);
        sps->max_dec_frame_buffering = h264_get_ue_max(bits, H264_REFERENCES_MAX);
    }
}

static bool read_chroma_format(struct h264_bits *bits, struct h264_sps *sps, char *rule)
{
    uint32_t chroma_format;
    uint32_t depth;

    if (!has_chroma_format(sps->profile_idc))
        return true;
    chroma_format = h264_get_ue_max(bits, 3);
    if (chroma_format == 3)
        (void)h264_get_flag(bits); /* separate_colour_plane_flag */
    depth = h264_get_ue_max(bits, 6);
    depth += h264_get_ue_max(bits, 6);
    (void)h264_get_flag(bits); /* qpprime_y_zero_transform_bypass_flag */
    sps->has_scaling_matrix = h264_get_flag(bits);
    if (sps->has_scaling_matrix)
        skip_scaling_matrix(bits, chroma_format == 3 ? 12 : 8);
    if (!bits->bad && (chroma_format != 1 || depth))
        return h264_broken(rule, "the SPS says another format than 8-bit 4:2:0");
    return true;
}

static void read_poc_type(struct h264_bits *bits, struct h264_sps *sps)
{
    sps->pic_order_cnt_type = (uint8_t)h264_get_ue_max(bits, 2);
    if (sps->pic_order_cnt_type == 0) {
        sps->log2_max_pic_order_cnt_lsb = (uint8_t)(h264_get_ue_max(bits, 12) + 4);
    } else if (sps->pic_order_cnt_type == 1) {
        uint32_t cycle;

        sps->delta_pic_order_always_zero = h264_get_flag(bits);
        (void)h264_get_se(bits); /* offset_for_non_ref_pic */
        (void)h264_get_se(bits); /* offset_for_top_to_bottom_field */
        cycle = h264_get_ue_max(bits, 255);
        for (uint32_t i = 0; i < cycle; i++)
            (void)h264_get_se(bits);
    }
}

static void read_crop(struct h264_bits *bits, struct h264_sps *sps)
{
    const uint32_t max = H264_SIZE_MAX / 2;

    if (!h264_get_flag(bits))
        return;
    sps->crop_left = h264_get_ue_max(bits, max) * 2;
    sps->crop_right = h264_get_ue_max(bits, max) * 2;
    sps->crop_top = h264_get_ue_max(bits, max) * 2;
    sps->crop_bottom = h264_get_ue_max(bits, max) * 2;
}

bool h264_read_sps(const uint8_t *nal, size_t size, struct h264_sps *ret, char rule[H264_RULE_MAX])
{
    struct h264_bits bits;
    struct h264_sps sps;

    memset(&sps, 0, sizeof(sps)); /* padding too: two of them are compared as bytes */
    h264_bits_open(&bits, nal, size);
    (void)h264_get(&bits, 8);
    sps.present = true;
    sps.profile_idc = (uint8_t)h264_get(&bits, 8);
    sps.constraint_flags = (uint8_t)h264_get(&bits, 8);
    sps.level_idc = (uint8_t)h264_get(&bits, 8);
    sps.id = (uint8_t)h264_get_ue_max(&bits, H264_SPS_MAX - 1);
    if (bits.bad)
        return h264_broken(rule, "an SPS is cut short or has an id above %d", H264_SPS_MAX - 1);
    if (!is_level(sps.level_idc))
        return h264_broken(rule, "the SPS has level_idc %u, which does not exist", sps.level_idc);
    if (!read_chroma_format(&bits, &sps, rule))
        return false;
    sps.log2_max_frame_num = (uint8_t)(h264_get_ue_max(&bits, 12) + 4);
    read_poc_type(&bits, &sps);
    sps.max_num_ref_frames = (uint8_t)h264_get_ue_max(&bits, H264_REFERENCES_MAX);
    sps.gaps_in_frame_num_allowed = h264_get_flag(&bits);
    sps.width_mbs = h264_get_ue_max(&bits, H264_SIZE_MAX / 16 - 1) + 1;
    sps.height_mbs = h264_get_ue_max(&bits, H264_SIZE_MAX / 16 - 1) + 1;
    sps.frame_mbs_only = h264_get_flag(&bits);
    if (!bits.bad && !sps.frame_mbs_only)
        return h264_broken(rule, "the SPS allows interlaced pictures, none were asked for");
    sps.direct_8x8_inference = h264_get_flag(&bits);
    read_crop(&bits, &sps);
    sps.has_vui = h264_get_flag(&bits);
    if (sps.has_vui)
        read_vui(&bits, &sps);
    if (!h264_is_at_end(&bits))
        return h264_broken(rule, "an SPS is cut short, too long, or has a number out of its range");
    if (sps.crop_left + sps.crop_right >= sps.width_mbs * 16 ||
        sps.crop_top + sps.crop_bottom >= sps.height_mbs * 16)
        return h264_broken(rule, "the SPS crops the whole picture away");
    memcpy(ret, &sps, sizeof(sps));
    return true;
}

bool h264_read_pps(const uint8_t *nal, size_t size, struct h264_pps *ret, char rule[H264_RULE_MAX])
{
    struct h264_bits bits;
    struct h264_pps pps = {.present = true};

    h264_bits_open(&bits, nal, size);
    (void)h264_get(&bits, 8);
    pps.id = (uint8_t)h264_get_ue_max(&bits, H264_PPS_MAX - 1);
    pps.sps_id = (uint8_t)h264_get_ue_max(&bits, H264_SPS_MAX - 1);
    pps.cabac = h264_get_flag(&bits);
    pps.bottom_field_pic_order_present = h264_get_flag(&bits);
    if (h264_get_ue_max(&bits, 7))
        return h264_broken(rule, "a PPS splits the picture into slice groups, none were asked for");
    pps.num_ref_idx_l0_default = (uint8_t)(h264_get_ue_max(&bits, H264_LIST_MAX - 1) + 1);
    pps.num_ref_idx_l1_default = (uint8_t)(h264_get_ue_max(&bits, H264_LIST_MAX - 1) + 1);
    pps.weighted_pred = h264_get_flag(&bits);
    pps.weighted_bipred_idc = (uint8_t)h264_get(&bits, 2);
    pps.pic_init_qp = (int8_t)(26 + h264_get_se_range(&bits, -26, 25));
    pps.pic_init_qs = (int8_t)(26 + h264_get_se_range(&bits, -26, 25));
    pps.chroma_qp_index_offset = (int8_t)h264_get_se_range(&bits, -12, 12);
    pps.second_chroma_qp_index_offset = pps.chroma_qp_index_offset;
    pps.deblocking_filter_control_present = h264_get_flag(&bits);
    pps.constrained_intra_pred = h264_get_flag(&bits);
    pps.redundant_pic_cnt_present = h264_get_flag(&bits);
    if (h264_has_more(&bits)) {
        pps.transform_8x8_mode = h264_get_flag(&bits);
        pps.has_scaling_matrix = h264_get_flag(&bits);
        if (pps.has_scaling_matrix)
            skip_scaling_matrix(&bits, pps.transform_8x8_mode ? 8 : 6);
        pps.second_chroma_qp_index_offset = (int8_t)h264_get_se_range(&bits, -12, 12);
    }
    if (!h264_is_at_end(&bits))
        return h264_broken(rule, "a PPS is cut short, too long, or has a number out of its range");
    *ret = pps;
    return true;
}

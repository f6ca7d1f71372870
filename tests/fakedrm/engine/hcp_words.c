/* SPDX-License-Identifier: MIT */
#include "engine/hcp_words.h"

#include "engine/hcp.h"

#include <string.h>

static uint32_t bits(uint32_t word, unsigned at, unsigned count)
{
    return word >> at & ((1u << count) - 1);
}

static bool flag(uint32_t word, unsigned at)
{
    return word >> at & 1;
}

static int wide_number(uint32_t word, unsigned at, unsigned count)
{
    int value = (int)bits(word, at, count);

    return value >> (count - 1) ? value - (1 << count) : value;
}

static int8_t number(uint32_t word, unsigned at, unsigned count)
{
    return (int8_t)wide_number(word, at, count);
}

static void sizes_fill(const uint32_t *p, VAPictureParameterBufferHEVC *pic)
{
    unsigned unit_log2 = 3 + bits(p[2], 0, 2);

    pic->pic_width_in_luma_samples = (uint16_t)((bits(p[1], 0, 11) + 1) << unit_log2);
    pic->pic_height_in_luma_samples = (uint16_t)((bits(p[1], 16, 11) + 1) << unit_log2);
    pic->log2_min_luma_coding_block_size_minus3 = (uint8_t)bits(p[2], 0, 2);
    pic->log2_diff_max_min_luma_coding_block_size = (uint8_t)(bits(p[2], 2, 2) - bits(p[2], 0, 2));
    pic->log2_min_transform_block_size_minus2 = (uint8_t)bits(p[2], 4, 2);
    pic->log2_diff_max_min_transform_block_size = (uint8_t)(bits(p[2], 6, 2) - bits(p[2], 4, 2));
    pic->log2_min_pcm_luma_coding_block_size_minus3 = (uint8_t)bits(p[2], 8, 2);
    pic->log2_diff_max_min_pcm_luma_coding_block_size =
        (uint8_t)(bits(p[2], 10, 2) - bits(p[2], 8, 2));
    pic->diff_cu_qp_delta_depth = (uint8_t)bits(p[4], 6, 2);
    pic->log2_parallel_merge_level_minus2 = (uint8_t)bits(p[4], 10, 3);
    pic->pps_cb_qp_offset = number(p[5], 0, 5);
    pic->pps_cr_qp_offset = number(p[5], 5, 5);
    pic->max_transform_hierarchy_depth_intra = (uint8_t)bits(p[5], 10, 3);
    pic->max_transform_hierarchy_depth_inter = (uint8_t)bits(p[5], 13, 3);
    pic->pcm_sample_bit_depth_chroma_minus1 = (uint8_t)bits(p[5], 16, 4);
    pic->pcm_sample_bit_depth_luma_minus1 = (uint8_t)bits(p[5], 20, 4);
    pic->bit_depth_chroma_minus8 = (uint8_t)bits(p[5], 24, 3);
    pic->bit_depth_luma_minus8 = (uint8_t)bits(p[5], 27, 3);
    pic->sps_max_dec_pic_buffering_minus1 = HEVC_REFERENCES_MAX;
    pic->log2_max_pic_order_cnt_lsb_minus4 = 12;
}

static void flags_fill(const uint32_t *p, VAPictureParameterBufferHEVC *pic)
{
    pic->pic_fields.value = pic->slice_parsing_fields.value = 0;
    pic->pic_fields.bits.chroma_format_idc = 1;
    pic->pic_fields.bits.pcm_enabled_flag = flag(p[4], 4);
    pic->pic_fields.bits.cu_qp_delta_enabled_flag = flag(p[4], 5);
    pic->pic_fields.bits.pcm_loop_filter_disabled_flag = flag(p[4], 8);
    pic->pic_fields.bits.constrained_intra_pred_flag = flag(p[4], 9);
    pic->pic_fields.bits.sign_data_hiding_enabled_flag = flag(p[4], 13);
    pic->pic_fields.bits.entropy_coding_sync_enabled_flag = flag(p[4], 16);
    pic->pic_fields.bits.tiles_enabled_flag = flag(p[4], 17);
    pic->pic_fields.bits.weighted_bipred_flag = flag(p[4], 18);
    pic->pic_fields.bits.weighted_pred_flag = flag(p[4], 19);
    pic->pic_fields.bits.transform_skip_enabled_flag = flag(p[4], 22);
    pic->pic_fields.bits.amp_enabled_flag = flag(p[4], 23);
    pic->pic_fields.bits.transquant_bypass_enabled_flag = flag(p[4], 25);
    pic->pic_fields.bits.strong_intra_smoothing_enabled_flag = flag(p[4], 26);
    pic->slice_parsing_fields.bits.sample_adaptive_offset_enabled_flag = flag(p[4], 3);
    /* What a slice has the say in is allowed by all parameter sets. */
    pic->pic_fields.bits.pps_loop_filter_across_slices_enabled_flag = 1;
    pic->slice_parsing_fields.bits.dependent_slice_segments_enabled_flag = 1;
    pic->slice_parsing_fields.bits.cabac_init_present_flag = 1;
    pic->slice_parsing_fields.bits.sps_temporal_mvp_enabled_flag = 1;
}

void hcp_words_picture(const struct hcp *hcp, struct hevc_picture *ret)
{
    sizes_fill(hcp->picture, &ret->pic);
    flags_fill(hcp->picture, &ret->pic);
    ret->is_main10 = ret->pic.bit_depth_luma_minus8 > 0;
    ret->pic.pic_fields.bits.scaling_list_enabled_flag = ret->has_matrix;
}

void hcp_words_matrix(const uint32_t *words, struct hevc_picture *ret)
{
    static const unsigned COUNTS[] = {16, 64, 64, 64};
    VAIQMatrixBufferHEVC *matrix = &ret->matrix;
    unsigned size = bits(words[1], 1, 2), dc = bits(words[1], 5, 8);
    unsigned is_inter = words[1] & 1;
    unsigned which = size == 3 ? is_inter : is_inter * 3 + bits(words[1], 3, 2);
    uint8_t *const places[] = {matrix->ScalingList4x4[which % 6], matrix->ScalingList8x8[which % 6],
                               matrix->ScalingList16x16[which % 6],
                               matrix->ScalingList32x32[which % 2]};

    memcpy(places[size], words + 2, COUNTS[size]);
    if (size == 2)
        matrix->ScalingListDC16x16[which % 6] = (uint8_t)dc;
    if (size == 3)
        matrix->ScalingListDC32x32[which % 2] = (uint8_t)dc;
    for (unsigned i = 0; i < COUNTS[size]; i++)
        ret->has_matrix |= places[size][i] != 16;
}

static void weights_fill(const struct hcp_decode *decode, VASliceParameterBufferHEVC *slice)
{
    int8_t *luma[2] = {slice->delta_luma_weight_l0, slice->delta_luma_weight_l1};
    int8_t *luma_offset[2] = {slice->luma_offset_l0, slice->luma_offset_l1};
    int8_t(*chroma[2])[2] = {slice->delta_chroma_weight_l0, slice->delta_chroma_weight_l1};
    int8_t(*chroma_offset[2])[2] = {slice->ChromaOffsetL0, slice->ChromaOffsetL1};

    for (unsigned list = 0; list < 2; list++) {
        for (unsigned i = 0; i < HEVC_REFERENCES_MAX; i++) {
            const uint32_t *of = &decode->weights[list][2 + i];
            luma[list][i] = number(of[0], 0, 8);
            luma_offset[list][i] = number(of[0], 8, 8);
            for (unsigned c = 0; c < 2; c++) {
                chroma[list][i][c] = number(of[16], 16 * c, 8);
                chroma_offset[list][i][c] = number(of[16], 16 * c + 8, 8);
            }
        }
    }
}

static void lists_fill(const struct hcp_decode *decode, struct hcp_taken_slice *taken)
{
    VASliceParameterBufferHEVC *slice = &taken->parameters;

    taken->is_long_term = false;
    slice->num_ref_idx_l0_active_minus1 = (uint8_t)bits(decode->lists[0][1], 1, 4);
    slice->num_ref_idx_l1_active_minus1 = (uint8_t)bits(decode->lists[1][1], 1, 4);
    for (unsigned list = 0; list < 2; list++) {
        for (unsigned i = 0; i < HEVC_REFERENCES_MAX; i++) {
            slice->RefPicList[list][i] = (uint8_t)bits(decode->lists[list][2 + i], 8, 3);
            taken->is_long_term |= slice->LongSliceFlags.fields.slice_type != 2 &&
                                   flag(decode->lists[list][2 + i], 13);
        }
    }
    taken->first_reference = slice->RefPicList[0][0];
    taken->distance = wide_number(decode->lists[0][2], 0, 8);
}

/* The engine names the collocated picture as lists name pictures; a header, by its place there. */
static uint8_t collocated(const VASliceParameterBufferHEVC *slice, unsigned reference)
{
    const bool is_from_l1 = slice->LongSliceFlags.fields.slice_type == 0 &&
                            !slice->LongSliceFlags.fields.collocated_from_l0_flag;
    unsigned last =
        is_from_l1 ? slice->num_ref_idx_l1_active_minus1 : slice->num_ref_idx_l0_active_minus1;

    for (unsigned i = 0; i <= last && i < HEVC_REFERENCES_MAX; i++) {
        if (slice->RefPicList[is_from_l1][i] == reference)
            return (uint8_t)i;
    }
    return 0;
}

void hcp_words_slice(const struct hcp *hcp, const struct hevc_picture *picture,
                     struct hcp_taken_slice *taken)
{
    VASliceParameterBufferHEVC *slice = &taken->parameters;
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    const uint32_t *s = hcp->slice;
    unsigned tree_log2 = 3 + bits(hcp->picture[2], 2, 2);
    uint32_t wide = (pic->pic_width_in_luma_samples + (1u << tree_log2) - 1) >> tree_log2;

    *slice = (VASliceParameterBufferHEVC){
        .slice_data_byte_offset = bits(s[5], 0, 16),
        .slice_segment_address = bits(s[1], 16, 10) * wide + bits(s[1], 0, 10),
        .slice_qp_delta = (int8_t)((int)bits(s[3], 6, 6) * (flag(s[3], 3) ? -1 : 1) - 26),
        .slice_cb_qp_offset = number(s[3], 12, 5),
        .slice_cr_qp_offset = number(s[3], 17, 5),
        .slice_tc_offset_div2 = number(s[4], 1, 4),
        .slice_beta_offset_div2 = number(s[4], 5, 4),
        .luma_log2_weight_denom = (uint8_t)bits(s[4], 19, 3),
        .delta_chroma_log2_weight_denom = (int8_t)(bits(s[4], 16, 3) - bits(s[4], 19, 3)),
        .five_minus_max_num_merge_cand = (uint8_t)(4 - bits(s[4], 23, 3)),
    };
    slice->LongSliceFlags.fields.slice_type = s[3] & 3;
    slice->LongSliceFlags.fields.dependent_slice_segment_flag = flag(s[3], 4);
    slice->LongSliceFlags.fields.slice_temporal_mvp_enabled_flag = flag(s[3], 5);
    slice->LongSliceFlags.fields.slice_deblocking_filter_disabled_flag = flag(s[4], 0);
    slice->LongSliceFlags.fields.slice_loop_filter_across_slices_enabled_flag = flag(s[4], 10);
    slice->LongSliceFlags.fields.slice_sao_chroma_flag = flag(s[4], 11);
    slice->LongSliceFlags.fields.slice_sao_luma_flag = flag(s[4], 12);
    slice->LongSliceFlags.fields.mvd_l1_zero_flag = flag(s[4], 13);
    slice->LongSliceFlags.fields.collocated_from_l0_flag = flag(s[4], 15);
    slice->LongSliceFlags.fields.cabac_init_flag = flag(s[4], 22);
    lists_fill(&hcp->decode, taken);
    slice->collocated_ref_idx = collocated(slice, bits(s[4], 26, 3));
    weights_fill(&hcp->decode, slice);
}

/* SPDX-License-Identifier: MIT */
#include "hevc.h"

#include <stdlib.h>
#include <string.h>

/* ---- NAL units ---- */

struct bit_writer hevc_unit_begin(uint8_t room[HEVC_HEADERS_MAX])
{
    return (struct bit_writer){.data = room, .size = HEVC_HEADERS_MAX};
}

const char *hevc_unit_end(struct bit_writer *stream, enum hevc_unit type,
                          const struct bit_writer *head, const uint8_t *tail, size_t tail_size)
{
    const size_t size = head->used + tail_size;
    uint8_t *whole = malloc(size + 1);
    bool is_cut = false;
    size_t used = 0;

    if (!whole)
        return "out of memory";
    memcpy(whole, head->data, head->used);
    if (tail_size)
        memcpy(whole + head->used, tail, tail_size);
    bits_put(stream, 1, 32);
    bits_put(stream, (uint32_t)type << 9 | 1, 16); /* layer 0, temporal id 0 */
    if (!stream->overflow && !head->overflow)
        used = nal_escape(stream->data + stream->used, stream->size - stream->used, whole, size,
                          &is_cut);
    free(whole);
    stream->used += used;
    return stream->overflow || head->overflow || is_cut ? "the stream is too long" : NULL;
}

/* ---- parameter sets (ITU-T H.265 clause 7.3.2) ---- */

static void put_profile(struct bit_writer *w, bool is_main10)
{
    bits_put(w, is_main10 ? 2 : 1, 8); /* space 0, tier 0 */
    bits_put(w, is_main10 ? 0x20000000U : 0x60000000U, 32);
    bits_put(w, 0x9000, 16); /* progressive, frames only */
    bits_put(w, 0, 32);
    bits_put(w, 120, 8); /* level 4 */
}

static void put_sizes(struct bit_writer *w, const VAPictureParameterBufferHEVC *pic)
{
    bits_put_ue(w, pic->sps_max_dec_pic_buffering_minus1);
    bits_put_ue(w, pic->sps_max_dec_pic_buffering_minus1); /* reordering: as much as can be */
    bits_put_ue(w, 0);
}

static const char *write_vps(struct bit_writer *stream, const struct hevc_picture *picture)
{
    uint8_t room[HEVC_HEADERS_MAX];
    struct bit_writer w = hevc_unit_begin(room);

    bits_put(&w, 0, 4);
    bits_put(&w, 3, 2);
    bits_put(&w, 0, 9);
    bits_put(&w, 1, 1);
    bits_put(&w, 0xffff, 16);
    put_profile(&w, picture->is_main10);
    bits_put(&w, 1, 1);
    put_sizes(&w, &picture->pic);
    bits_put(&w, 0, 6);
    bits_put_ue(&w, 0);
    bits_put(&w, 0, 2); /* timing, extension */
    bits_put_trailing(&w);
    return hevc_unit_end(stream, HEVC_VPS, &w, NULL, 0);
}

/* Up-right diagonal scan (clause 6.5.3): where the coefficient number `n` of a square is. */
static void diagonal(unsigned side, uint8_t at[64])
{
    unsigned n = 0;

    for (unsigned sum = 0; sum < 2 * side - 1; sum++) {
        for (unsigned x = 0; x <= sum; x++) {
            unsigned y = sum - x;
            if (x < side && y < side)
                at[n++] = (uint8_t)(y * side + x);
        }
    }
}

/* libva has them in rows, the standard in the order of the scan. */
static void put_list(struct bit_writer *w, const uint8_t *list, unsigned count, const uint8_t *dc)
{
    int last = 8;
    uint8_t at[64];

    diagonal(count == 16 ? 4 : 8, at);
    bits_put(w, 1, 1); /* as it follows */
    if (dc) {
        bits_put_se(w, *dc - 8);
        last = *dc;
    }
    for (unsigned i = 0; i < count; i++) {
        int delta = list[at[i]] - last;
        bits_put_se(w, delta > 127 ? delta - 256 : delta < -128 ? delta + 256 : delta);
        last = list[at[i]];
    }
}

static void put_scaling(struct bit_writer *w, const VAIQMatrixBufferHEVC *m)
{
    for (unsigned i = 0; i < 6; i++)
        put_list(w, m->ScalingList4x4[i], 16, NULL);
    for (unsigned i = 0; i < 6; i++)
        put_list(w, m->ScalingList8x8[i], 64, NULL);
    for (unsigned i = 0; i < 6; i++)
        put_list(w, m->ScalingList16x16[i], 64, &m->ScalingListDC16x16[i]);
    for (unsigned i = 0; i < 2; i++)
        put_list(w, m->ScalingList32x32[i], 64, &m->ScalingListDC32x32[i]);
}

static const char *sequence_fault(const struct hevc_picture *picture)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    const unsigned depth = picture->is_main10 ? 2 : 0;

    if (pic->pic_fields.bits.chroma_format_idc != 1 ||
        pic->pic_fields.bits.separate_colour_plane_flag)
        return "not 4:2:0";
    if (pic->bit_depth_luma_minus8 != depth || pic->bit_depth_chroma_minus8 != depth)
        return "not the depth of the profile";
    if (pic->pic_fields.bits.scaling_list_enabled_flag != picture->has_matrix)
        return "scaling lists, and no matrix, or the other way round";
    if (pic->slice_parsing_fields.bits.long_term_ref_pics_present_flag)
        return "long-term references";
    if (pic->log2_max_pic_order_cnt_lsb_minus4 > 12)
        return "a picture order count of more than 16 bits";
    return NULL;
}

static void put_blocks(struct bit_writer *w, const VAPictureParameterBufferHEVC *pic)
{
    bits_put_ue(w, pic->log2_min_luma_coding_block_size_minus3);
    bits_put_ue(w, pic->log2_diff_max_min_luma_coding_block_size);
    bits_put_ue(w, pic->log2_min_transform_block_size_minus2);
    bits_put_ue(w, pic->log2_diff_max_min_transform_block_size);
    bits_put_ue(w, pic->max_transform_hierarchy_depth_inter);
    bits_put_ue(w, pic->max_transform_hierarchy_depth_intra);
}

static void put_pcm(struct bit_writer *w, const VAPictureParameterBufferHEVC *pic)
{
    bits_put(w, pic->pic_fields.bits.pcm_enabled_flag, 1);
    if (!pic->pic_fields.bits.pcm_enabled_flag)
        return;
    bits_put(w, pic->pcm_sample_bit_depth_luma_minus1, 4);
    bits_put(w, pic->pcm_sample_bit_depth_chroma_minus1, 4);
    bits_put_ue(w, pic->log2_min_pcm_luma_coding_block_size_minus3);
    bits_put_ue(w, pic->log2_diff_max_min_pcm_luma_coding_block_size);
    bits_put(w, pic->pic_fields.bits.pcm_loop_filter_disabled_flag, 1);
}

static const char *write_sps(struct bit_writer *stream, const struct hevc_picture *picture)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    uint8_t room[HEVC_HEADERS_MAX];
    struct bit_writer w = hevc_unit_begin(room);

    bits_put(&w, 0, 4 + 3);
    bits_put(&w, 1, 1);
    put_profile(&w, picture->is_main10);
    bits_put_ue(&w, 0);
    bits_put_ue(&w, 1);
    bits_put_ue(&w, pic->pic_width_in_luma_samples);
    bits_put_ue(&w, pic->pic_height_in_luma_samples);
    bits_put(&w, 0, 1); /* no cropping: libva does not tell */
    bits_put_ue(&w, pic->bit_depth_luma_minus8);
    bits_put_ue(&w, pic->bit_depth_chroma_minus8);
    bits_put_ue(&w, pic->log2_max_pic_order_cnt_lsb_minus4);
    bits_put(&w, 1, 1);
    put_sizes(&w, pic);
    put_blocks(&w, pic);
    bits_put(&w, pic->pic_fields.bits.scaling_list_enabled_flag, 1);
    if (picture->has_matrix) {
        bits_put(&w, 1, 1);
        put_scaling(&w, &picture->matrix);
    }
    bits_put(&w, pic->pic_fields.bits.amp_enabled_flag, 1);
    bits_put(&w, pic->slice_parsing_fields.bits.sample_adaptive_offset_enabled_flag, 1);
    put_pcm(&w, pic);
    bits_put_ue(&w, 0); /* each slice brings its set of references */
    bits_put(&w, 0, 1); /* none for long */
    bits_put(&w, pic->slice_parsing_fields.bits.sps_temporal_mvp_enabled_flag, 1);
    bits_put(&w, pic->pic_fields.bits.strong_intra_smoothing_enabled_flag, 1);
    bits_put(&w, 0, 2); /* VUI, extension */
    bits_put_trailing(&w);
    return hevc_unit_end(stream, HEVC_SPS, &w, NULL, 0);
}

const char *hevc_write_sequence(struct bit_writer *writer, const struct hevc_picture *picture)
{
    const char *fault = sequence_fault(picture);

    if (!fault)
        fault = write_vps(writer, picture);
    return fault ? fault : write_sps(writer, picture);
}

static void put_quantiser(struct bit_writer *w, const VAPictureParameterBufferHEVC *pic)
{
    bits_put_se(w, pic->init_qp_minus26);
    bits_put(w, pic->pic_fields.bits.constrained_intra_pred_flag, 1);
    bits_put(w, pic->pic_fields.bits.transform_skip_enabled_flag, 1);
    bits_put(w, pic->pic_fields.bits.cu_qp_delta_enabled_flag, 1);
    if (pic->pic_fields.bits.cu_qp_delta_enabled_flag)
        bits_put_ue(w, pic->diff_cu_qp_delta_depth);
    bits_put_se(w, pic->pps_cb_qp_offset);
    bits_put_se(w, pic->pps_cr_qp_offset);
    bits_put(w, 1, 1); /* each slice has offsets of its own */
}

const char *hevc_write_picture(struct bit_writer *writer, const struct hevc_picture *picture)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    uint8_t room[HEVC_HEADERS_MAX];
    struct bit_writer w = hevc_unit_begin(room);

    if (pic->pic_fields.bits.tiles_enabled_flag)
        return "tiles";
    bits_put_ue(&w, 0);
    bits_put_ue(&w, 0);
    bits_put(&w, pic->slice_parsing_fields.bits.dependent_slice_segments_enabled_flag, 1);
    bits_put(&w, 0, 1 + 3); /* no output flag, no extra bits */
    bits_put(&w, pic->pic_fields.bits.sign_data_hiding_enabled_flag, 1);
    bits_put(&w, pic->slice_parsing_fields.bits.cabac_init_present_flag, 1);
    bits_put_ue(&w, 0); /* each slice says how many references */
    bits_put_ue(&w, 0);
    put_quantiser(&w, pic);
    bits_put(&w, pic->pic_fields.bits.weighted_pred_flag, 1);
    bits_put(&w, pic->pic_fields.bits.weighted_bipred_flag, 1);
    bits_put(&w, pic->pic_fields.bits.transquant_bypass_enabled_flag, 1);
    bits_put(&w, 0, 1);
    bits_put(&w, pic->pic_fields.bits.entropy_coding_sync_enabled_flag, 1);
    bits_put(&w, pic->pic_fields.bits.pps_loop_filter_across_slices_enabled_flag, 1);
    bits_put(&w, 7,
             3); /* deblocking: control present, override enabled, and off: each slice says */
    bits_put(&w, 0, 1); /* no scaling lists of the picture's own */
    bits_put(&w, 1, 1); /* each slice lists its references */
    bits_put_ue(&w, pic->log2_parallel_merge_level_minus2);
    bits_put(&w, 0, 2);
    bits_put_trailing(&w);
    return hevc_unit_end(writer, HEVC_PPS, &w, NULL, 0);
}

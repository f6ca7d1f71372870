/* SPDX-License-Identifier: MIT */
#include "hevc.h"

#include <stdlib.h>

/* ---- slices (clause 7.3.6) ---- */

/* The references of a picture in the order of its set: before it, nearest first; then after it. */
struct set {
    int count[2]; /* before, after */
    int32_t held[2][16];
    bool is_used[2][16];
    int current_count; /* NumPicTotalCurr */
    int32_t current[2]
                   [32]; /* by each list's first order: 0 has those before first, 1 those after */
};

static void set_insert(struct set *set, int side, int32_t held, int32_t own, bool is_used)
{
    int at = set->count[side]++;

    while (at > 0 && labs((long)set->held[side][at - 1] - own) > labs((long)held - own)) {
        set->held[side][at] = set->held[side][at - 1];
        set->is_used[side][at] = set->is_used[side][at - 1];
        at--;
    }
    set->held[side][at] = held;
    set->is_used[side][at] = is_used;
}

static void current_fill(struct set *set, int first)
{
    int count = 0;

    for (int k = 0; k < 2; k++) {
        const int side = k ? !first : first;
        for (int i = 0; i < set->count[side]; i++)
            if (set->is_used[side][i])
                set->current[first][count++] = set->held[side][i];
    }
    set->current_count = count;
}

static const char *set_make(const struct hevc_picture *picture, struct set *set)
{
    const int32_t own = picture->pic.CurrPic.pic_order_cnt;
    const uint32_t used = VA_PICTURE_HEVC_RPS_ST_CURR_BEFORE | VA_PICTURE_HEVC_RPS_ST_CURR_AFTER;

    *set = (struct set){.current_count = 0};
    for (int i = 0; i < HEVC_REFERENCES_MAX; i++) {
        const VAPictureHEVC *entry = &picture->pic.ReferenceFrames[i];
        const int32_t held = picture->references[i].held;
        if (entry->flags & VA_PICTURE_HEVC_INVALID)
            continue;
        if (entry->flags & (VA_PICTURE_HEVC_RPS_LT_CURR | VA_PICTURE_HEVC_LONG_TERM_REFERENCE))
            return "long-term references";
        if (!picture->references[i].is_there || held == own)
            return "a reference whose surface holds no picture";
        if (entry->flags & used &&
            !(entry->flags & VA_PICTURE_HEVC_RPS_ST_CURR_BEFORE) != (entry->pic_order_cnt > own))
            return "a reference of before is after, or the other way round";
        set_insert(set, held > own, held, own, entry->flags & used);
    }
    current_fill(set, 0);
    current_fill(set, 1);
    return NULL;
}

static void put_set(struct bit_writer *w, const struct set *set, int32_t own)
{
    bits_put_ue(w, (uint32_t)set->count[0]);
    bits_put_ue(w, (uint32_t)set->count[1]);
    for (int side = 0; side < 2; side++) {
        int32_t last = own;
        for (int i = 0; i < set->count[side]; i++) {
            bits_put_ue(w, (uint32_t)labs((long)set->held[side][i] - last) - 1);
            bits_put(w, set->is_used[side][i], 1);
            last = set->held[side][i];
        }
    }
}

static unsigned bits_for(unsigned count)
{
    unsigned bits = 0;

    while (1U << bits < count)
        bits++;
    return bits;
}

/* What the slice's list names, found among the picture's own. */
static const char *put_list_entries(struct bit_writer *w, const struct hevc_picture *picture,
                                    const struct set *set, int which, const uint8_t list[15],
                                    unsigned count, bool is_swapped)
{
    if (set->current_count > 1)
        bits_put(w, 1, 1);
    for (unsigned i = 0; i < count; i++) {
        uint8_t entry = list[i];
        int found = 0;
        if (entry >= HEVC_REFERENCES_MAX || !picture->references[entry].is_there)
            return "a list names a reference that is not there";
        while (found < set->current_count &&
               set->current[which][found] != picture->references[entry].held)
            found++;
        if (found == set->current_count)
            return "a list names a reference that is not for this picture";
        if (is_swapped)
            found = (found + 1) % set->current_count;
        if (set->current_count > 1)
            bits_put(w, (uint32_t)found, bits_for((unsigned)set->current_count));
    }
    return NULL;
}

/* The weights of one list, whose number of references is `count`. */
struct weights {
    const int8_t *luma, *luma_offset;
    const int8_t (*chroma)[2], (*chroma_offset)[2];
    unsigned count;
};

static void put_weights_of(struct bit_writer *w, const struct weights *t, int chroma_denominator)
{
    for (unsigned i = 0; i < t->count; i++)
        bits_put(w, t->luma[i] || t->luma_offset[i], 1);
    for (unsigned i = 0; i < t->count; i++)
        bits_put(w,
                 t->chroma[i][0] || t->chroma[i][1] || t->chroma_offset[i][0] ||
                     t->chroma_offset[i][1],
                 1);
    for (unsigned i = 0; i < t->count; i++) {
        if (t->luma[i] || t->luma_offset[i]) {
            bits_put_se(w, t->luma[i]);
            bits_put_se(w, t->luma_offset[i]);
        }
        if (!(t->chroma[i][0] || t->chroma[i][1] || t->chroma_offset[i][0] ||
              t->chroma_offset[i][1]))
            continue;
        for (int c = 0; c < 2; c++) {
            const int weight = (1 << chroma_denominator) + t->chroma[i][c];
            bits_put_se(w, t->chroma[i][c]);
            bits_put_se(w, t->chroma_offset[i][c] - 128 + (128 * weight >> chroma_denominator));
        }
    }
}

static void put_weights(struct bit_writer *w, const VASliceParameterBufferHEVC *slice, bool is_b)
{
    const struct weights lists[2] = {
        {slice->delta_luma_weight_l0, slice->luma_offset_l0, slice->delta_chroma_weight_l0,
         slice->ChromaOffsetL0, slice->num_ref_idx_l0_active_minus1 + 1U},
        {slice->delta_luma_weight_l1, slice->luma_offset_l1, slice->delta_chroma_weight_l1,
         slice->ChromaOffsetL1, slice->num_ref_idx_l1_active_minus1 + 1U},
    };
    const int denominator = slice->luma_log2_weight_denom + slice->delta_chroma_log2_weight_denom;

    bits_put_ue(w, slice->luma_log2_weight_denom);
    bits_put_se(w, slice->delta_chroma_log2_weight_denom);
    for (int i = 0; i < (is_b ? 2 : 1); i++)
        put_weights_of(w, &lists[i], denominator);
}

#define FLAG(slice, name) ((slice)->LongSliceFlags.fields.name)

static const char *put_inter(struct bit_writer *w, const struct hevc_picture *picture,
                             const VASliceParameterBufferHEVC *slice, const struct set *set,
                             bool is_swapped)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    const bool is_b = FLAG(slice, slice_type) == 0;
    const unsigned counts[2] = {slice->num_ref_idx_l0_active_minus1 + 1U,
                                slice->num_ref_idx_l1_active_minus1 + 1U};
    const bool from_l0 = !is_b || FLAG(slice, collocated_from_l0_flag);

    if (counts[0] > HEVC_REFERENCES_MAX || counts[1] > HEVC_REFERENCES_MAX || !set->current_count)
        return "a slice without a reference, or with too many";
    bits_put(w, 1, 1);
    for (int i = 0; i < (is_b ? 2 : 1); i++)
        bits_put_ue(w, counts[i] - 1);
    for (int i = 0; i < (is_b ? 2 : 1); i++) {
        const char *fault =
            put_list_entries(w, picture, set, i, slice->RefPicList[i], counts[i], is_swapped);
        if (fault)
            return fault;
    }
    if (is_b)
        bits_put(w, FLAG(slice, mvd_l1_zero_flag), 1);
    if (pic->slice_parsing_fields.bits.cabac_init_present_flag)
        bits_put(w, FLAG(slice, cabac_init_flag), 1);
    if (FLAG(slice, slice_temporal_mvp_enabled_flag)) {
        if (is_b)
            bits_put(w, from_l0, 1);
        if (counts[from_l0 ? 0 : 1] > 1)
            bits_put_ue(w, slice->collocated_ref_idx);
    }
    if (is_b ? pic->pic_fields.bits.weighted_bipred_flag : pic->pic_fields.bits.weighted_pred_flag)
        put_weights(w, slice, is_b);
    bits_put_ue(w, slice->five_minus_max_num_merge_cand);
    return NULL;
}

static void put_filters(struct bit_writer *w, const VAPictureParameterBufferHEVC *pic,
                        const VASliceParameterBufferHEVC *slice)
{
    const bool is_off = FLAG(slice, slice_deblocking_filter_disabled_flag);

    bits_put_se(w, slice->slice_qp_delta);
    bits_put_se(w, slice->slice_cb_qp_offset);
    bits_put_se(w, slice->slice_cr_qp_offset);
    bits_put(w, 1, 1);
    bits_put(w, is_off, 1);
    if (!is_off) {
        bits_put_se(w, slice->slice_beta_offset_div2);
        bits_put_se(w, slice->slice_tc_offset_div2);
    }
    if (pic->pic_fields.bits.pps_loop_filter_across_slices_enabled_flag &&
        (FLAG(slice, slice_sao_luma_flag) || FLAG(slice, slice_sao_chroma_flag) || !is_off))
        bits_put(w, FLAG(slice, slice_loop_filter_across_slices_enabled_flag), 1);
}

static unsigned ctb_count(const VAPictureParameterBufferHEVC *pic)
{
    const unsigned shift = pic->log2_min_luma_coding_block_size_minus3 + 3U +
                           pic->log2_diff_max_min_luma_coding_block_size;
    const unsigned round = (1U << shift) - 1;

    return ((pic->pic_width_in_luma_samples + round) >> shift) *
           ((pic->pic_height_in_luma_samples + round) >> shift);
}

static const char *put_header(struct bit_writer *w, const struct hevc_picture *picture,
                              const VASliceParameterBufferHEVC *slice, bool is_swapped)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    const unsigned order_bits = pic->log2_max_pic_order_cnt_lsb_minus4 + 4U;
    const int32_t own = pic->CurrPic.pic_order_cnt;
    struct set set;
    const char *fault = set_make(picture, &set);

    bits_put_ue(w, FLAG(slice, slice_type));
    if (!pic->slice_parsing_fields.bits.IdrPicFlag) {
        bits_put(w, (uint32_t)own & ((1U << order_bits) - 1), order_bits);
        bits_put(w, 0, 1);
        put_set(w, &set, own);
        if (pic->slice_parsing_fields.bits.sps_temporal_mvp_enabled_flag)
            bits_put(w, FLAG(slice, slice_temporal_mvp_enabled_flag), 1);
    }
    if (pic->slice_parsing_fields.bits.sample_adaptive_offset_enabled_flag) {
        bits_put(w, FLAG(slice, slice_sao_luma_flag), 1);
        bits_put(w, FLAG(slice, slice_sao_chroma_flag), 1);
    }
    if (!fault && FLAG(slice, slice_type) != 2)
        fault = put_inter(w, picture, slice, &set, is_swapped);
    put_filters(w, pic, slice);
    return fault;
}

const char *hevc_write_slice(struct bit_writer *writer, const struct hevc_picture *picture,
                             const VASliceParameterBufferHEVC *slice, const uint8_t *nal,
                             size_t size, bool is_swapped)
{
    const VAPictureParameterBufferHEVC *pic = &picture->pic;
    const bool is_rap = pic->slice_parsing_fields.bits.RapPicFlag;
    uint8_t room[HEVC_HEADERS_MAX];
    struct bit_writer w = hevc_unit_begin(room);
    const char *fault = NULL;
    uint8_t *plain = malloc(size + 1);
    size_t plain_size;

    if (!plain)
        return "out of memory";
    plain_size = nal_unescape(plain, nal, size);
    bits_put(&w, slice->slice_segment_address == 0, 1);
    if (is_rap)
        bits_put(&w, 0, 1);
    bits_put_ue(&w, 0);
    if (slice->slice_segment_address) {
        if (pic->slice_parsing_fields.bits.dependent_slice_segments_enabled_flag)
            bits_put(&w, FLAG(slice, dependent_slice_segment_flag), 1);
        bits_put(&w, slice->slice_segment_address, bits_for(ctb_count(pic)));
    }
    if (!FLAG(slice, dependent_slice_segment_flag))
        fault = put_header(&w, picture, slice, is_swapped);
    if (pic->pic_fields.bits.entropy_coding_sync_enabled_flag)
        bits_put_ue(&w, 0); /* a decoder in one thread finds the rows by itself */
    bits_put_trailing(&w);
    if (slice->slice_data_byte_offset < 2 || slice->slice_data_byte_offset >= plain_size)
        fault = "slice data begins behind its end";
    if (!fault)
        fault = hevc_unit_end(writer,
                              pic->slice_parsing_fields.bits.IdrPicFlag ? HEVC_IDR
                              : is_rap                                  ? HEVC_CRA
                                                                        : HEVC_TRAIL_R,
                              &w, plain + slice->slice_data_byte_offset,
                              plain_size - slice->slice_data_byte_offset);
    free(plain);
    return fault;
}

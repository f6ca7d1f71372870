#include "engine/hcp_decode.h"

#include "driver/ffmpeg.h"
#include "driver/hevc.h"
#include "engine/hcp.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES_MAX 64u
#define SLICES_MAX   64u
#define STREAM_MAX   (64u << 20)
#define UNUSED       UINT64_MAX

struct taken_slice {
    VASliceParameterBufferHEVC parameters;
    const uint8_t *data;
    size_t size;
    unsigned first_reference; /* of list 0 */
    int distance;             /* from it to this picture, in picture order counts */
};

/* The stream that is decoded, over all submissions of the process, under the lock. */
static struct {
    struct hevc_picture picture;
    struct taken_slice slices[SLICES_MAX];
    unsigned slice_count;
    const char *why_not;

    uint8_t *stream;
    size_t used, sequence_size;
    uint8_t sequence[HEVC_HEADERS_MAX];
    struct {
        uint64_t address; /* of the surface, until it holds a later picture */
        int32_t order;
    } decoded[PICTURES_MAX];
    unsigned decoded_count;
} all;

static uint32_t bits(uint32_t word, unsigned at, unsigned count)
{
    return word >> at & ((1u << count) - 1);
}

static bool flag(uint32_t word, unsigned at)
{
    return word >> at & 1;
}

static int8_t number(uint32_t word, unsigned at, unsigned count)
{
    int value = (int)bits(word, at, count);

    return (int8_t)(value >> (count - 1) ? value - (1 << count) : value);
}

/* ---- what the commands say ---- */

static void picture_fill(const uint32_t *p)
{
    VAPictureParameterBufferHEVC *pic = &all.picture.pic;
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
    all.picture.is_main10 = pic->bit_depth_luma_minus8 > 0;
}

static void flags_fill(const uint32_t *p)
{
    VAPictureParameterBufferHEVC *pic = &all.picture.pic;

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

/* HCP_QM_STATE: a matrix, in rows. One that is not flat is of scaling lists. */
static void matrix_take(const uint32_t *words)
{
    static const unsigned COUNTS[] = {16, 64, 64, 64};
    VAIQMatrixBufferHEVC *matrix = &all.picture.matrix;
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
        all.picture.has_matrix |= places[size][i] != 16;
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

static void lists_fill(const struct hcp_decode *decode, struct taken_slice *taken)
{
    VASliceParameterBufferHEVC *slice = &taken->parameters;

    slice->num_ref_idx_l0_active_minus1 = (uint8_t)bits(decode->lists[0][1], 1, 4);
    slice->num_ref_idx_l1_active_minus1 = (uint8_t)bits(decode->lists[1][1], 1, 4);
    for (unsigned list = 0; list < 2; list++) {
        for (unsigned i = 0; i < HEVC_REFERENCES_MAX; i++) {
            slice->RefPicList[list][i] = (uint8_t)bits(decode->lists[list][2 + i], 8, 3);
            if (slice->LongSliceFlags.fields.slice_type != 2 &&
                flag(decode->lists[list][2 + i], 13))
                all.why_not = "long-term references";
        }
    }
    taken->first_reference = slice->RefPicList[0][0];
    taken->distance = number(decode->lists[0][2], 0, 8);
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

static void slice_fill(const struct hcp *hcp, struct taken_slice *taken)
{
    VASliceParameterBufferHEVC *slice = &taken->parameters;
    const VAPictureParameterBufferHEVC *pic = &all.picture.pic;
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

/* HCP_BSD_OBJECT */
static void slice_take(struct streamer *streamer, const uint32_t *words)
{
    struct taken_slice *taken = &all.slices[all.slice_count];

    if (all.slice_count == SLICES_MAX) {
        all.why_not = "too many slices";
        return;
    }
    taken->size = words[1];
    taken->data = streamer_memory(streamer, streamer->hcp.decode.stream + (words[2] & 0x1fffffff),
                                  taken->size, NULL);
    if (!taken->data) {
        all.why_not = "the stream is not mapped";
        return;
    }
    slice_fill(&streamer->hcp, taken);
    all.slice_count++;
}

/* ---- the stream ---- */

/* The picture of this stream that the surface holds; decoded_count: none. */
static unsigned holder(uint64_t address)
{
    unsigned i = 0;

    while (i < all.decoded_count && all.decoded[i].address != address)
        i++;
    return i;
}

/* The picture's place in the order, by its distance from one that it refers to. */
static const char *order_find(const struct hcp_decode *decode, int32_t *ret)
{
    for (unsigned i = 0; i < all.slice_count; i++) {
        const struct taken_slice *slice = &all.slices[i];
        unsigned at;

        if (slice->parameters.LongSliceFlags.fields.slice_type == 2 ||
            slice->parameters.LongSliceFlags.fields.dependent_slice_segment_flag)
            continue;
        at = holder(decode->references[slice->first_reference]);
        if (at == all.decoded_count)
            return "a reference that is not of this stream";
        *ret = all.decoded[at].order + slice->distance;
        return NULL;
    }
    all.used = all.decoded_count = 0; /* a stream begins */
    *ret = 0;
    return NULL;
}

/* The engine's eight references first, by whose numbers lists name them; then what else is held. */
static void references_fill(const struct hcp_decode *decode, int32_t order)
{
    VAPictureParameterBufferHEVC *pic = &all.picture.pic;
    bool is_named[PICTURES_MAX] = {false};
    unsigned used = HCP_REFERENCES;

    for (unsigned i = 0; i < HEVC_REFERENCES_MAX; i++) {
        pic->ReferenceFrames[i].flags = VA_PICTURE_HEVC_INVALID;
        all.picture.references[i].is_there = false;
    }
    for (unsigned i = 0; i < HCP_REFERENCES; i++) {
        unsigned at = holder(decode->references[i]);
        if (at == all.decoded_count || decode->references[i] == decode->target)
            continue;
        all.picture.references[i] = (struct hevc_reference){true, all.decoded[at].order};
        pic->ReferenceFrames[i].pic_order_cnt = all.decoded[at].order;
        if (is_named[at]) /* in a free place the driver puts another picture again */
            continue;
        is_named[at] = true;
        pic->ReferenceFrames[i].flags = all.decoded[at].order < order
                                            ? VA_PICTURE_HEVC_RPS_ST_CURR_BEFORE
                                            : VA_PICTURE_HEVC_RPS_ST_CURR_AFTER;
    }
    for (unsigned at = all.decoded_count; at-- > 0 && used < HEVC_REFERENCES_MAX;) {
        if (is_named[at] || all.decoded[at].address == UNUSED ||
            all.decoded[at].address == decode->target)
            continue;
        all.picture.references[used] = (struct hevc_reference){true, all.decoded[at].order};
        pic->ReferenceFrames[used++].flags = 0;
    }
}

/* At the beginning of a stream; later they must be the same. */
static const char *sequence_write(struct bit_writer *stream)
{
    uint8_t room[HEVC_HEADERS_MAX] = {0};
    struct bit_writer writer = {.data = room, .size = sizeof(room)};
    const char *fault = hevc_write_sequence(&writer, &all.picture);

    if (fault)
        return fault;
    if (stream->used)
        return writer.used == all.sequence_size && memcmp(room, all.sequence, writer.used) == 0
                   ? NULL
                   : "the sequence's parameters change";
    memcpy(all.sequence, room, writer.used);
    all.sequence_size = writer.used;
    memcpy(stream->data, room, writer.used);
    stream->used = writer.used;
    return NULL;
}

static const char *stream_write(const struct hcp_decode *decode)
{
    VAPictureParameterBufferHEVC *pic = &all.picture.pic;
    struct bit_writer stream;
    const char *fault = order_find(decode, &pic->CurrPic.pic_order_cnt);

    if (!all.stream)
        all.stream = malloc(STREAM_MAX);
    if (fault || !all.stream)
        return fault ? fault : "out of memory";
    if (all.decoded_count == PICTURES_MAX)
        return "the stream is too long";
    pic->slice_parsing_fields.bits.IdrPicFlag = pic->slice_parsing_fields.bits.RapPicFlag =
        all.decoded_count == 0;
    references_fill(decode, pic->CurrPic.pic_order_cnt);
    stream = (struct bit_writer){.data = all.stream, .size = STREAM_MAX, .used = all.used};
    fault = sequence_write(&stream);
    if (!fault)
        fault = hevc_write_picture(&stream, &all.picture);
    for (unsigned i = 0; !fault && i < all.slice_count; i++)
        fault = hevc_write_slice(&stream, &all.picture, &all.slices[i].parameters,
                                 all.slices[i].data, all.slices[i].size, false);
    if (fault)
        return fault;
    all.used = stream.used;
    for (unsigned i = 0; i < all.decoded_count; i++) {
        if (all.decoded[i].address == decode->target)
            all.decoded[i].address = UNUSED;
    }
    all.decoded[all.decoded_count].address = decode->target;
    all.decoded[all.decoded_count++].order = pic->CurrPic.pic_order_cnt;
    return NULL;
}

/* ---- the picture ---- */

static const char *target_write(const struct streamer *streamer, const uint8_t *picture)
{
    const struct hcp_decode *decode = &streamer->hcp.decode;
    size_t pitch = (size_t)all.picture.pic.pic_width_in_luma_samples << all.picture.is_main10;
    uint32_t height = all.picture.pic.pic_height_in_luma_samples;
    struct surface to = {.tiling = TILING_Y,
                         .pitch = bits(decode->surface[1], 0, 17) + 1,
                         .chroma_row = bits(decode->surface[2], 0, 15)};

    to.luma = to.chroma = streamer_memory(streamer, decode->target, 1, &to.luma_size);
    to.chroma_size = to.luma_size;
    to.chroma_pitch = to.pitch;
    if (!to.luma)
        return "its surface is not mapped";
    for (uint32_t row = 0; row < height; row++)
        surface_row_write(&to, false, row, picture + row * pitch, pitch);
    for (uint32_t row = 0; row < height / 2; row++)
        surface_row_write(&to, true, row, picture + (height + row) * pitch, pitch);
    return NULL;
}

/* ffmpeg shows them in their order: as many are before the last as have a lower count. */
static const char *last_decode(const struct streamer *streamer)
{
    const VAPictureParameterBufferHEVC *pic = &all.picture.pic;
    size_t size = ((size_t)pic->pic_width_in_luma_samples * pic->pic_height_in_luma_samples * 3 / 2)
                  << all.picture.is_main10;
    size_t got = 0, wanted = size * all.decoded_count, rank = 0;
    uint8_t *pictures = ffmpeg_decode(all.stream, all.used, all.picture.is_main10, wanted, &got);
    const char *fault = "ffmpeg does not decode it";

    for (unsigned i = 0; i + 1 < all.decoded_count; i++)
        rank += all.decoded[i].order < pic->CurrPic.pic_order_cnt;
    if (pictures && got == wanted)
        fault = target_write(streamer, pictures + rank * size);
    free(pictures);
    return fault;
}

void hcp_decode_finish(struct streamer *streamer)
{
    const struct hcp *hcp = &streamer->hcp;

    if (hcp->is_encoder || !all.slice_count)
        return;
    if (!all.why_not)
        all.why_not = stream_write(&hcp->decode);
    if (!all.why_not)
        all.why_not = last_decode(streamer);
    if (all.why_not)
        LOG("    hcp: a picture is not decoded: %s\n", all.why_not);
    else
        LOG("    hcp: decoded %u slices, the picture %u of its stream, in order %d\n",
            all.slice_count, all.decoded_count, all.picture.pic.CurrPic.pic_order_cnt);
    all.slice_count = 0;
}

static void buffers_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct hcp_decode *decode = &streamer->hcp.decode;

    if (length < 53)
        return;
    decode->target = streamer_address(streamer, words + 1) & ~UINT64_C(0xfff);
    for (unsigned i = 0; i < HCP_REFERENCES; i++)
        decode->references[i] =
            streamer_address(streamer, words + 37 + (size_t)2 * i) & ~UINT64_C(0xfff);
}

static void keep(uint32_t *to, size_t room, const uint32_t *words, unsigned length)
{
    memcpy(to, words, (length < room ? length : room) * 4);
}

static void picture_begin(struct streamer *streamer)
{
    hcp_decode_finish(streamer);
    all.why_not = NULL;
    picture_fill(streamer->hcp.picture);
    flags_fill(streamer->hcp.picture);
    if (all.picture.has_matrix)
        all.picture.pic.pic_fields.bits.scaling_list_enabled_flag = 1;
}

void hcp_decode_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct hcp_decode *decode = &streamer->hcp.decode;

    switch (words[0] >> 16) {
    case 0x7381: /* id 0: the picture */
        if (length > 2 && !(words[1] >> 28))
            keep(decode->surface, 3, words, length);
        break;
    case 0x7382:
        buffers_keep(streamer, words, length);
        break;
    case 0x7383:
        decode->stream = streamer_address(streamer, words + 1) & ~UINT64_C(0xfff);
        all.picture.has_matrix = false;
        break;
    case 0x7384:
        if (length > 17)
            matrix_take(words);
        break;
    case 0x7390:
        picture_begin(streamer);
        break;
    case 0x7392:
        keep(decode->lists[words[1] & 1], 18, words, length);
        break;
    case 0x7393:
        keep(decode->weights[words[1] & 1], 34, words, length);
        break;
    case 0x7394:
        memset(decode->lists, 0, sizeof(decode->lists));
        memset(decode->weights, 0, sizeof(decode->weights));
        break;
    case 0x73a0:
        if (length > 2)
            slice_take(streamer, words);
        break;
    default:
        break;
    }
}

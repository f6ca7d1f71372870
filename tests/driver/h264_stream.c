/* SPDX-License-Identifier: MIT */
#include "h264_stream.h"

#include <string.h>

#define SETS_MAX 64u
#define NAL_SPS  0x67
#define NAL_PPS  0x68
#define LEVEL    40

static const char *unit_end(struct bit_writer *stream, struct bit_writer *unit)
{
    bool is_cut = false;

    bits_put_trailing(unit);
    if (unit->overflow)
        return "a parameter set is too long";
    bits_put(stream, 1, 32);
    if (!stream->overflow)
        stream->used += nal_escape(stream->data + stream->used, stream->size - stream->used,
                                   unit->data, unit->used, &is_cut);
    return stream->overflow || is_cut ? "the stream is too long" : NULL;
}

/* Without cropping, which libva does not tell (clause 7.3.2.1.1). */
static const char *sequence_write(struct bit_writer *stream,
                                  const VAPictureParameterBufferH264 *pic)
{
    uint8_t room[SETS_MAX];
    struct bit_writer w = {.data = room, .size = sizeof(room)};

    bits_put(&w, NAL_SPS, 8);
    bits_put(&w, 100, 8); /* High */
    bits_put(&w, 0, 8);
    bits_put(&w, LEVEL, 8);
    bits_put_ue(&w, 0);
    bits_put_ue(&w, 1); /* 4:2:0 */
    bits_put_ue(&w, 0);
    bits_put_ue(&w, 0);
    bits_put(&w, 0, 2);
    bits_put_ue(&w, pic->seq_fields.bits.log2_max_frame_num_minus4);
    bits_put_ue(&w, 0);
    bits_put_ue(&w, pic->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4);
    bits_put_ue(&w, pic->num_ref_frames);
    bits_put(&w, pic->seq_fields.bits.gaps_in_frame_num_value_allowed_flag, 1);
    bits_put_ue(&w, pic->picture_width_in_mbs_minus1);
    bits_put_ue(&w, pic->picture_height_in_mbs_minus1);
    bits_put(&w, 1, 1);
    bits_put(&w, pic->seq_fields.bits.direct_8x8_inference_flag, 1);
    bits_put(&w, 0, 2);
    return unit_end(stream, &w);
}

/* The default numbers of references are this slice's: where its header says nothing, they hold. */
static const char *picture_write(struct bit_writer *stream, const VAPictureParameterBufferH264 *pic,
                                 const VASliceParameterBufferH264 *slice)
{
    uint8_t room[SETS_MAX];
    struct bit_writer w = {.data = room, .size = sizeof(room)};

    bits_put(&w, NAL_PPS, 8);
    bits_put_ue(&w, 0);
    bits_put_ue(&w, 0);
    bits_put(&w, pic->pic_fields.bits.entropy_coding_mode_flag, 1);
    bits_put(&w, pic->pic_fields.bits.pic_order_present_flag, 1);
    bits_put_ue(&w, 0);
    bits_put_ue(&w, slice->num_ref_idx_l0_active_minus1);
    bits_put_ue(&w, slice->num_ref_idx_l1_active_minus1);
    bits_put(&w, pic->pic_fields.bits.weighted_pred_flag, 1);
    bits_put(&w, pic->pic_fields.bits.weighted_bipred_idc, 2);
    bits_put_se(&w, pic->pic_init_qp_minus26);
    bits_put_se(&w, pic->pic_init_qs_minus26);
    bits_put_se(&w, pic->chroma_qp_index_offset);
    bits_put(&w, pic->pic_fields.bits.deblocking_filter_control_present_flag, 1);
    bits_put(&w, pic->pic_fields.bits.constrained_intra_pred_flag, 1);
    bits_put(&w, pic->pic_fields.bits.redundant_pic_cnt_present_flag, 1);
    bits_put(&w, pic->pic_fields.bits.transform_8x8_mode_flag, 1);
    bits_put(&w, 0, 1);
    bits_put_se(&w, pic->second_chroma_qp_index_offset);
    return unit_end(stream, &w);
}

const char *h264_stream_write_sets(struct bit_writer *stream,
                                   const VAPictureParameterBufferH264 *pic,
                                   const VASliceParameterBufferH264 *slice)
{
    const char *fault = NULL;

    if (pic->seq_fields.bits.chroma_format_idc != 1 || pic->bit_depth_luma_minus8 ||
        pic->bit_depth_chroma_minus8 || !pic->seq_fields.bits.frame_mbs_only_flag ||
        pic->pic_fields.bits.field_pic_flag)
        return "not whole pictures of 8 bit 4:2:0";
    if (pic->seq_fields.bits.pic_order_cnt_type != 0)
        return "another order of pictures than that of type 0";
    /* A new sequence only where one may begin. */
    if (slice->slice_type % 5 == 2)
        fault = sequence_write(stream, pic);
    return fault ? fault : picture_write(stream, pic, slice);
}

const char *h264_stream_write_slice(struct bit_writer *stream, const uint8_t *nal, size_t size)
{
    uint8_t *room;

    bits_put(stream, 1, 32);
    room = bits_put_bytes(stream, size);
    if (!room)
        return "the stream is too long";
    memcpy(room, nal, size);
    return NULL;
}

bool h264_stream_is_flat(const VAIQMatrixBufferH264 *matrix)
{
    const uint8_t *bytes = (const uint8_t *)matrix;

    for (size_t i = 0; i < sizeof(matrix->ScalingList4x4) + sizeof(matrix->ScalingList8x8); i++) {
        if (bytes[i] != 16)
            return false;
    }
    return true;
}

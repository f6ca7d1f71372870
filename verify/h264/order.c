/* SPDX-License-Identifier: MIT */
/* The rules between a picture and the one before it. */
#include "h264/read.h"

/* The shortest intra macroblock that CAVLC can write: I_16x16 mb_type 3 bits,
 * intra_chroma_pred_mode, mb_qp_delta and one empty coeff_token 1 bit each (7.3.5, 9.2.1). */
#define CAVLC_INTRA_BITS_MIN 6

/* As VCE's firmware writes it with Mesa up to 22: the macroblocks, and no word of cropping. */
static bool is_uncropped(const struct h264_expect *expect, const struct h264_sps *sps)
{
    return expect->may_be_uncropped && sps->width_mbs == (expect->width + 15) / 16 &&
           sps->height_mbs == (expect->height + 15) / 16 && !sps->crop_left && !sps->crop_right &&
           !sps->crop_top && !sps->crop_bottom;
}

static bool check_size(const struct h264_expect *expect, const struct h264_sps *sps, char *rule)
{
    uint32_t width = sps->width_mbs * 16 - sps->crop_left - sps->crop_right;
    uint32_t height = sps->height_mbs * 16 - sps->crop_top - sps->crop_bottom;

    if (((expect->width && width != expect->width) ||
         (expect->height && height != expect->height)) &&
        !is_uncropped(expect, sps))
        return h264_broken(rule, "the stream says %ux%u pixels, asked for were %ux%u", width,
                           height, expect->width, expect->height);
    if (expect->profile_idc && sps->profile_idc != expect->profile_idc)
        return h264_broken(rule, "the stream says profile_idc %u, asked for was %u",
                           sps->profile_idc, expect->profile_idc);
    return true;
}

/* An intra picture too short to hold its macroblocks; CABAC has no such hard limit. */
static bool check_data(const struct h264_picture *picture, char *rule)
{
    uint32_t macroblocks = picture->sps->width_mbs * picture->sps->height_mbs;
    uint64_t bits = 0;

    for (uint32_t i = 0; i < picture->slice_count; i++)
        bits += picture->slices[i].data_bits;
    if (picture->is_idr && !picture->pps->cabac &&
        bits < (uint64_t)macroblocks * CAVLC_INTRA_BITS_MIN)
        return h264_broken(rule, "an IDR picture of %u macroblocks has only %llu bits", macroblocks,
                           (unsigned long long)bits);
    return true;
}

/* 7.4.3 frame_num and idr_pic_id */
static bool check_frame_num(const struct h264_reader *reader, const struct h264_picture *picture,
                            char *rule)
{
    const struct h264_slice *slice = &picture->slices[0];
    uint32_t next =
        (reader->reference_frame_num + 1U) & ((1U << picture->sps->log2_max_frame_num) - 1);

    if (picture->is_idr) {
        if (slice->frame_num)
            return h264_broken(rule, "an IDR picture has frame_num %u instead of 0",
                               slice->frame_num);
        if (reader->was_idr && slice->idr_pic_id == reader->idr_pic_id)
            return h264_broken(rule, "two IDR pictures in a row have the same idr_pic_id %u",
                               slice->idr_pic_id);
        return true;
    }
    if (!picture->sps->gaps_in_frame_num_allowed && slice->frame_num != next)
        return h264_broken(rule, "frame_num is %u instead of %u: a picture is missing or repeated",
                           slice->frame_num, next);
    return true;
}

static bool check_references(const struct h264_picture *picture, char *rule)
{
    for (uint32_t i = 0; i < picture->slice_count; i++) {
        const struct h264_slice *slice = &picture->slices[i];
        if (slice->type == H264_P && !picture->sps->max_num_ref_frames)
            return h264_broken(rule, "a P slice, though the SPS allows no reference picture");
        if (slice->type == H264_P && slice->num_ref_idx_l0 > H264_REFERENCES_MAX)
            return h264_broken(rule, "a P slice of a frame uses %u references, more than %d",
                               slice->num_ref_idx_l0, H264_REFERENCES_MAX);
    }
    return true;
}

/*
 * 8.2.1. Type 1 gets the value of type 2: without B pictures both grow with every picture, and
 * P pictures use nothing but that order.
 */
static int64_t compute_poc(struct h264_reader *reader, const struct h264_picture *picture)
{
    const struct h264_sps *sps = picture->sps;
    const struct h264_slice *slice = &picture->slices[0];
    uint32_t max_lsb;

    if (sps->pic_order_cnt_type != 0) {
        if (picture->is_idr)
            reader->frame_num_offset = 0;
        else if (slice->frame_num < reader->frame_num)
            reader->frame_num_offset += 1U << sps->log2_max_frame_num;
        return 2LL * (reader->frame_num_offset + slice->frame_num) - !slice->nal_ref_idc;
    }
    max_lsb = 1U << sps->log2_max_pic_order_cnt_lsb;
    if (picture->is_idr) {
        reader->poc_msb = 0;
        reader->poc_lsb = 0;
    } else if (slice->pic_order_cnt_lsb < reader->poc_lsb &&
               reader->poc_lsb - slice->pic_order_cnt_lsb >= max_lsb / 2) {
        reader->poc_msb += max_lsb;
    }
    if (slice->nal_ref_idc)
        reader->poc_lsb = slice->pic_order_cnt_lsb;
    return (int64_t)reader->poc_msb + slice->pic_order_cnt_lsb;
}

bool h264_check_picture(struct h264_reader *reader, struct h264_picture *picture,
                        char rule[H264_RULE_MAX])
{
    const struct h264_slice *slice = &picture->slices[0];
    uint32_t number = reader->counts.pictures;
    int64_t poc;

    if (!picture->is_idr && !reader->has_active_sps)
        return h264_broken(rule, "the stream does not begin with an IDR picture");
    if (!picture->is_idr && reader->expect.idr_period && number % reader->expect.idr_period == 0)
        return h264_broken(rule, "an IDR picture was asked for, another kind came");
    if (!picture->is_idr && picture->pps->sps_id != reader->sps_id)
        return h264_broken(rule, "the stream changes to another SPS without an IDR picture");
    if (!check_size(&reader->expect, picture->sps, rule) || !check_data(picture, rule) ||
        !check_references(picture, rule) || !check_frame_num(reader, picture, rule))
        return false;
    poc = compute_poc(reader, picture);
    if (!picture->is_idr && poc <= reader->poc)
        return h264_broken(rule, "the picture order count does not grow: %lld behind %lld",
                           (long long)poc, (long long)reader->poc);
    picture->poc = (int32_t)poc;
    reader->poc = poc;
    reader->was_idr = picture->is_idr;
    reader->idr_pic_id = slice->idr_pic_id;
    reader->frame_num = slice->frame_num;
    if (slice->nal_ref_idc)
        reader->reference_frame_num = slice->frame_num;
    reader->sps_id = picture->pps->sps_id;
    reader->has_active_sps = true;
    reader->cabac = picture->pps->cabac;
    return true;
}

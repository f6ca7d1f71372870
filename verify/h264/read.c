/* SPDX-License-Identifier: MIT */
/* The rules of one coded buffer and of the whole stream. */
#include "h264/read.h"

#include "h264/bits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* So many pictures of one and the same size are no chance, unless each macroblock is stored as
 * I_PCM: 384 bytes whatever it shows (7.3.5). */
#define SAME_SIZE_MAX 4
#define PCM_BYTES     384

/* More than any encoder writes for one picture, all parameter sets and slices included. */
#define NALS_MAX 512

/* The NAL units of one picture. */
struct nals {
    uint32_t count;
    bool has_idr; /* parameter sets may change only where an IDR picture is */
    struct h264_nal list[NALS_MAX];
};

bool h264_broken(char rule[H264_RULE_MAX], const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(rule, H264_RULE_MAX, fmt, ap);
    va_end(ap);
    return false;
}

const struct h264_sps *h264_reader_sps(const struct h264_reader *reader)
{
    return reader->has_active_sps ? &reader->sps[reader->sps_id] : NULL;
}

static bool take_sps(struct h264_reader *reader, const uint8_t *nal, size_t size, bool is_idr,
                     char *rule)
{
    struct h264_sps sps;
    bool is_same;

    if (!h264_read_sps(nal, size, &sps, rule))
        return false;
    /* Both come whole from h264_read_sps, with their padding zeroed.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    is_same = memcmp(&sps, &reader->sps[sps.id], sizeof(sps)) == 0;
    if (reader->has_active_sps && !is_idr && sps.id == reader->sps_id && !is_same)
        return h264_broken(rule, "the SPS changes at a picture that is not an IDR picture");
    memcpy(&reader->sps[sps.id], &sps, sizeof(sps));
    reader->counts.sps++;
    return true;
}

static bool take_pps(struct h264_reader *reader, const uint8_t *nal, size_t size, char *rule)
{
    struct h264_pps pps;

    if (!h264_read_pps(nal, size, &pps, rule))
        return false;
    reader->pps[pps.id] = pps;
    reader->counts.pps++;
    return true;
}

/* 7.4.1.2.4: what may not differ between slices of one picture */
static bool check_same_picture(const struct h264_slice *first, const struct h264_slice *slice,
                               const struct h264_slice *last, char *rule)
{
    if (slice->first_mb == 0)
        return h264_broken(rule, "two pictures in one coded buffer");
    if (slice->first_mb <= last->first_mb)
        return h264_broken(rule, "slices come out of order: macroblock %u behind %u",
                           slice->first_mb, last->first_mb);
    if (slice->frame_num != first->frame_num || slice->nal_unit_type != first->nal_unit_type ||
        slice->idr_pic_id != first->idr_pic_id ||
        slice->pic_order_cnt_lsb != first->pic_order_cnt_lsb ||
        !slice->nal_ref_idc != !first->nal_ref_idc)
        return h264_broken(rule, "slices of different pictures in one coded buffer");
    return true;
}

static bool take_slice(struct h264_reader *reader, const uint8_t *data, const struct h264_nal *nal,
                       struct h264_picture *picture, char *rule)
{
    struct h264_slice slice;

    if (picture->slice_count == H264_SLICES_MAX)
        return h264_broken(rule, "more than %d slices in one picture", H264_SLICES_MAX);
    if (!h264_read_slice(reader, data + nal->offset, nal->size, &slice, rule))
        return false;
    slice.offset = (uint32_t)nal->offset;
    if (picture->slice_count == 0) {
        if (slice.first_mb)
            return h264_broken(rule, "the picture begins with macroblock %u instead of 0",
                               slice.first_mb);
        picture->is_idr = slice.nal_unit_type == H264_NAL_IDR;
        picture->pps = &reader->pps[slice.pps_id];
        picture->sps = &reader->sps[picture->pps->sps_id];
    } else if (!check_same_picture(&picture->slices[0], &slice,
                                   &picture->slices[picture->slice_count - 1], rule)) {
        return false;
    }
    if (slice.first_mb >= picture->sps->width_mbs * picture->sps->height_mbs)
        return h264_broken(rule, "a slice begins at macroblock %u, the picture has %u",
                           slice.first_mb, picture->sps->width_mbs * picture->sps->height_mbs);
    picture->slices[picture->slice_count++] = slice;
    reader->counts.slices++;
    return true;
}

/* 7.4.1.2.3: the order of NAL units around the slices of a picture */
static bool check_order(uint8_t type, const struct h264_picture *picture, uint32_t position,
                        char *rule)
{
    bool is_before = type == H264_NAL_SPS || type == H264_NAL_PPS || type == H264_NAL_SEI ||
                     type == H264_NAL_AUD;
    bool is_behind =
        type == H264_NAL_FILLER || type == H264_NAL_END_SEQUENCE || type == H264_NAL_END_STREAM;

    if (type == H264_NAL_AUD && position)
        return h264_broken(rule, "an access unit delimiter is not the first NAL unit");
    if (is_before && picture->slice_count)
        return h264_broken(rule, "a NAL unit of type %u comes behind the slices of its picture",
                           type);
    if (is_behind && !picture->slice_count)
        return h264_broken(rule, "a NAL unit of type %u comes before the picture it ends", type);
    return true;
}

static bool check_nal(const uint8_t *data, const struct h264_nal *nal, char *rule)
{
    uint8_t type;

    if (nal->size == 0)
        return h264_broken(rule, "a NAL unit is empty");
    if (data[nal->offset] & 0x80)
        return h264_broken(rule, "the forbidden_zero_bit of a NAL unit is set");
    type = data[nal->offset] & 31;
    /* 2 to 4 are data partitions; 16 to 18 and 22 up are reserved or unspecified (table 7-1) */
    if (type == 0 || (type >= 2 && type <= 4) || (type >= 16 && type <= 18) || type >= 22)
        return h264_broken(rule, "a NAL unit is of type %u, which no encoder of frames writes",
                           type);
    if ((type == H264_NAL_IDR || type == H264_NAL_SPS || type == H264_NAL_PPS) &&
        !(data[nal->offset] >> 5 & 3))
        return h264_broken(rule, "a NAL unit of type %u has nal_ref_idc 0", type);
    if (nal->is_unescaped)
        return h264_broken(rule, "emulation prevention is missing in a NAL unit of type %u", type);
    return true;
}

/* Finds every NAL unit and looks at it as such. */
static bool split(const uint8_t *data, size_t size, struct nals *nals, char *rule)
{
    bool has_slice = false;
    struct h264_nal nal;
    size_t at = 0;

    nals->count = 0;
    nals->has_idr = false;
    while (h264_next_nal(data, size, &at, &nal)) {
        uint8_t type;

        if (!check_nal(data, &nal, rule))
            return false;
        if (nals->count == NALS_MAX)
            return h264_broken(rule, "more than %d NAL units in one coded buffer", NALS_MAX);
        nals->list[nals->count++] = nal;
        type = data[nal.offset] & 31;
        has_slice = has_slice || type == H264_NAL_SLICE || type == H264_NAL_IDR;
        nals->has_idr = nals->has_idr || type == H264_NAL_IDR;
    }
    return has_slice || h264_broken(rule, "the coded buffer holds no picture");
}

static bool take_nal(struct h264_reader *reader, const uint8_t *data, const struct h264_nal *nal,
                     bool is_idr, struct h264_picture *picture, char *rule)
{
    switch (data[nal->offset] & 31) {
    case H264_NAL_SPS:
        return take_sps(reader, data + nal->offset, nal->size, is_idr, rule);
    case H264_NAL_PPS:
        return take_pps(reader, data + nal->offset, nal->size, rule);
    case H264_NAL_SLICE:
    case H264_NAL_IDR:
        return take_slice(reader, data, nal, picture, rule);
    default:
        reader->counts.other_nal++;
        return true;
    }
}

static bool take_nals(struct h264_reader *reader, const uint8_t *data, size_t size,
                      struct h264_picture *picture, char *rule)
{
    struct nals nals;

    if (!split(data, size, &nals, rule))
        return false;
    for (uint32_t i = 0; i < nals.count; i++) {
        reader->counts.nal_units++;
        if (!check_order(data[nals.list[i].offset] & 31, picture, i, rule) ||
            !take_nal(reader, data, &nals.list[i], nals.has_idr, picture, rule))
            return false;
    }
    return true;
}

bool h264_read_picture(struct h264_reader *reader, const uint8_t *data, size_t size,
                       struct h264_picture *ret, char rule[H264_RULE_MAX])
{
    size_t start = 0;

    if (size == 0)
        return h264_broken(rule, "the coded buffer is empty");
    if (size > UINT32_MAX / 8)
        return h264_broken(rule, "the coded buffer is absurdly large");
    while (start < size && data[start] == 0)
        start++;
    if (start < 2 || start == size || data[start] != 1)
        return h264_broken(rule, "the coded buffer does not begin with a start code");
    memset(ret, 0, offsetof(struct h264_picture, slices));
    if (!take_nals(reader, data, size, ret, rule) || !h264_check_picture(reader, ret, rule))
        return false;
    reader->counts.pictures++;
    if (ret->is_idr) {
        reader->counts.idr++;
        return true;
    }
    reader->counts.p++;
    if (reader->counts.p == 1)
        reader->p_size = size;
    if (size == reader->p_size)
        reader->p_same_size++;
    return true;
}

bool h264_read_end(const struct h264_reader *reader, char rule[H264_RULE_MAX])
{
    const struct h264_sps *sps;

    if (!reader->counts.pictures)
        return h264_broken(rule, "the stream holds no picture at all");
    sps = &reader->sps[reader->sps_id];
    if (reader->expect.is_moving && reader->counts.p >= SAME_SIZE_MAX &&
        reader->p_same_size == reader->counts.p &&
        reader->p_size < (size_t)sps->width_mbs * sps->height_mbs * PCM_BYTES)
        return h264_broken(rule,
                           "all %u P pictures have the same %zu bytes, though the scene moves",
                           reader->counts.p, reader->p_size);
    return true;
}

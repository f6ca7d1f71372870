/* SPDX-License-Identifier: MIT */
/*
 * Reads an H.264 stream one coded buffer at a time and says in plain words which rule it breaks:
 * a pure function over bytes, for hostile input. It allocates nothing and decodes no macroblock.
 *
 * Accepted is any valid stream of progressive 8-bit 4:2:0 I and P pictures in output order, so a
 * driver may write its own SPS and PPS (other picture order count type, VUI, CABAC, several
 * slices).
 */
#ifndef VERIFY_H264_READ_H
#define VERIFY_H264_READ_H

#include "h264/h264.h"

#include <stddef.h>

#define H264_RULE_MAX   160
#define H264_SLICES_MAX 64 /* of one picture */

/* What was asked of the encoder; 0 accepts anything. */
struct h264_expect {
    uint32_t width, height; /* pixels, after cropping */
    bool may_be_uncropped;  /* or whole macroblocks of them, where the driver writes the headers */
    uint32_t profile_idc;
    uint32_t idr_period; /* pictures 0, n, 2n, … have to be IDR pictures */
    bool is_moving;      /* no two pictures are alike, so their sizes have to differ */
};

struct h264_counts {
    uint32_t nal_units, sps, pps, idr, p, other_nal, pictures, slices;
};

struct h264_reader {
    struct h264_expect expect;
    struct h264_counts counts;
    struct h264_sps sps[H264_SPS_MAX];
    struct h264_pps pps[H264_PPS_MAX];
    uint32_t sps_id; /* the active one */
    bool has_active_sps;
    bool cabac; /* of the last picture */

    /* Of the picture before. */
    bool was_idr;
    uint16_t idr_pic_id;
    uint16_t reference_frame_num;
    uint16_t frame_num;
    uint32_t frame_num_offset;
    uint32_t poc_msb, poc_lsb;
    int64_t poc;

    size_t p_size; /* of the first non-IDR picture, bytes */
    uint32_t p_same_size;
};

/* One picture; pointers are valid until the next call with the same reader. */
struct h264_picture {
    bool is_idr;
    const struct h264_sps *sps;
    const struct h264_pps *pps;
    int32_t poc;
    uint32_t slice_count;
    struct h264_slice slices[H264_SLICES_MAX];
};

/* Zero `reader` and set `expect` before the first call. */

/*
 * Reads the coded buffer of the next picture. False when it breaks a rule: `rule` then says which,
 * and neither *ret nor the reader are of further use.
 */
bool h264_read_picture(struct h264_reader *reader, const uint8_t *data, size_t size,
                       struct h264_picture *ret, char rule[H264_RULE_MAX]);

/* The rules that only the whole stream can break. */
bool h264_read_end(const struct h264_reader *reader, char rule[H264_RULE_MAX]);

/* The active SPS, NULL before the first picture. */
const struct h264_sps *h264_reader_sps(const struct h264_reader *reader);

/* What the parts of the reader share. `nal` begins with the NAL unit header byte. */
__attribute__((format(printf, 2, 3))) bool h264_broken(char rule[H264_RULE_MAX], const char *fmt,
                                                       ...);
bool h264_read_sps(const uint8_t *nal, size_t size, struct h264_sps *ret, char rule[H264_RULE_MAX]);
bool h264_read_pps(const uint8_t *nal, size_t size, struct h264_pps *ret, char rule[H264_RULE_MAX]);
bool h264_read_slice(const struct h264_reader *reader, const uint8_t *nal, size_t size,
                     struct h264_slice *ret, char rule[H264_RULE_MAX]);

/* Whether the picture may follow the one before; sets its poc and what the reader remembers. */
bool h264_check_picture(struct h264_reader *reader, struct h264_picture *picture,
                        char rule[H264_RULE_MAX]);

#endif

/* SPDX-License-Identifier: MIT */
/* Codecs by the names that people give them. */
#ifndef VERIFY_CODEC_NAMES_H
#define VERIFY_CODEC_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* The order of the report. */
enum codec {
    CODEC_H264,
    CODEC_HEVC,
    CODEC_HEVC10,
    CODEC_AV1,
    CODEC_AV1_10,
    CODEC_VP9,
    CODEC_VP9_10,
    CODEC_VP8,
    CODEC_MPEG2,
    CODEC_VC1,
    CODEC_JPEG,
    CODEC_COUNT
};

/* One bit for each, as --codec asks for them; ALL is more than the sum: what the driver has not is
 * then no failure. */
#define CODEC_BIT(codec) (1U << (codec))
#define CODEC_BITS_ALL   (1U << 31)

/* Those that a clip is built in of, and H.264, which is encoded and decoded anyway; clip_of() has
 * them. */
#define CODEC_BITS_TRIED                                                                           \
    (CODEC_BIT(CODEC_H264) | CODEC_BIT(CODEC_HEVC) | CODEC_BIT(CODEC_HEVC10) |                     \
     CODEC_BIT(CODEC_VP9) | CODEC_BIT(CODEC_VP9_10) | CODEC_BIT(CODEC_VP8))

const char *codec_name(enum codec codec);

/* Whether a row of the driver's table is of this codec; `rt_format` 0: the driver does not say. */
bool codec_is_of(enum codec codec, int32_t profile, uint32_t rt_format);

/* "hevc,vp9" or "all" as bits; false where a name is none of CODEC_BITS_TRIED. */
bool codec_bits_read(const char *list, uint32_t *ret);

#endif

/* SPDX-License-Identifier: MIT */
#include "codec/clip.h"

static const struct clip *const CLIPS[CODEC_COUNT] = {
    [CODEC_H264] = &clip_h264, [CODEC_HEVC] = &clip_hevc,     [CODEC_HEVC10] = &clip_hevc10,
    [CODEC_VP9] = &clip_vp9,   [CODEC_VP9_10] = &clip_vp9_10, [CODEC_VP8] = &clip_vp8,
};

const struct clip *clip_of(enum codec codec)
{
    return CLIPS[codec];
}

#define POLYNOMIAL 0xedb88320U

uint32_t clip_checksum(uint32_t checksum, const uint8_t *data, size_t size)
{
    checksum = ~checksum;
    for (size_t i = 0; i < size; i++) {
        checksum ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            checksum = checksum >> 1 ^ (checksum & 1 ? POLYNOMIAL : 0);
    }
    return ~checksum;
}

/* SPDX-License-Identifier: MIT */
/*
 * Short streams with everything that a decoder behind libva gets for them, so that no parser is
 * needed: the buffers that ffmpeg's hwaccel sends, byte by byte, and checksums of the pictures that
 * the standard has come out of them. The tables clip_*.c are made by tests/clips/make. Pure data:
 * no libva.
 */
#ifndef VERIFY_CLIP_H
#define VERIFY_CLIP_H

#include "facts/codecs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIP_SURFACES_MAX 8
#define CLIP_BUFFERS_MAX  64 /* of one picture */
#define CLIP_PICTURES_MAX 8

struct clip_buffer {
    uint16_t type; /* VABufferType */
    uint32_t size, at;
};

/* A buffer's 32-bit word at `offset` is the id of a surface. */
struct clip_place {
    uint16_t buffer, offset;
    uint8_t surface;
};

/* In the order of decoding. */
struct clip_picture {
    uint16_t buffer, buffer_count;
    uint8_t surface;       /* that it is decoded to */
    uint32_t luma, chroma; /* CRC-32 of NV12, or P010, without the padding */
};

struct clip {
    int profile; /* VAProfile */
    uint32_t coded_width, coded_height, width, height;
    bool is_10_bit;
    uint32_t surface_count;
    const uint8_t *data;
    const struct clip_buffer *buffers;
    const struct clip_place *places;
    const struct clip_picture *pictures;
    uint32_t place_count, picture_count;
};

/* Of this codec; NULL where there is none. */
const struct clip *clip_of(enum codec codec);

extern const struct clip clip_h264, clip_hevc, clip_hevc10, clip_vp9, clip_vp9_10, clip_vp8;

/* CRC-32 as in zlib; 0 to begin with. */
uint32_t clip_checksum(uint32_t checksum, const uint8_t *data, size_t size);

#endif

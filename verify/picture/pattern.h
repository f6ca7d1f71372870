/* SPDX-License-Identifier: MIT */
/*
 * The moving test pattern: the same frame number always gives the same NV12 picture, and a picture
 * that is shifted, stale, repeated, green or half missing is below 20 dB against it.
 *
 * From top to bottom: a counter of white and black bars (the frame number in binary), a band of
 * random cells that moves to the right, a luma gradient with two blocks that bounce, a band of
 * random cells that moves to the left. Both colour planes are moving random cells throughout.
 */
#ifndef VERIFY_PATTERN_H
#define VERIFY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern {
    uint32_t width, height; /* pixels, even */
    /* Lines that the bands are cut out of; the longest step to the side fits in front. */
    uint8_t *cells, *gradient, *colour;
};

/* NV12 memory of a picture that may be larger than the pattern. */
struct nv12 {
    uint8_t *luma, *chroma;
    size_t luma_pitch, chroma_pitch; /* bytes */
    uint32_t width, height;          /* pixels, even */
};

/* -ENOMEM, or -EINVAL for an odd or empty size. pattern_close accepts what a failure left. */
int pattern_open(struct pattern *pattern, uint32_t width, uint32_t height);
void pattern_close(struct pattern *pattern);

/* One row of `width` bytes: a piece of the pattern's own lines where it is one as it stands, else
 * drawn into `room`. Chroma rows (height / 2 of them) are U V U V. */
const uint8_t *pattern_luma_row(const struct pattern *pattern, uint32_t frame, uint32_t y,
                                uint8_t *room);
const uint8_t *pattern_chroma_row(const struct pattern *pattern, uint32_t frame, uint32_t y);

/* The whole picture straight into `to`; what is beyond the pattern repeats its edge.
 * Written front to back and hardly read, for the memory may be write-combined. */
void pattern_draw(const struct pattern *pattern, uint32_t frame, const struct nv12 *to);

#endif

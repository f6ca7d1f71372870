/* SPDX-License-Identifier: MIT */
/* The scan of a baseline JPEG picture (ITU-T T.81), 4:2:0, by tables that are given. */
#ifndef FAKEDRM_JPEG_H
#define FAKEDRM_JPEG_H

#include "engine/nal.h"
#include "engine/surface.h"

#define JPEG_DC 12u  /* sizes of differences */
#define JPEG_AC 162u /* 0/0, 0/1 to 0/A, 1/1 ... E/A, F/0 to F/A (table K.5) */

struct jpeg_code {
    uint16_t bits;
    uint8_t length; /* 0: none */
};

struct jpeg_scan {
    uint32_t width, height;                          /* macroblocks */
    uint16_t quantum[3][64];                         /* of luma, U and V, in rows */
    struct jpeg_code dc[2][JPEG_DC], ac[2][JPEG_AC]; /* of luma and chroma */
};

typedef void jpeg_source(void *context, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK]);

/* Behind the header that `out` ends with, at a byte boundary; and the end of the image. */
void jpeg_encode(struct nal_writer *out, const struct jpeg_scan *scan, jpeg_source *source,
                 void *context);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Slices of HEVC whose pictures are as near to the source as the quantiser lets them be. Parameter
 * sets are the driver's, and those of today's programs allow neither PCM nor the bypass of the
 * transform; so every coding unit is four intra blocks of 4x4, predicted by their mean (DC), and
 * the transform is skipped: at quantiser 4 a level is a sample, and nothing is lost. Where a slice
 * may choose its quantiser, it is 4.
 */
#ifndef FAKEDRM_HEVC_H
#define FAKEDRM_HEVC_H

#include "engine/nal.h"

/* What the picture's and the slice's headers say, so far as it tells how a slice is written. */
struct hevc_slice {
    uint32_t width, height; /* samples; multiples of 8 */
    unsigned tree_log2;     /* of a coding tree block */
    uint32_t first, end;    /* coding tree blocks, in raster order; first: of a row */
    unsigned type;          /* 0 B, 1 P, 2 I */
    int qp, chroma_qp_offset[2];
    bool has_init_flag; /* cabac_init_flag */
    bool has_sao_luma, has_sao_chroma;
    bool has_bypass;     /* transquant_bypass_enabled_flag */
    bool has_qp_delta;   /* cu_qp_delta_enabled_flag */
    unsigned group_log2; /* of a quantisation group */
};

/* Three planes of samples: luma's rows are `width` apart, chroma's half of that. */
struct hevc_planes {
    uint8_t *samples[3];
};

/*
 * Slice data and trailing bits, behind the slice header that `out` ends with. `decoded`: what is
 * coded so far of the picture, which the next blocks are predicted from (before any filter).
 */
void hevc_encode(struct nal_writer *out, const struct hevc_slice *slice,
                 const struct hevc_planes *source, const struct hevc_planes *decoded);

#endif

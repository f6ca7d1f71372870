/* SPDX-License-Identifier: MIT */
/* The words of HEVC's slice data (clause 7.3.8) that hevc.h uses, in their contexts. */
#ifndef FAKEDRM_HEVC_BLOCK_H
#define FAKEDRM_HEVC_BLOCK_H

#include "engine/cabac.h"
#include "engine/hevc.h"

#define HEVC_QP_LOSSLESS 4

enum hevc_context {
    HEVC_SAO_MERGE,
    HEVC_SAO_TYPE,
    HEVC_SPLIT, /* three, by what is beside it */
    HEVC_BYPASS = HEVC_SPLIT + 3,
    HEVC_SKIP,
    HEVC_PREDICTION,
    HEVC_PARTS,
    HEVC_LUMA_MODE,
    HEVC_CHROMA_MODE,
    HEVC_CBF_LUMA,   /* below the unit's own depth */
    HEVC_CBF_CHROMA, /* at the unit's own depth */
    HEVC_DELTA,      /* two: the first bin, the others */
    /* Of a residual; the second of two is chroma's. */
    HEVC_TRANSFORM_SKIP = HEVC_DELTA + 2,
    HEVC_LAST_X = HEVC_TRANSFORM_SKIP + 2, /* twice three */
    HEVC_LAST_Y = HEVC_LAST_X + 6,
    HEVC_SIGNIFICANT = HEVC_LAST_Y + 6,    /* twice nine */
    HEVC_GREATER1 = HEVC_SIGNIFICANT + 18, /* twice four */
    HEVC_GREATER2 = HEVC_GREATER1 + 8,
    HEVC_CONTEXTS = HEVC_GREATER2 + 2
};

void hevc_contexts(struct cabac *cabac, const struct hevc_slice *slice);

/* Without a transform: what a level adds to a sample, and the level that comes nearest to it. */
int hevc_level_value(int level, int qp);
int16_t hevc_level_for(int wanted, int qp);

/* Of luma's quantiser and the offsets (table 8-10). */
int hevc_chroma_qp(int qp);

void hevc_delta_put(struct cabac *cabac, int delta);

/* residual_coding() of 4x4 levels in rows, of which one at least is not 0. */
void hevc_residual_put(struct cabac *cabac, bool is_chroma, const int16_t levels[16]);

/* A residual of luma that adds nothing, for quantisers up to 4: the transform rounds it away. */
void hevc_nothing_put(struct cabac *cabac);

#endif

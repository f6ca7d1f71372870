/* SPDX-License-Identifier: MIT */
#include "engine/hevc.h"

#include "engine/hevc_block.h"

#define UNIT_LOG2 3u

struct coder {
    struct cabac cabac;
    const struct hevc_slice *slice;
    const struct hevc_planes *source, *decoded;
    uint32_t trees_wide; /* coding tree blocks in a row */
    bool has_delta;      /* the quantisation group has its cu_qp_delta */
    int last_qp;         /* of the group before */
};

/* Whether the sample at x, y is of this slice, and coded already if the current block is at its
 * right or below. */
static bool is_there(const struct coder *coder, int64_t x, int64_t y)
{
    uint32_t tree;

    if (x < 0 || y < 0 || x >= coder->slice->width)
        return false;
    tree = (uint32_t)(y >> coder->slice->tree_log2) * coder->trees_wide +
           (uint32_t)(x >> coder->slice->tree_log2);
    return tree >= coder->slice->first;
}

/* ---- the mean of what is beside a block (clauses 8.4.4.2.2 and 8.4.4.2.5) ---- */

struct beside {
    int left[4], above[4];
};

static void beside_fill(const struct coder *coder, unsigned plane, uint32_t x, uint32_t y,
                        struct beside *ret)
{
    unsigned shift = plane ? 1 : 0;
    size_t pitch = coder->slice->width >> shift;
    const uint8_t *samples = coder->decoded->samples[plane] + y * pitch + x;
    int64_t at_x = (int64_t)x << shift, at_y = (int64_t)y << shift;
    bool has_left = is_there(coder, at_x - 1, at_y), has_above = is_there(coder, at_x, at_y - 1);

    for (unsigned i = 0; i < 4; i++) {
        ret->left[i] = has_left ? samples[i * pitch - 1] : 128;
        ret->above[i] = has_above ? *(samples + i - pitch) : 128;
    }
    /* Of one that is not there, each sample is the nearest of the other: slices begin with a row,
     * so that the corner is there with both or not at all. */
    for (unsigned i = 0; i < 4; i++) {
        if (has_left && !has_above)
            ret->above[i] = samples[-1];
        if (!has_left && has_above)
            ret->left[i] = *(samples - pitch);
    }
}

static void predict(const struct coder *coder, unsigned plane, uint32_t x, uint32_t y, int ret[16])
{
    struct beside beside;
    int mean = 4;

    beside_fill(coder, plane, x, y, &beside);
    for (unsigned i = 0; i < 4; i++)
        mean += beside.left[i] + beside.above[i];
    mean >>= 3;
    for (unsigned i = 0; i < 16; i++)
        ret[i] = mean;
    if (plane)
        return;
    ret[0] = (beside.left[0] + 2 * mean + beside.above[0] + 2) >> 2;
    for (unsigned i = 1; i < 4; i++) {
        ret[i] = (beside.above[i] + 3 * mean + 2) >> 2;
        ret[(size_t)4 * i] = (beside.left[i] + 3 * mean + 2) >> 2;
    }
}

/* ---- units ---- */

/* The levels of a block, and what they make of it. */
static bool block_code(const struct coder *coder, unsigned plane, int qp, uint32_t x, uint32_t y,
                       int16_t levels[16])
{
    size_t pitch = coder->slice->width >> (plane ? 1 : 0);
    int guess[16];
    bool is_set = false;

    predict(coder, plane, x, y, guess);
    for (unsigned i = 0; i < 16; i++) {
        size_t at = (y + i / 4) * pitch + x + i % 4;
        int sample, wanted = coder->source->samples[plane][at] - guess[i];

        levels[i] = hevc_level_for(wanted, qp);
        sample = guess[i] + hevc_level_value(levels[i], qp);
        coder->decoded->samples[plane][at] = (uint8_t)(sample < 0     ? 0
                                                       : sample > 255 ? 255
                                                                      : sample);
        is_set |= levels[i] != 0;
    }
    return is_set;
}

/* cu_qp_delta_abs and its sign, once a group, before its first residual. */
static void delta_put(struct coder *coder)
{
    int delta = HEVC_QP_LOSSLESS - coder->last_qp;

    if (!coder->slice->has_qp_delta || coder->has_delta)
        return;
    hevc_delta_put(&coder->cabac, delta < -26 ? delta + 52 : delta);
    coder->has_delta = true;
    coder->last_qp = HEVC_QP_LOSSLESS;
}

static void unit_header_put(struct coder *coder)
{
    struct cabac *cabac = &coder->cabac;

    if (coder->slice->has_bypass)
        cabac_put(cabac, HEVC_BYPASS, 0);
    if (coder->slice->type != 2) {
        cabac_put(cabac, HEVC_SKIP, 0); /* nothing beside it is skipped either */
        cabac_put(cabac, HEVC_PREDICTION, 1);
    }
    cabac_put(cabac, HEVC_PARTS, 0); /* four */
    /* DC is what an unknown neighbour counts as: it is the second of the most probable modes. */
    for (unsigned i = 0; i < 4; i++)
        cabac_put(cabac, HEVC_LUMA_MODE, 1);
    for (unsigned i = 0; i < 4; i++)
        cabac_put_bypass(cabac, 2, 2);
    cabac_put(cabac, HEVC_CHROMA_MODE, 0); /* as luma */
}

static void unit_put(struct coder *coder, uint32_t x, uint32_t y)
{
    struct cabac *cabac = &coder->cabac;
    const struct hevc_slice *slice = coder->slice;
    int qp = slice->has_qp_delta ? HEVC_QP_LOSSLESS : slice->qp;
    int16_t levels[4][16], chroma[2][16];
    bool has_chroma[2], has_luma;
    /* A group that has a quantiser of its own needs a residual to say so. */
    bool needs_delta = slice->has_qp_delta && coder->last_qp != HEVC_QP_LOSSLESS;

    unit_header_put(coder);
    for (unsigned c = 0; c < 2; c++) {
        has_chroma[c] = block_code(coder, 1 + c, hevc_chroma_qp(qp + slice->chroma_qp_offset[c]),
                                   x / 2, y / 2, chroma[c]);
        cabac_put(cabac, HEVC_CBF_CHROMA, has_chroma[c]);
    }
    for (unsigned i = 0; i < 4; i++) {
        has_luma = block_code(coder, 0, qp, x + i % 2 * 4, y + i / 2 * 4, levels[i]);
        cabac_put(cabac, HEVC_CBF_LUMA, has_luma || (needs_delta && i == 0));
        if (has_luma || has_chroma[0] || has_chroma[1] || (needs_delta && i == 0))
            delta_put(coder);
        if (has_luma)
            hevc_residual_put(cabac, false, levels[i]);
        else if (needs_delta && i == 0)
            hevc_nothing_put(cabac);
    }
    for (unsigned c = 0; c < 2; c++) {
        if (has_chroma[c])
            hevc_residual_put(cabac, true, chroma[c]);
    }
}

/* ---- the coding quadtree (clause 7.3.8.4) ---- */

static void tree_put(struct coder *coder, uint32_t x, uint32_t y, unsigned log2)
{
    const struct hevc_slice *slice = coder->slice;
    uint32_t half = 1u << log2 >> 1;

    if (log2 >= slice->group_log2)
        coder->has_delta = false;
    if (log2 == UNIT_LOG2) {
        unit_put(coder, x, y);
        return;
    }
    /* Across the picture's edge it is split without a word; all units are the smallest, so that
     * any beside it is deeper. */
    if (x + 2 * half <= slice->width && y + 2 * half <= slice->height)
        cabac_put(&coder->cabac,
                  HEVC_SPLIT + (is_there(coder, (int64_t)x - 1, y) ? 1u : 0u) +
                      (is_there(coder, x, (int64_t)y - 1) ? 1u : 0u),
                  1);
    for (unsigned i = 0; i < 4; i++) {
        if (x + i % 2 * half < slice->width && y + i / 2 * half < slice->height)
            tree_put(coder, x + i % 2 * half, y + i / 2 * half, log2 - 1);
    }
}

/* Sample adaptive offset: none, in each tree's own words. */
static void sao_put(struct coder *coder, uint32_t at)
{
    const struct hevc_slice *slice = coder->slice;
    uint32_t x = at % coder->trees_wide, y = at / coder->trees_wide;

    if (!slice->has_sao_luma && !slice->has_sao_chroma)
        return;
    if (x && at > slice->first)
        cabac_put(&coder->cabac, HEVC_SAO_MERGE, 0);
    if (y && at >= slice->first + coder->trees_wide)
        cabac_put(&coder->cabac, HEVC_SAO_MERGE, 0);
    if (slice->has_sao_luma)
        cabac_put(&coder->cabac, HEVC_SAO_TYPE, 0);
    if (slice->has_sao_chroma)
        cabac_put(&coder->cabac, HEVC_SAO_TYPE, 0);
}

void hevc_encode(struct nal_writer *out, const struct hevc_slice *slice,
                 const struct hevc_planes *source, const struct hevc_planes *decoded)
{
    struct coder coder = {
        .cabac = {.out = out},
        .slice = slice,
        .source = source,
        .decoded = decoded,
        .trees_wide = (slice->width + (1u << slice->tree_log2) - 1) >> slice->tree_log2,
        .last_qp = slice->qp,
    };

    hevc_contexts(&coder.cabac, slice);
    cabac_encoder_start(&coder.cabac);
    for (uint32_t at = slice->first; at < slice->end; at++) {
        sao_put(&coder, at);
        tree_put(&coder, at % coder.trees_wide << slice->tree_log2,
                 at / coder.trees_wide << slice->tree_log2, slice->tree_log2);
        cabac_put_terminate(&coder.cabac, at + 1 == slice->end);
    }
    nal_align(out, 0);
}

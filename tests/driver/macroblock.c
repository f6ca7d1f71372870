/* SPDX-License-Identifier: MIT */
#include "macroblock.h"

#include <string.h>

static size_t luma_at(const struct pixels *pixels, uint32_t x, uint32_t y, uint32_t row)
{
    return (size_t)(y * 16 + row) * pixels->pitch + (size_t)x * 16;
}

static size_t chroma_at(const struct pixels *pixels, uint32_t x, uint32_t y, uint32_t row)
{
    return (size_t)(y * 8 + row) * pixels->pitch + (size_t)x * 16;
}

bool macroblock_is_same(const struct pixels *a, const struct pixels *b, uint32_t x, uint32_t y)
{
    for (uint32_t row = 0; row < 16; row++) {
        if (memcmp(a->luma + luma_at(a, x, y, row), b->luma + luma_at(b, x, y, row), 16) != 0)
            return false;
    }
    for (uint32_t row = 0; row < 8; row++) {
        if (memcmp(a->chroma + chroma_at(a, x, y, row), b->chroma + chroma_at(b, x, y, row), 16) !=
            0)
            return false;
    }
    return true;
}

void macroblock_copy(struct pixels *to, const struct pixels *from, uint32_t x, uint32_t y)
{
    for (uint32_t row = 0; row < 16; row++)
        memcpy(to->luma + luma_at(to, x, y, row), from->luma + luma_at(from, x, y, row), 16);
    for (uint32_t row = 0; row < 8; row++)
        memcpy(to->chroma + chroma_at(to, x, y, row), from->chroma + chroma_at(from, x, y, row),
               16);
}

void macroblock_to_pcm(uint8_t pcm[PCM_BYTES], const struct pixels *from, uint32_t x, uint32_t y)
{
    uint8_t *blue = pcm + 256, *red = pcm + 320;

    for (uint32_t row = 0; row < 16; row++)
        memcpy(pcm + (size_t)row * 16, from->luma + luma_at(from, x, y, row), 16);
    for (uint32_t row = 0; row < 8; row++) {
        const uint8_t *chroma = from->chroma + chroma_at(from, x, y, row);

        for (uint32_t column = 0; column < 8; column++) {
            *blue++ = chroma[(size_t)column * 2];
            *red++ = chroma[(size_t)column * 2 + 1];
        }
    }
}

void macroblock_from_pcm(struct pixels *to, const uint8_t pcm[PCM_BYTES], uint32_t x, uint32_t y)
{
    const uint8_t *blue = pcm + 256, *red = pcm + 320;

    for (uint32_t row = 0; row < 16; row++)
        memcpy(to->luma + luma_at(to, x, y, row), pcm + (size_t)row * 16, 16);
    for (uint32_t row = 0; row < 8; row++) {
        uint8_t *chroma = to->chroma + chroma_at(to, x, y, row);

        for (uint32_t column = 0; column < 8; column++) {
            chroma[(size_t)column * 2] = *blue++;
            chroma[(size_t)column * 2 + 1] = *red++;
        }
    }
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

void deblock_set_chroma(struct deblock *deblock, int offset, int second_offset)
{
    deblock->chroma_qp_offset[0] = offset;
    deblock->chroma_qp_offset[1] = second_offset;
}

void deblock_add_slice(struct deblock *deblock, int disable_idc, int qp, int alpha_div2,
                       int beta_div2)
{
    deblock->qp = max(deblock->qp, qp);
    if (disable_idc == 1)
        return;
    deblock->alpha = deblock->is_on ? max(deblock->alpha, alpha_div2 * 2) : alpha_div2 * 2;
    deblock->beta = deblock->is_on ? max(deblock->beta, beta_div2 * 2) : beta_div2 * 2;
    deblock->is_on = true;
}

/*
 * Clause 8.7.2.2: the thresholds alpha' and beta' are 0, and no sample is touched, while indexA or
 * indexB is below 16 (table 8-16). An I_PCM macroblock counts with qP 0, a skipped one with the
 * slice's; an edge takes their average. Edges between two skipped macroblocks have bS 0.
 * A chroma qP is at most the clipped sum that indexes table 8-15, so that sum is a safe bound.
 */
static bool plane_is_idle(const struct deblock *deblock, int chroma_offset, bool has_skipped)
{
    int pcm = max(chroma_offset, 0), skipped = max(deblock->qp + chroma_offset, 0);
    int average = has_skipped ? (pcm + skipped + 1) / 2 : pcm;

    return average + deblock->alpha < 16 || average + deblock->beta < 16;
}

bool deblock_is_idle(const struct deblock *deblock, bool has_skipped)
{
    return !deblock->is_on || (plane_is_idle(deblock, 0, has_skipped) &&
                               plane_is_idle(deblock, deblock->chroma_qp_offset[0], has_skipped) &&
                               plane_is_idle(deblock, deblock->chroma_qp_offset[1], has_skipped));
}

/* SPDX-License-Identifier: MIT */
#include "engine/hevc_block.h"

#include <stdlib.h>

/* initValue of tables 9-5 to 9-37, for initType 0 to 2. */
static const uint8_t INIT[3][HEVC_CONTEXTS] = {
    {153, 200, 139, 141, 157, 154, 154, 154, 184, 184, 63, 111, 94, 154, 154, 139, 139,
     /* last x, last y */
     110, 110, 124, 108, 123, 63, 110, 110, 124, 108, 123, 63,
     /* significant: luma, chroma */
     111, 111, 125, 110, 110, 94, 124, 108, 124, 140, 139, 182, 182, 152, 136, 152, 136, 153,
     /* greater than 1, than 2 */
     140, 92, 137, 138, 140, 179, 166, 182, 138, 152},
    {153, 185, 107, 139, 126, 154, 197, 149, 154, 154, 152, 153, 149, 154, 154, 139, 139, 125, 110,
     94,  108, 123, 108, 125, 110, 94,  108, 123, 108, 155, 154, 139, 153, 139, 123, 123, 63,  153,
     170, 153, 123, 123, 107, 121, 107, 121, 167, 154, 196, 196, 167, 169, 194, 166, 167, 107, 107},
    {153, 160, 107, 139, 126, 154, 197, 134, 154, 183, 152, 153, 149, 154, 154, 139, 139, 125, 110,
     124, 108, 123, 93,  125, 110, 124, 108, 123, 93,  170, 154, 139, 153, 139, 123, 123, 63,  124,
     170, 153, 138, 138, 122, 121, 122, 121, 167, 154, 196, 167, 167, 169, 208, 166, 167, 107, 107},
};

/* ctxIdxMap of clause 9.3.4.2.5, by the place in the block. */
static const uint8_t SIGNIFICANT_AT[16] = {0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8};

/* Up-right diagonal scan (clause 6.5.3): places in rows. */
static const uint8_t SCAN[16] = {0, 4, 1, 8, 5, 2, 12, 9, 6, 3, 13, 10, 7, 14, 11, 15};

static const uint8_t SCALE[6] = {40, 45, 51, 57, 64, 72};

void hevc_contexts(struct cabac *cabac, const struct hevc_slice *slice)
{
    unsigned type = slice->type == 2   ? 0
                    : slice->type == 1 ? (slice->has_init_flag ? 2 : 1)
                                       : (slice->has_init_flag ? 1 : 2);

    for (unsigned i = 0; i < HEVC_CONTEXTS; i++) {
        int value = INIT[type][i];
        cabac_context_set(cabac, i, (value >> 4) * 5 - 45, (value & 15) * 8 - 16, slice->qp);
    }
}

/* Clauses 8.6.4.1 and 8.6.4.2, for 8 bits and blocks of 4x4. */
int hevc_level_value(int level, int qp)
{
    int scaled = (level * 16 * (SCALE[qp % 6] << qp / 6) + 16) >> 5;

    return (scaled * 128 + 2048) >> 12;
}

int16_t hevc_level_for(int wanted, int qp)
{
    int best = wanted * 64 / (SCALE[qp % 6] << qp / 6), from = best - 1, to = best + 1;

    for (int level = from; level <= to; level++) {
        if (abs(hevc_level_value(level, qp) - wanted) < abs(hevc_level_value(best, qp) - wanted))
            best = level;
    }
    return (int16_t)best;
}

int hevc_chroma_qp(int qp)
{
    static const uint8_t QP[14] = {29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37};

    if (qp < 0)
        return 0;
    return qp < 30 ? qp : qp > 43 ? qp - 6 : QP[qp - 30];
}

/* Exponential Golomb code of order k (clause 9.3.3.5). */
static void golomb_put(struct cabac *cabac, unsigned value, unsigned k)
{
    for (; value >= 1u << k; k++) {
        cabac_put_bypass(cabac, 1, 1);
        value -= 1u << k;
    }
    cabac_put_bypass(cabac, 0, 1);
    cabac_put_bypass(cabac, value, k);
}

void hevc_delta_put(struct cabac *cabac, int delta)
{
    unsigned size = (unsigned)abs(delta);

    for (unsigned i = 0; i < 5 && i < size; i++)
        cabac_put(cabac, HEVC_DELTA + (i ? 1u : 0u), 1);
    if (size < 5)
        cabac_put(cabac, HEVC_DELTA + (size ? 1u : 0u), 0);
    else
        golomb_put(cabac, size - 5, 0);
    if (size)
        cabac_put_bypass(cabac, delta < 0, 1);
}

/* coeff_abs_level_remaining (clause 9.3.3.11) */
static void remaining_put(struct cabac *cabac, unsigned value, unsigned rice)
{
    unsigned prefix = value >> rice;

    if (prefix < 4) {
        cabac_put_bypass(cabac, (1u << (prefix + 1)) - 2, prefix + 1);
        cabac_put_bypass(cabac, value, rice);
        return;
    }
    cabac_put_bypass(cabac, 15, 4);
    golomb_put(cabac, value - (4u << rice), rice + 1);
}

static void last_put(struct cabac *cabac, unsigned context, unsigned value)
{
    for (unsigned i = 0; i < value; i++)
        cabac_put(cabac, context + i, 1);
    if (value < 3)
        cabac_put(cabac, context + value, 0);
}

/* The levels that are not 0, from the last to the first: how large, and which sign. */
struct set {
    unsigned size[16], signs, count;
};

/* Where they are. */
static void map_put(struct cabac *cabac, bool is_chroma, const int16_t levels[16], struct set *ret)
{
    int last = 15;

    *ret = (struct set){.count = 0};
    while (!levels[SCAN[last]])
        last--;
    last_put(cabac, HEVC_LAST_X + (is_chroma ? 3u : 0u), SCAN[last] % 4);
    last_put(cabac, HEVC_LAST_Y + (is_chroma ? 3u : 0u), SCAN[last] / 4);
    for (int i = last; i >= 0; i--) {
        int level = levels[SCAN[i]];
        if (i < last)
            cabac_put(cabac, HEVC_SIGNIFICANT + (is_chroma ? 9u : 0u) + SIGNIFICANT_AT[SCAN[i]],
                      level != 0);
        if (!level)
            continue;
        ret->size[ret->count++] = (unsigned)abs(level);
        ret->signs = ret->signs << 1 | (level < 0);
    }
}

/* Whether they are greater than 1 and than 2; returns which is the one that was asked for 2. */
static unsigned greater_put(struct cabac *cabac, bool is_chroma, const struct set *set)
{
    unsigned context = 1, second = 16;

    for (unsigned i = 0; i < 8 && i < set->count; i++) {
        bool is_greater = set->size[i] > 1;
        cabac_put(cabac, HEVC_GREATER1 + (is_chroma ? 4u : 0u) + context, is_greater);
        if (is_greater && second == 16)
            second = i;
        if (is_greater)
            context = 0;
        else if (context > 0 && context < 3)
            context++;
    }
    if (second < 16)
        cabac_put(cabac, HEVC_GREATER2 + (is_chroma ? 1u : 0u), set->size[second] > 2);
    return second;
}

static void levels_put(struct cabac *cabac, bool is_chroma, const int16_t levels[16])
{
    struct set set;
    unsigned second, rice = 0;

    map_put(cabac, is_chroma, levels, &set);
    second = greater_put(cabac, is_chroma, &set);
    cabac_put_bypass(cabac, set.signs, set.count);
    for (unsigned i = 0; i < set.count; i++) {
        unsigned base = i >= 8 ? 1 : i == second ? 3 : 2;
        if (set.size[i] < base) /* the flags have said it */
            continue;
        remaining_put(cabac, set.size[i] - base, rice);
        if (set.size[i] > 3u << rice && rice < 4)
            rice++;
    }
}

void hevc_residual_put(struct cabac *cabac, bool is_chroma, const int16_t levels[16])
{
    cabac_put(cabac, HEVC_TRANSFORM_SKIP + (is_chroma ? 1u : 0u), 1);
    levels_put(cabac, is_chroma, levels);
}

void hevc_nothing_put(struct cabac *cabac)
{
    const int16_t levels[16] = {1};

    cabac_put(cabac, HEVC_TRANSFORM_SKIP, 0);
    levels_put(cabac, false, levels);
}

/* SPDX-License-Identifier: MIT */
#include "engine/jpeg.h"

#include <math.h>
#include <stdlib.h>

static const uint8_t ZIGZAG[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                   12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                   35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                   58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

struct coder {
    struct nal_writer *out;
    const struct jpeg_scan *scan;
    double cosines[8][8]; /* by frequency, then place */
    uint32_t pending;
    unsigned pending_bits;
    int last[3]; /* DC levels of the blocks before */
};

/* Bits; behind a byte of ones comes one of zeros (clause F.1.2.3). */
static void put(struct coder *coder, uint32_t value, unsigned count)
{
    while (count-- > 0) {
        coder->pending = coder->pending << 1 | (value >> count & 1);
        if (++coder->pending_bits < 8)
            continue;
        nal_put(coder->out, coder->pending & 0xff, 8);
        if ((coder->pending & 0xff) == 0xff)
            nal_put(coder->out, 0, 8);
        coder->pending_bits = 0;
    }
}

static unsigned size_of(int value)
{
    return value ? 32u - (unsigned)__builtin_clz((unsigned)abs(value)) : 0;
}

static void value_put(struct coder *coder, const struct jpeg_code *code, int value, unsigned size)
{
    put(coder, code->bits, code->length);
    put(coder, (uint32_t)(value < 0 ? value - 1 : value), size);
}

static void levels_put(struct coder *coder, unsigned plane, const int levels[64])
{
    const struct jpeg_code *dc = coder->scan->dc[plane ? 1 : 0],
                           *ac = coder->scan->ac[plane ? 1 : 0];
    int difference = levels[0] - coder->last[plane];
    unsigned run = 0;

    coder->last[plane] = levels[0];
    value_put(coder, &dc[size_of(difference)], difference, size_of(difference));
    for (unsigned i = 1; i < 64; i++) {
        int level = levels[ZIGZAG[i]];
        unsigned size = size_of(level);
        if (!level) {
            run++;
            continue;
        }
        for (; run > 15; run -= 16)
            value_put(coder, &ac[151], 0, 0);
        value_put(coder, &ac[run * 10 + size + (run == 15 ? 1 : 0)], level, size);
        run = 0;
    }
    if (run)
        value_put(coder, &ac[0], 0, 0);
}

/* The transform (clause A.3.3), and its levels. */
static void block_put(struct coder *coder, unsigned plane, const uint8_t *samples, size_t pitch)
{
    double rows[8][8] = {{0}};
    int levels[64];

    for (unsigned y = 0; y < 8; y++) {
        for (unsigned u = 0; u < 8; u++) {
            for (unsigned x = 0; x < 8; x++)
                rows[y][u] += (samples[y * pitch + x] - 128) * coder->cosines[u][x];
        }
    }
    for (unsigned i = 0; i < 64; i++) {
        double sum = 0;
        for (unsigned y = 0; y < 8; y++)
            sum += rows[y][i % 8] * coder->cosines[i / 8][y];
        levels[i] = (int)lround(sum / coder->scan->quantum[plane][i]);
        if (i && abs(levels[i]) > 1023)
            levels[i] = levels[i] < 0 ? -1023 : 1023;
    }
    levels_put(coder, plane, levels);
}

static void cosines_fill(double cosines[8][8])
{
    for (unsigned u = 0; u < 8; u++) {
        for (unsigned x = 0; x < 8; x++)
            cosines[u][x] = (u ? 0.5 : sqrt(0.125)) * cos((2 * x + 1) * u * M_PI / 16);
    }
}

void jpeg_encode(struct nal_writer *out, const struct jpeg_scan *scan, jpeg_source *source,
                 void *context)
{
    struct coder coder = {.out = out, .scan = scan};
    uint8_t pcm[MACROBLOCK];

    cosines_fill(coder.cosines);
    for (uint32_t at = 0; at < scan->width * scan->height; at++) {
        source(context, at % scan->width, at / scan->width, pcm);
        for (unsigned i = 0; i < 4; i++)
            block_put(&coder, 0, pcm + (size_t)(i / 2) * 128 + (size_t)(i % 2) * 8, 16);
        block_put(&coder, 1, pcm + 256, 8);
        block_put(&coder, 2, pcm + 320, 8);
    }
    while (coder.pending_bits)
        put(&coder, 1, 1);
    nal_put(out, 0xffd9, 16);
}

/* SPDX-License-Identifier: MIT */
#include "picture/psnr.h"

#include <math.h>

/* A fixed count, so that gcc makes vector code of the inner loop at -O2 too; 64 squares of at most
 * 255^2 fit into 32 bits. */
#define CHUNK 64

static uint32_t sum_chunk(const uint8_t *a, const uint8_t *b)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < CHUNK; i++) {
        int16_t difference = (int16_t)(a[i] - b[i]);
        sum += (uint32_t)(difference * difference);
    }
    return sum;
}

uint64_t psnr_sum(const uint8_t *a, const uint8_t *b, size_t count)
{
    uint64_t sum = 0;
    size_t i = 0;

    for (; count - i >= CHUNK; i += CHUNK)
        sum += sum_chunk(a + i, b + i);
    for (; i < count; i++) {
        int difference = a[i] - b[i];
        sum += (uint32_t)(difference * difference);
    }
    return sum;
}

/* A fixed count here too, for the same reason. */
static uint32_t sum_run(const uint8_t *a, const uint8_t *b)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < PSNR_RUN; i++) {
        int16_t difference = (int16_t)(a[i] - b[i]);
        sum += (uint32_t)(difference * difference);
    }
    return sum;
}

void psnr_add_runs(const uint8_t *a, const uint8_t *b, size_t count, uint32_t *sums)
{
    size_t i = 0;

    for (; count - i >= PSNR_RUN; i += PSNR_RUN)
        *sums++ += sum_run(a + i, b + i);
    if (i < count)
        *sums += (uint32_t)psnr_sum(a + i, b + i, count - i);
}

double psnr_from_sum(uint64_t sum, uint64_t samples)
{
    double psnr;

    if (samples == 0)
        return 0;
    if (sum == 0)
        return PSNR_IDENTICAL;
    psnr = 10 * log10(255.0 * 255.0 * (double)samples / (double)sum);
    return psnr < PSNR_IDENTICAL ? psnr : PSNR_IDENTICAL;
}

#include "psnr.h"

#include <math.h>

/* 2^16 squares of at most 255^2 stay below 2^32, so the inner loop can use narrow sums. */
#define CHUNK 65536

uint64_t psnr_sum(const uint8_t *a, const uint8_t *b, size_t count)
{
    uint64_t sum = 0;

    while (count) {
        size_t part = count < CHUNK ? count : CHUNK;
        uint32_t part_sum = 0;
        for (size_t i = 0; i < part; i++) {
            int difference = a[i] - b[i];
            part_sum += (uint32_t)(difference * difference);
        }
        sum += part_sum;
        a += part;
        b += part;
        count -= part;
    }
    return sum;
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

/* SPDX-License-Identifier: MIT */
/* Peak signal-to-noise ratio of 8-bit samples, from sums that the caller adds up row by row. */
#ifndef VERIFY_PSNR_H
#define VERIFY_PSNR_H

#include <stddef.h>
#include <stdint.h>

#define PSNR_IDENTICAL 99.0 /* dB; also the most that is ever returned */
#define PSNR_RUN       16U  /* samples: a row of a macroblock, or of its two chroma blocks */

/* The sum of squared differences of `count` samples. */
uint64_t psnr_sum(const uint8_t *a, const uint8_t *b, size_t count);

/* Adds the sum of each PSNR_RUN samples to `sums`, the last one of what is left: count / PSNR_RUN
 * of them, rounded up. */
void psnr_add_runs(const uint8_t *a, const uint8_t *b, size_t count, uint32_t *sums);

/* dB; PSNR_IDENTICAL when the sum is 0, 0 when there are no samples. */
double psnr_from_sum(uint64_t sum, uint64_t samples);

#endif

/* SPDX-License-Identifier: MIT */
#include "picture/smooth.h"

#include "picture/psnr.h"

#include <math.h>

#define TURN  6.283185307179586
#define BLOCK 16

/* Of the place in the picture, both 0 to 1. Whole waves are longer than half of a side: in 300
 * pixels of width no two neighbours differ by more than 3. */
static uint8_t brightness(double x, double y)
{
    return (uint8_t)(126 + 55 * sin(TURN * (1.1 * x + 0.35 * y + 0.07)) +
                     45 * cos(TURN * (1.25 * y - 0.3 * x)) + 0.5);
}

static uint8_t blueness(double x, double y)
{
    return (uint8_t)(128 + 80 * sin(TURN * (0.9 * x + 0.45 * y + 0.2)) + 0.5);
}

static uint8_t redness(double x, double y)
{
    return (uint8_t)(128 + 80 * cos(TURN * (0.8 * y - 0.4 * x + 0.1)) + 0.5);
}

/* What a pixel's middle has. */
static double at(uint32_t index, uint32_t count)
{
    return ((double)index + 0.5) / (double)count;
}

static uint8_t luma_at(const struct nv12 *of, uint32_t x, uint32_t y)
{
    return brightness(at(x, of->width), at(y, of->height));
}

/* Samples of U and V take turns. */
static uint8_t chroma_at(const struct nv12 *of, uint32_t sample, uint32_t y)
{
    double down = at(y, of->height / 2);
    double along = at(sample / 2, of->width / 2);

    return sample % 2 ? redness(along, down) : blueness(along, down);
}

void smooth_draw(const struct nv12 *to)
{
    for (uint32_t y = 0; y < to->height; y++) {
        for (uint32_t x = 0; x < to->width; x++)
            to->luma[y * to->luma_pitch + x] = luma_at(to, x, y);
    }
    for (uint32_t y = 0; y < to->height / 2; y++) {
        for (uint32_t x = 0; x < to->width; x++)
            to->chroma[y * to->chroma_pitch + x] = chroma_at(to, x, y);
    }
}

/* Sums of squares and samples. */
struct sums {
    uint64_t luma, chroma;
    uint64_t luma_samples, chroma_samples;
};

static uint64_t square(int a, int b)
{
    uint64_t distance = (uint64_t)(a > b ? a - b : b - a);

    return distance * distance;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static void block_add(const struct nv12 *picture, uint32_t left, uint32_t top, struct sums *sums)
{
    for (uint32_t y = top; y < top + BLOCK && y < picture->height; y++) {
        for (uint32_t x = left; x < left + BLOCK && x < picture->width; x++) {
            sums->luma +=
                square(picture->luma[y * picture->luma_pitch + x], luma_at(picture, x, y));
            sums->luma_samples++;
        }
    }
    for (uint32_t y = top / 2; y < (top + BLOCK) / 2 && y < picture->height / 2; y++) {
        for (uint32_t x = left; x < left + BLOCK && x < picture->width; x++) {
            sums->chroma +=
                square(picture->chroma[y * picture->chroma_pitch + x], chroma_at(picture, x, y));
            sums->chroma_samples++;
        }
    }
}

void smooth_compare(const struct nv12 *picture, struct smooth_error *ret)
{
    struct sums all = {0};
    double worst = PSNR_IDENTICAL;

    for (uint32_t y = 0; y < picture->height; y += BLOCK) {
        for (uint32_t x = 0; x < picture->width; x += BLOCK) {
            struct sums block = {0};
            block_add(picture, x, y, &block);
            worst = least(worst, psnr_from_sum(block.luma, block.luma_samples));
            worst = least(worst, psnr_from_sum(block.chroma, block.chroma_samples));
            all.luma += block.luma;
            all.chroma += block.chroma;
            all.luma_samples += block.luma_samples;
            all.chroma_samples += block.chroma_samples;
        }
    }
    *ret = (struct smooth_error){.psnr_y = psnr_from_sum(all.luma, all.luma_samples),
                                 .psnr_uv = psnr_from_sum(all.chroma, all.chroma_samples),
                                 .psnr_block = worst};
}

/* SPDX-License-Identifier: MIT */
#include "picture/compare.h"

#include "picture/psnr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* dB: below it a picture is not the one that was encoded, whatever the quantiser. */
#define OTHER_PICTURE 20.0

/* A macroblock is as wide in luma as in both chroma planes together, and half as high in those. */
#define BLOCK        PSNR_RUN
#define CHROMA_BLOCK (BLOCK / 2)

/* The plane of one picture against the pattern's. */
struct difference {
    uint64_t sum;              /* of the squared differences of all samples */
    double block;              /* dB of the block that is worst */
    uint32_t block_x, block_y; /* pixels of luma: its upper left corner */
};

int compare_open(struct comparison *comparison, const struct pattern *pattern,
                 struct va_facts *facts)
{
    *comparison = (struct comparison){
        .pattern = pattern,
        .facts = facts,
        .room = malloc(pattern->width),
        .runs = calloc(pattern->width / BLOCK + 1, sizeof(*comparison->runs)),
    };
    return comparison->room && comparison->runs ? 0 : -ENOMEM;
}

void compare_close(struct comparison *comparison)
{
    free(comparison->room);
    comparison->room = NULL;
    free(comparison->runs);
    comparison->runs = NULL;
}

static uint64_t luma_sum(const struct comparison *comparison, uint32_t frame,
                         const struct nv12 *picture)
{
    const struct pattern *pattern = comparison->pattern;
    uint64_t sum = 0;

    for (uint32_t y = 0; y < pattern->height; y++) {
        const uint8_t *row = pattern_luma_row(pattern, frame, y, comparison->room);
        sum += psnr_sum(row, picture->luma + y * picture->luma_pitch, pattern->width);
    }
    return sum;
}

/* What is left at the end of a row or column belongs to the last whole block: a block of its own
 * would be too small to have a quality. */
static uint32_t block_end(uint32_t start, uint32_t size, uint32_t all)
{
    return all - start < 2 * size ? all : start + size;
}

static uint64_t take_runs(const struct comparison *comparison, uint32_t from, uint32_t to)
{
    uint64_t sum = 0;

    for (uint32_t run = from / BLOCK; run * BLOCK < to; run++) {
        sum += comparison->runs[run];
        comparison->runs[run] = 0;
    }
    return sum;
}

/* Takes the row of blocks that begins at `y`, `rows` samples high, and clears it for the next. */
static void take_blocks(const struct comparison *comparison, uint32_t y, uint32_t rows,
                        struct difference *difference)
{
    uint32_t width = comparison->pattern->width;

    for (uint32_t x = 0, end; x < width; x = end) {
        end = block_end(x, BLOCK, width);
        uint64_t sum = take_runs(comparison, x, end);
        double psnr = psnr_from_sum(sum, (uint64_t)(end - x) * rows);

        if (psnr < difference->block) {
            difference->block = psnr;
            difference->block_x = x;
            difference->block_y = y;
        }
        difference->sum += sum;
    }
}

static struct difference luma_difference(const struct comparison *comparison, uint32_t frame,
                                         const struct nv12 *picture)
{
    struct difference difference = {.block = PSNR_IDENTICAL};
    const struct pattern *pattern = comparison->pattern;

    for (uint32_t top = 0, end; top < pattern->height; top = end) {
        end = block_end(top, BLOCK, pattern->height);
        for (uint32_t y = top; y < end; y++) {
            const uint8_t *row = pattern_luma_row(pattern, frame, y, comparison->room);
            psnr_add_runs(row, picture->luma + y * picture->luma_pitch, pattern->width,
                          comparison->runs);
        }
        take_blocks(comparison, top, end - top, &difference);
    }
    return difference;
}

static struct difference chroma_difference(const struct comparison *comparison, uint32_t frame,
                                           const struct nv12 *picture)
{
    struct difference difference = {.block = PSNR_IDENTICAL};
    const struct pattern *pattern = comparison->pattern;
    uint32_t height = pattern->height / 2;

    for (uint32_t top = 0, end; top < height; top = end) {
        end = block_end(top, CHROMA_BLOCK, height);
        for (uint32_t y = top; y < end; y++) {
            const uint8_t *row = pattern_chroma_row(pattern, frame, y);
            psnr_add_runs(row, picture->chroma + y * picture->chroma_pitch, pattern->width,
                          comparison->runs);
        }
        take_blocks(comparison, top, end - top, &difference);
    }
    difference.block_y *= 2;
    return difference;
}

static bool is_flat(const struct pattern *pattern, const struct nv12 *picture)
{
    for (uint32_t y = 0; y < pattern->height; y++) {
        const uint8_t *row = picture->luma + y * picture->luma_pitch;
        for (uint32_t x = 0; x < pattern->width; x++) {
            if (row[x] != picture->luma[0])
                return false;
        }
    }
    return true;
}

static bool is_luma_of(const struct comparison *comparison, uint32_t frame,
                       const struct nv12 *picture)
{
    uint64_t samples = (uint64_t)comparison->pattern->width * comparison->pattern->height;

    return psnr_from_sum(luma_sum(comparison, frame, picture), samples) >= OTHER_PICTURE;
}

/* What a wrong picture may be instead: done once a run, for the first one. */
static void describe(struct comparison *comparison, uint32_t frame, const struct nv12 *picture)
{
    char *text = comparison->facts->decode.looks_like;
    size_t room = sizeof(comparison->facts->decode.looks_like);

    if (is_flat(comparison->pattern, picture)) {
        (void)snprintf(text, room, "frame %u is one flat colour", frame);
        return;
    }
    if (is_luma_of(comparison, frame, picture)) {
        (void)snprintf(text, room, "frame %u has its brightness right and its colours wrong",
                       frame);
        return;
    }
    for (uint32_t back = 1; back <= 4 && back <= frame; back++) {
        if (is_luma_of(comparison, frame - back, picture)) {
            (void)snprintf(text, room, "frame %u is frame %u again", frame, frame - back);
            return;
        }
    }
    if (is_luma_of(comparison, frame + 1, picture))
        (void)snprintf(text, room, "frame %u is missing: the next one came in its place", frame);
}

static void note_block(struct va_facts *facts, uint32_t frame, const struct difference *luma,
                       const struct difference *chroma)
{
    const struct difference *worse = luma->block <= chroma->block ? luma : chroma;

    if (frame > 0 && worse->block >= facts->decode.psnr_block)
        return;
    facts->decode.psnr_block = worse->block;
    facts->decode.block_is_colour = worse == chroma;
    facts->decode.block_frame = frame;
    facts->decode.block_x = worse->block_x;
    facts->decode.block_y = worse->block_y;
}

void compare_picture(struct comparison *comparison, uint32_t frame, const struct nv12 *picture)
{
    const struct pattern *pattern = comparison->pattern;
    struct va_facts *facts = comparison->facts;
    uint64_t samples = (uint64_t)pattern->width * pattern->height;
    struct difference luma = luma_difference(comparison, frame, picture);
    struct difference chroma = chroma_difference(comparison, frame, picture);
    double psnr_y = psnr_from_sum(luma.sum, samples);
    double psnr_uv = psnr_from_sum(chroma.sum, samples / 2);

    if ((psnr_y < OTHER_PICTURE || psnr_uv < OTHER_PICTURE) && !facts->decode.looks_like[0])
        describe(comparison, frame, picture);
    if (frame == 0 || psnr_y < facts->decode.psnr_y_worst) {
        facts->decode.psnr_y_worst = psnr_y;
        facts->decode.worst_frame = frame;
    }
    if (frame == 0 || psnr_uv < facts->decode.psnr_uv_worst)
        facts->decode.psnr_uv_worst = psnr_uv;
    note_block(facts, frame, &luma, &chroma);
    comparison->luma_sum += luma.sum;
    comparison->chroma_sum += chroma.sum;
    facts->decode.frames = frame + 1;
    facts->decode.psnr_y = psnr_from_sum(comparison->luma_sum, samples * (frame + 1));
    facts->decode.psnr_uv = psnr_from_sum(comparison->chroma_sum, samples / 2 * (frame + 1));
}

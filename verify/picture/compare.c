#include "picture/compare.h"

#include "picture/psnr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* dB: below it a picture is not the one that was encoded, whatever the quantiser. */
#define OTHER_PICTURE 20.0

int compare_open(struct comparison *comparison, const struct pattern *pattern,
                 struct va_facts *facts)
{
    *comparison = (struct comparison){
        .pattern = pattern,
        .facts = facts,
        .room = malloc(pattern->width),
    };
    return comparison->room ? 0 : -ENOMEM;
}

void compare_close(struct comparison *comparison)
{
    free(comparison->room);
    comparison->room = NULL;
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

static uint64_t chroma_sum(const struct comparison *comparison, uint32_t frame,
                           const struct nv12 *picture)
{
    const struct pattern *pattern = comparison->pattern;
    uint64_t sum = 0;

    for (uint32_t y = 0; y < pattern->height / 2; y++) {
        const uint8_t *row = pattern_chroma_row(pattern, frame, y);
        sum += psnr_sum(row, picture->chroma + y * picture->chroma_pitch, pattern->width);
    }
    return sum;
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

void compare_picture(struct comparison *comparison, uint32_t frame, const struct nv12 *picture)
{
    const struct pattern *pattern = comparison->pattern;
    struct va_facts *facts = comparison->facts;
    uint64_t samples = (uint64_t)pattern->width * pattern->height;
    uint64_t luma = luma_sum(comparison, frame, picture);
    uint64_t chroma = chroma_sum(comparison, frame, picture);
    double psnr_y = psnr_from_sum(luma, samples);
    double psnr_uv = psnr_from_sum(chroma, samples / 2);

    if ((psnr_y < OTHER_PICTURE || psnr_uv < OTHER_PICTURE) && !facts->decode.looks_like[0])
        describe(comparison, frame, picture);
    if (frame == 0 || psnr_y < facts->decode.psnr_y_worst) {
        facts->decode.psnr_y_worst = psnr_y;
        facts->decode.worst_frame = frame;
    }
    if (frame == 0 || psnr_uv < facts->decode.psnr_uv_worst)
        facts->decode.psnr_uv_worst = psnr_uv;
    comparison->luma_sum += luma;
    comparison->chroma_sum += chroma;
    facts->decode.frames = frame + 1;
    facts->decode.psnr_y = psnr_from_sum(comparison->luma_sum, samples * (frame + 1));
    facts->decode.psnr_uv = psnr_from_sum(comparison->chroma_sum, samples / 2 * (frame + 1));
}

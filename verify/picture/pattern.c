/* SPDX-License-Identifier: MIT */
#include "picture/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Periods of the two bands: primes, so the scene as a whole does not repeat within
 * VA_FRAMES_MAX frames. */
#define RIGHT_PERIOD 2039U
#define LEFT_PERIOD  1021U
#define SPEED        6U /* pixels a frame: beyond a cell, so a stale band is another band */
#define CELL         4U
#define COLOUR_CELL  8U
#define BLOCK        32U
#define BAR_BITS     16U
#define BLACK        16
#define WHITE        235

static uint32_t hash(uint32_t value)
{
    value = (value ^ value >> 16) * 0x7feb352dU;
    value = (value ^ value >> 15) * 0x846ca68bU;
    return value ^ value >> 16;
}

int pattern_open(struct pattern *pattern, uint32_t width, uint32_t height)
{
    size_t length = (size_t)width + RIGHT_PERIOD;
    uint8_t *lines;

    *pattern = (struct pattern){0};
    if (!width || !height || width % 2 || height % 2)
        return -EINVAL;
    lines = malloc(length * 4);
    if (!lines)
        return -ENOMEM;
    pattern->width = width;
    pattern->height = height;
    pattern->cells = lines;
    pattern->gradient = lines + length;
    pattern->colour = lines + length * 2;
    for (size_t x = 0; x < length; x++) {
        uint32_t ramp = (uint32_t)x % 384;
        pattern->cells[x] = (uint8_t)(BLACK + hash((uint32_t)x / CELL) % (WHITE - BLACK + 1));
        pattern->gradient[x] = (uint8_t)(BLACK + (ramp < 192 ? ramp : 383 - ramp));
        pattern->colour[2 * x] = (uint8_t)(32 + hash((uint32_t)x / COLOUR_CELL + 7919) % 193);
        pattern->colour[2 * x + 1] = (uint8_t)(32 + hash((uint32_t)x / COLOUR_CELL + 104729) % 193);
    }
    return 0;
}

void pattern_close(struct pattern *pattern)
{
    free(pattern->cells);
    *pattern = (struct pattern){0};
}

static uint32_t min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* To and fro between 0 and range. */
static uint32_t bounce(uint32_t value, uint32_t range)
{
    if (range == 0)
        return 0;
    value %= 2 * range;
    return value < range ? value : 2 * range - value;
}

static void draw_counter(const struct pattern *pattern, uint32_t frame, uint8_t *to)
{
    uint32_t bar = pattern->width / BAR_BITS;

    for (uint32_t i = 0; i < BAR_BITS && bar; i++)
        memset(to + (size_t)i * bar, frame >> i & 1 ? WHITE : BLACK, bar);
    memset(to + (size_t)bar * BAR_BITS, BLACK, pattern->width - (size_t)bar * BAR_BITS);
}

/* One white and one black block over a row of the gradient; `y` and `height` are those of the
 * gradient. */
static const uint8_t *draw_blocks(const struct pattern *pattern, uint32_t frame, uint32_t y,
                                  uint32_t height, const uint8_t *row, uint8_t *room)
{
    uint32_t size = min(BLOCK, min(pattern->width, height) / 2);

    for (uint32_t i = 0; i < 2; i++) {
        uint32_t left = bounce(frame * (5 + 2 * i) + i * 90, pattern->width - size);
        uint32_t top = bounce(frame * (3 + i) + i * 40, height - size);
        if (y < top || y - top >= size)
            continue;
        if (row != room)
            memcpy(room, row, pattern->width);
        row = room;
        memset(room + left, i ? BLACK : WHITE, size);
    }
    return row;
}

const uint8_t *pattern_luma_row(const struct pattern *pattern, uint32_t frame, uint32_t y,
                                uint8_t *room)
{
    uint32_t counter = pattern->height / 16;
    uint32_t band = pattern->height * 3 / 10;
    uint32_t step = frame * SPEED;
    uint32_t seed = hash(y / CELL) % 1009 * CELL;

    if (y < counter) {
        draw_counter(pattern, frame, room);
        return room;
    }
    if (y < counter + band)
        return pattern->cells + (RIGHT_PERIOD - 1 - (step + seed) % RIGHT_PERIOD);
    if (y >= pattern->height - band)
        return pattern->cells + (step + seed) % LEFT_PERIOD;
    return draw_blocks(pattern, frame, y - counter - band, pattern->height - counter - 2 * band,
                       pattern->gradient + (frame * 2 + y) % 384, room);
}

const uint8_t *pattern_chroma_row(const struct pattern *pattern, uint32_t frame, uint32_t y)
{
    uint32_t seed = hash(y / COLOUR_CELL + 31) % 1009;
    uint32_t left = (frame * SPEED + seed) % RIGHT_PERIOD;

    return pattern->colour + (size_t)left * 2;
}

/* U and V of the last pixel repeat as a pair. */
static void extend_chroma(uint8_t *row, uint32_t from, uint32_t to)
{
    uint8_t u = row[from - 2];
    uint8_t v = row[from - 1];

    for (uint32_t x = from; x < to; x += 2) {
        row[x] = u;
        row[x + 1] = v;
    }
}

void pattern_draw(const struct pattern *pattern, uint32_t frame, const struct nv12 *to)
{
    uint32_t width = pattern->width;

    for (uint32_t y = 0; y < to->height; y++) {
        uint8_t *row = to->luma + y * to->luma_pitch;
        const uint8_t *from = pattern_luma_row(pattern, frame, min(y, pattern->height - 1), row);
        if (from != row)
            memcpy(row, from, width);
        if (to->width > width)
            memset(row + width, row[width - 1], to->width - width);
    }
    for (uint32_t y = 0; y < to->height / 2; y++) {
        uint8_t *row = to->chroma + y * to->chroma_pitch;
        memcpy(row, pattern_chroma_row(pattern, frame, min(y, pattern->height / 2 - 1)), width);
        if (to->width > width)
            extend_chroma(row, width, to->width);
    }
}

/* SPDX-License-Identifier: MIT */
#include "engine/surface.h"

#include <string.h>

size_t tiled_offset(enum tiling tiling, uint32_t pitch, uint32_t x, uint32_t y)
{
    switch (tiling) {
    case TILING_X: /* 512 bytes by 8 rows */
        return ((size_t)(y / 8) * (pitch / 512) + x / 512) * 4096 + (size_t)(y % 8) * 512 + x % 512;
    case TILING_Y: /* 128 bytes by 32 rows, in columns of 16 bytes */
        return ((size_t)(y / 32) * (pitch / 128) + x / 128) * 4096 + (size_t)(x % 128 / 16) * 512 +
               (size_t)(y % 32) * 16 + x % 16;
    case TILING_NONE:
        break;
    }
    return (size_t)y * pitch + x;
}

static size_t row_at(const struct surface *s, uint32_t pitch, uint32_t x, uint32_t y, size_t bottom)
{
    if (s->has_fields)
        return tiled_offset(s->tiling, pitch, x, y / 2) + (y & 1 ? bottom : 0);
    return tiled_offset(s->tiling, pitch, x, y);
}

static uint8_t *luma_at(const struct surface *s, uint32_t x, uint32_t y)
{
    size_t at = row_at(s, s->pitch, x, y, s->luma_bottom);

    return at + 16 <= s->luma_size ? s->luma + at : NULL;
}

static uint8_t *chroma_at(const struct surface *s, uint32_t x, uint32_t y)
{
    size_t at = row_at(s, s->chroma_pitch, x, y + s->chroma_row, s->chroma_bottom);

    return at + 16 <= s->chroma_size ? s->chroma + at : NULL;
}

/* Sixteen bytes in a row are sixteen in memory, however it is tiled. */
void surface_read(const struct surface *from, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK])
{
    memset(pcm, 0, MACROBLOCK);
    for (uint32_t row = 0; row < 16; row++) {
        const uint8_t *luma = luma_at(from, x * 16, y * 16 + row);
        if (luma)
            memcpy(pcm + (size_t)row * 16, luma, 16);
    }
    for (uint32_t row = 0; row < 8; row++) {
        const uint8_t *chroma = chroma_at(from, x * 16, y * 8 + row);
        for (uint32_t i = 0; chroma && i < 8; i++) {
            pcm[256 + row * 8 + i] = chroma[(size_t)2 * i];
            pcm[320 + row * 8 + i] = chroma[2 * i + 1];
        }
    }
}

void surface_write(const struct surface *to, uint32_t x, uint32_t y, const uint8_t pcm[MACROBLOCK])
{
    for (uint32_t row = 0; row < 16; row++) {
        uint8_t *luma = luma_at(to, x * 16, y * 16 + row);
        if (luma)
            memcpy(luma, pcm + (size_t)row * 16, 16);
    }
    for (uint32_t row = 0; row < 8; row++) {
        uint8_t *chroma = chroma_at(to, x * 16, y * 8 + row);
        for (uint32_t i = 0; chroma && i < 8; i++) {
            chroma[(size_t)2 * i] = pcm[256 + row * 8 + i];
            chroma[2 * i + 1] = pcm[320 + row * 8 + i];
        }
    }
}

void surface_row_write(const struct surface *to, bool is_chroma, uint32_t row, const uint8_t *bytes,
                       size_t count)
{
    for (uint32_t x = 0; x < count; x += 16) {
        uint8_t *at = is_chroma ? chroma_at(to, x, row) : luma_at(to, x, row);
        if (at)
            memcpy(at, bytes + x, count - x < 16 ? count - x : 16);
    }
}

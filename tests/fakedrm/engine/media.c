/* SPDX-License-Identifier: MIT */
#include "engine/media.h"

#include "engine/streamer.h"
#include "engine/surface.h"
#include "fakedrm.h"

#include <string.h>

#define PAGE_MASK    (~UINT64_C(0xfff))
#define SOURCE_FIRST 0u /* places in the binding table: luma, chroma */
#define TARGET_FIRST 24u
#define BLOCK        16u
#define R8_UINT      0x143u
#define R8G8_SINT    0x108u

/* One plane; chroma's U and V are interleaved. */
struct plane {
    uint8_t *memory;
    size_t room;
    uint32_t width, height, pitch; /* width and pitch: bytes */
    enum tiling tiling;
};

static const uint32_t *state_of(const struct streamer *streamer, unsigned place)
{
    const struct media *media = &streamer->media;
    const uint32_t *descriptor = streamer_memory(streamer, media->descriptor, 32, NULL);
    uint64_t table = descriptor ? media->surface_base + (descriptor[3] & ~31u) : 0;
    const uint32_t *offset =
        table ? streamer_memory(streamer, table + (uint64_t)place * 4, 4, NULL) : NULL;

    return offset && *offset
               ? streamer_memory(streamer, media->surface_base + (*offset & ~31u), 32, NULL)
               : NULL;
}

static bool plane_map(const struct streamer *streamer, uint32_t address, bool is_tiled,
                      bool is_tiled_y, struct plane *ret)
{
    ret->memory = address ? streamer_memory(streamer, address, 1, &ret->room) : NULL;
    ret->tiling = !is_tiled ? TILING_NONE : is_tiled_y ? TILING_Y : TILING_X;
    return ret->memory;
}

/* A surface for the sampler of pictures: SURFACE_STATE of SAMPLE_8x8. */
static bool source_of(const struct streamer *streamer, unsigned plane, struct plane *ret)
{
    const uint32_t *state = state_of(streamer, plane ? SOURCE_FIRST + 1 : SOURCE_FIRST);

    /* The first place is at offset 0 of the states, and 0 elsewhere is an empty place. */
    if (!state && !plane)
        state = streamer_memory(streamer, streamer->media.surface_base, 32, NULL);
    if (!state || !plane_map(streamer, state[0], state[2] >> 1 & 1, state[2] & 1, ret))
        return false;
    ret->width = ((state[1] >> 4 & 0x3fff) + 1) * (plane ? 2 : 1);
    ret->height = (state[1] >> 18) + 1;
    ret->pitch = (state[2] >> 3 & 0x3ffff) + 1;
    return true;
}

static bool target_of(const struct streamer *streamer, unsigned plane, struct plane *ret)
{
    const uint32_t *state = state_of(streamer, TARGET_FIRST + plane);

    if (!state || (state[0] >> 18 & 0x1ff) != (plane ? R8G8_SINT : R8_UINT) ||
        !plane_map(streamer, state[1], state[0] >> 14 & 1, state[0] >> 13 & 1, ret))
        return false;
    ret->width = ((state[2] & 0x3fff) + 1) * 4;
    ret->height = (state[2] >> 16 & 0x3fff) + 1;
    ret->pitch = (state[3] & 0x3ffff) + 1;
    return true;
}

static void block_copy(const struct plane *from, const struct plane *to, uint32_t x, uint32_t y,
                       uint32_t rows)
{
    uint32_t width = x + BLOCK <= to->width ? BLOCK : to->width - x;

    for (uint32_t row = y; x < to->width && row < y + rows && row < to->height; row++) {
        size_t at = tiled_offset(from->tiling, from->pitch, x, row);
        size_t target = tiled_offset(to->tiling, to->pitch, x, row);
        if (at + width <= from->room && target + width <= to->room)
            memcpy(to->memory + target, from->memory + at, width);
    }
}

/* The step in the source for a pixel of the target, of a source that is 1 wide. */
static bool is_one_to_one(uint32_t step, const struct plane *from)
{
    float value;

    memcpy(&value, &step, sizeof(value));
    value *= (float)from->width;
    return value > 0.999f && value < 1.001f;
}

/* MEDIA_OBJECT: its inline data says which block of the target is meant. */
static void object(const struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct plane from[2], to[2];
    uint32_t x, y;

    if (length < 11)
        return;
    for (unsigned i = 0; i < 2; i++) {
        if (!target_of(streamer, i, &to[i]) || !source_of(streamer, i, &from[i]))
            return;
    }
    x = words[6] & 0xffff;
    y = words[6] >> 16;
    if (from[0].height != to[0].height || (from[0].width + 3) / 4 * 4 != to[0].width ||
        !is_one_to_one(words[10], &from[0])) {
        LOG("    media: a shader that is not known\n");
        return;
    }
    block_copy(&from[0], &to[0], x, y, BLOCK);
    block_copy(&from[1], &to[1], x, y / 2, BLOCK / 2);
}

void media_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct media *media = &streamer->media;

    switch (words[0] >> 16) {
    case 0x6101:
        if (length > 3) {
            media->surface_base = words[2] & PAGE_MASK;
            media->dynamic_base = words[3] & PAGE_MASK;
        }
        break;
    case 0x7002:
        media->descriptor = length > 3 ? media->dynamic_base + words[3] : 0;
        break;
    case 0x7100:
        object(streamer, words, length);
        break;
    default:
        break;
    }
}

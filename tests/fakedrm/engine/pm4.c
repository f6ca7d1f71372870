/* SPDX-License-Identifier: MIT */
#include "engine/pm4.h"

#include "fakedrm.h"

#include <string.h>

#define REGISTERS 0x400u /* of the shaders, in words */
#define THREADS   0x207u /* three: in a group, and in the last one above that */
#define USER_DATA 0x240u

/* What radeonsi has in the registers, and in the list of descriptors that one of them points to. */
#define USER_LIST     3u
#define USER_OFFSETS  5u /* three: x, y, z of source and target */
#define USER_IMAGE    8u
#define LIST_IMAGE    960u /* the second image; bytes */
#define LIST_TEXTURES 1024u
#define TEXTURE_SIZE  64u

#define TYPE_2D       9u
#define TYPE_2D_ARRAY 13u

enum { OP_DISPATCH = 0x15, OP_DMA_DATA = 0x50, OP_SHADER_REGISTERS = 0x76 };

struct pm4 {
    unsigned gfx;
    uint32_t high;
    vcn_memory *memory;
    uint32_t registers[REGISTERS];
};

struct image {
    uint64_t address;
    uint32_t type, width, height;
    uint32_t layer, layers; /* the first that is meant; all */
    uint32_t bytes, pitch;  /* of a pixel; pixels */
};

/* ---- descriptors ---- */

static uint32_t bytes_of(unsigned gfx, uint32_t word)
{
    uint32_t format = word >> 20 & (gfx < 10 ? 0x3f : 0x1ff);

    if (gfx < 10)
        return format == 1                   ? 1
               : format == 2 || format == 3  ? 2
               : format == 4 || format == 10 ? 4
                                             : 0;
    return format < 1 ? 0 : format < 7 ? 1 : format < 20 ? 2 : format < 23 ? 4 : 0;
}

/* A linear image of two dimensions. */
static bool image_read(const struct pm4 *pm4, const uint32_t *words, struct image *ret)
{
    uint64_t address = (words[0] | (uint64_t)(words[1] & 0xff) << 32) << 8;

    *ret = (struct image){
        .address = address | (address >> 47 & 1 ? ~UINT64_C(0) << 48 : 0),
        .type = words[3] >> 28,
        .width = (pm4->gfx < 10 ? words[2] & 0x3fff : words[1] >> 30 | (words[2] & 0xfff) << 2) + 1,
        .height = (words[2] >> 14 & 0x3fff) + 1,
        .layer = (pm4->gfx < 10 ? words[5] : words[4] >> 16) & 0x1fff,
        .layers = (words[4] & 0x1fff) + 1,
        .bytes = bytes_of(pm4->gfx, words[1]),
    };
    ret->pitch = pm4->gfx < 10 ? (words[4] >> 13 & 0xffff) + 1
                 : ret->bytes  ? (ret->width * ret->bytes + 255) / 256 * 256 / ret->bytes
                               : 0;
    return ret->bytes && !(words[3] >> 20 & 31) &&
           (ret->type == TYPE_2D || ret->type == TYPE_2D_ARRAY);
}

/* The list of this dispatch, from there on. */
static const uint32_t *list_at(const struct pm4 *pm4, uint32_t offset, uint32_t size)
{
    uint64_t list = (uint64_t)pm4->high << 32 | pm4->registers[USER_DATA + USER_LIST];

    return pm4->memory(list + offset, size, NULL);
}

/* ---- the two shaders ---- */

static uint8_t *row_of(const struct pm4 *pm4, const struct image *image, uint32_t layer, uint32_t x,
                       uint32_t y, uint32_t count)
{
    uint64_t row = (uint64_t)layer * image->height + y;

    if (x + count > image->width || y >= image->height)
        return NULL;
    return pm4->memory(image->address + (row * image->pitch + x) * image->bytes,
                       (size_t)count * image->bytes, NULL);
}

static uint32_t threads(const struct pm4 *pm4, unsigned axis)
{
    return pm4->registers[THREADS + axis] & 0xffff;
}

static void copy(const struct pm4 *pm4, const uint32_t *groups)
{
    const uint32_t *second = list_at(pm4, LIST_IMAGE, 32);
    const uint32_t *offsets = pm4->registers + USER_DATA + USER_OFFSETS;
    uint32_t last = pm4->registers[THREADS] >> 16;
    uint32_t width = groups[0] * 64 - (last ? 64 - last : 0);
    struct image from, to;

    if (!second || !image_read(pm4, pm4->registers + USER_DATA + USER_IMAGE, &from) ||
        !image_read(pm4, second, &to) || from.bytes != to.bytes)
        return;
    for (uint32_t y = 0; y < groups[1]; y++) {
        const uint8_t *source = row_of(pm4, &from, from.layer + (offsets[2] & 0xffff),
                                       offsets[0] & 0xffff, (offsets[1] & 0xffff) + y, width);
        uint8_t *target = row_of(pm4, &to, to.layer + (offsets[2] >> 16), offsets[0] >> 16,
                                 (offsets[1] >> 16) + y, width);
        if (source && target)
            memcpy(target, source, (size_t)width * from.bytes);
    }
    LOG("    pm4: copied %ux%u of %u bytes\n", width, groups[1], from.bytes);
}

/* The first texture is luma, the second chroma; the target says by its width which is meant. */
static void weave(const struct pm4 *pm4)
{
    struct image to, from;

    if (!image_read(pm4, pm4->registers + USER_DATA + USER_IMAGE, &to) || to.type != TYPE_2D)
        return;
    for (uint32_t slot = 0; slot < 2; slot++) {
        const uint32_t *texture = list_at(pm4, LIST_TEXTURES + slot * TEXTURE_SIZE, 32);

        if (!texture || !image_read(pm4, texture, &from) || from.type != TYPE_2D_ARRAY ||
            from.layers != 2 || from.width != to.width || from.bytes != to.bytes ||
            from.height * 2 < to.height)
            continue;
        for (uint32_t y = 0; y < to.height; y++) {
            const uint8_t *source = row_of(pm4, &from, y & 1, 0, y / 2, to.width);
            uint8_t *target = row_of(pm4, &to, 0, 0, y, to.width);
            if (source && target)
                memcpy(target, source, (size_t)to.width * to.bytes);
        }
        LOG("    pm4: wove %ux%u of %u bytes\n", to.width, to.height, to.bytes);
        return;
    }
}

static void dispatch(const struct pm4 *pm4, const uint32_t *groups)
{
    if (threads(pm4, 0) == 64 && threads(pm4, 1) == 1 && groups[1] > 1)
        copy(pm4, groups);
    else if (threads(pm4, 0) == 8 && threads(pm4, 1) == 8)
        weave(pm4);
}

/* ---- packets ---- */

/* Memory to memory; what only warms a cache has no target. */
static void dma_data(const struct pm4 *pm4, const uint32_t *words)
{
    unsigned from = words[0] >> 29 & 3, to = words[0] >> 20 & 3;
    uint32_t size = words[5] & 0x3ffffff;
    const void *source = pm4->memory(words[1] | (uint64_t)words[2] << 32, size, NULL);
    void *target = pm4->memory(words[3] | (uint64_t)words[4] << 32, size, NULL);

    if ((from == 0 || from == 3) && (to == 0 || to == 3) && source && target)
        memmove(target, source, size);
}

static void packet(struct pm4 *pm4, unsigned op, const uint32_t *words, uint32_t length)
{
    uint32_t at = words[0] & 0xffff;

    switch (op) {
    case OP_SHADER_REGISTERS:
        for (uint32_t i = 1; i < length && at < REGISTERS; i++)
            pm4->registers[at++] = words[i];
        break;
    case OP_DISPATCH:
        if (length >= 4)
            dispatch(pm4, words);
        break;
    case OP_DMA_DATA:
        if (length >= 6)
            dma_data(pm4, words);
        break;
    default:
        break;
    }
}

static void trace(unsigned op, const uint32_t *words, uint32_t length)
{
    LOG("      pm4 %02x:", op);
    for (uint32_t i = 0; i < length; i++)
        LOG(" %08x", words[i]);
    LOG("\n");
}

void pm4_run(unsigned gfx, uint32_t high, const uint32_t *words, size_t count, vcn_memory *memory)
{
    static struct pm4 pm4; /* registers keep what the submission before set */

    pm4.gfx = gfx;
    pm4.high = high;
    pm4.memory = memory;
    for (size_t at = 0; at < count;) {
        uint32_t length = (words[at] >> 16 & 0x3fff) + 1;

        if (words[at] >> 30 != 3) {
            at++;
            continue;
        }
        if (length > count - at - 1)
            return;
        if (trace_cs)
            trace(words[at] >> 8 & 0xff, words + at + 1, length);
        packet(&pm4, words[at] >> 8 & 0xff, words + at + 1, length);
        at += length + 1;
    }
}

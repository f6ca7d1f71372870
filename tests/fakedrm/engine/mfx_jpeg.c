/* SPDX-License-Identifier: MIT */
#include "engine/mfx_jpeg.h"

#include "engine/lies.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <string.h>

static void keep(uint32_t *to, size_t room, const uint32_t *words, unsigned length)
{
    memcpy(to, words, (length < room ? length : room) * 4);
}

/* FQM_STATE: reciprocals of 16 bits, in columns; that of 1 does not fit and is a bit less. */
static void quanta_take(struct jpeg_scan *scan, const uint32_t *words)
{
    for (unsigned i = 0; words[1] < 3 && i < 64; i++) {
        uint32_t reciprocal = words[2 + i / 2] >> (i % 2 * 16) & 0xffff;
        scan->quantum[words[1]][i % 8 * 8 + i / 8] =
            (uint16_t)(reciprocal ? (65536 + reciprocal / 2) / reciprocal : 255);
    }
}

/* MFC_JPEG_HUFF_TABLE_STATE: each code's length, and the code. */
static void codes_take(struct jpeg_scan *scan, const uint32_t *words)
{
    struct jpeg_code *dc = scan->dc[words[1] & 1], *ac = scan->ac[words[1] & 1];

    for (unsigned i = 0; i < JPEG_DC + JPEG_AC; i++)
        *(i < JPEG_DC ? &dc[i] : &ac[i - JPEG_DC]) =
            (struct jpeg_code){(uint16_t)(words[2 + i] >> 8), words[2 + i] & 0xff};
}

void mfx_jpeg_encode(struct streamer *streamer)
{
    struct mfx_jpeg *jpeg = &streamer->mfx.jpeg;
    struct coded *coded = &streamer->coded;
    struct seen seen = {.width = ((jpeg->picture[2] & 0x1fff) + 2) / 2,
                        .height = ((jpeg->picture[2] >> 16 & 0x1fff) + 2) / 2};

    if ((jpeg->picture[1] & 15) != 1 || jpeg->object[1] != seen.width * seen.height ||
        jpeg->object[2] & 0xffff) {
        LOG("    jpeg: not 4:2:0, or in intervals\n");
        coded->out.used = 0;
        return;
    }
    if (!mfx_source(streamer, &seen.from) || !coded_slice_begin(streamer, true))
        return;
    coded->out.escape = false;
    seen.picture = coded->picture;
    jpeg->scan.width = seen.width;
    jpeg->scan.height = seen.height;
    jpeg_encode(&coded->out, &jpeg->scan, seen_macroblock, &seen);
    LOG("    jpeg: picture %u, %ux%u macroblocks: %zu bytes\n", coded->picture, seen.width,
        seen.height, coded->out.used);
}

void mfx_jpeg_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx_jpeg *jpeg = &streamer->mfx.jpeg;

    switch (words[0] >> 16) {
    case 0x7008:
        if (length > 33)
            quanta_take(&jpeg->scan, words);
        break;
    case 0x7700:
        keep(jpeg->picture, 3, words, length);
        break;
    case 0x7743:
        if (length > 1 + JPEG_DC + JPEG_AC)
            codes_take(&jpeg->scan, words);
        break;
    case 0x7749:
        keep(jpeg->object, 3, words, length);
        break;
    default:
        break;
    }
}

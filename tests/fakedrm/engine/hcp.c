/* SPDX-License-Identifier: MIT */
#include "engine/hcp.h"

#include "engine/hevc.h"
#include "engine/lies.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MASK (~UINT64_C(0xfff))
#define UNIT      8u /* samples; the only smallest coding unit that Intel's encoder takes */

static void keep(uint32_t *to, size_t room, const uint32_t *words, unsigned length)
{
    memcpy(to, words, (length < room ? length : room) * 4);
}

static uint64_t page(const struct streamer *streamer, const uint32_t *words)
{
    return streamer_address(streamer, words) & PAGE_MASK;
}

/* ---- what the commands say ---- */

static bool flag(uint32_t word, unsigned bit)
{
    return word >> bit & 1;
}

/* A signed number of `bits` bits. */
static int number(uint32_t word, unsigned at, unsigned bits)
{
    int value = (int)(word >> at & ((1u << bits) - 1));

    return flag(word, at + bits - 1) ? value - (1 << bits) : value;
}

static const char *cannot(const struct hcp *hcp)
{
    const uint32_t *p = hcp->picture;

    if (p[2] & 0x33)
        return "units or transforms that are not 8 and 4 at the least";
    if (!flag(p[4], 22))
        return "no transform_skip_enabled_flag";
    if (flag(p[4], 13) || flag(p[4], 16) || flag(p[4], 17))
        return "sign hiding, tiles or rows of their own";
    if (p[5] >> 24 & 63)
        return "more than 8 bits";
    if (flag(hcp->slice[3], 4))
        return "dependent slices";
    return hcp->slice[1] & 0x3ff ? "a slice that begins within a row" : NULL;
}

static void slice_of(const struct hcp *hcp, struct hevc_slice *ret)
{
    const uint32_t *p = hcp->picture, *s = hcp->slice;
    uint32_t wide, high;

    *ret = (struct hevc_slice){
        .width = ((p[1] & 0x7ff) + 1) * UNIT,
        .height = ((p[1] >> 16 & 0x7ff) + 1) * UNIT,
        .tree_log2 = 3 + (p[2] >> 2 & 3),
        .type = s[3] & 3,
        .qp = (int)(s[3] >> 6 & 63) * (flag(s[3], 3) ? -1 : 1),
        .chroma_qp_offset = {number(p[5], 0, 5) + number(s[3], 12, 5),
                             number(p[5], 5, 5) + number(s[3], 17, 5)},
        .has_init_flag = flag(s[4], 22),
        .has_sao_luma = flag(p[4], 3) && flag(s[4], 12),
        .has_sao_chroma = flag(p[4], 3) && flag(s[4], 11),
        .has_bypass = flag(p[4], 25),
        .has_qp_delta = flag(p[4], 5),
    };
    ret->group_log2 = ret->tree_log2 - (p[4] >> 6 & 3);
    wide = (ret->width + (1u << ret->tree_log2) - 1) >> ret->tree_log2;
    high = (ret->height + (1u << ret->tree_log2) - 1) >> ret->tree_log2;
    ret->first = (s[1] >> 16 & 0x3ff) * wide + (s[1] & 0x3ff);
    ret->end = (s[2] >> 16 & 0x3ff) * wide + (s[2] & 0x3ff);
    if (flag(s[3], 2) || ret->end <= ret->first || ret->end > wide * high)
        ret->end = wide * high;
}

/* ---- what codes ---- */

static bool planes_take(struct hevc_planes *planes, size_t samples)
{
    planes->samples[0] = calloc(1, samples * 3 / 2);
    if (!planes->samples[0])
        return false;
    planes->samples[1] = planes->samples[0] + samples;
    planes->samples[2] = planes->samples[1] + samples / 4;
    return true;
}

/* A macroblock of the source; of the last ones of a row or column, what the picture has of it. */
static void macroblock_put(const struct hevc_slice *slice, const struct hevc_planes *planes,
                           uint32_t x, uint32_t y, const uint8_t pcm[MACROBLOCK])
{
    uint32_t wide = slice->width - x < 16 ? slice->width - x : 16;
    uint32_t high = slice->height - y < 16 ? slice->height - y : 16;

    for (uint32_t row = 0; row < high; row++)
        memcpy(planes->samples[0] + (size_t)(y + row) * slice->width + x, pcm + (size_t)row * 16,
               wide);
    for (uint32_t c = 0; c < 2; c++) {
        for (uint32_t row = 0; row < high / 2; row++)
            memcpy(planes->samples[1 + c] + (size_t)(y / 2 + row) * (slice->width / 2) + x / 2,
                   pcm + 256 + (size_t)c * 64 + (size_t)row * 8, wide / 2);
    }
}

static void source_read(const struct hevc_slice *slice, struct seen *seen,
                        const struct hevc_planes *planes)
{
    uint8_t pcm[MACROBLOCK];

    for (uint32_t y = 0; y < seen->height; y++) {
        for (uint32_t x = 0; x < seen->width; x++) {
            seen_macroblock(seen, x, y, pcm);
            macroblock_put(slice, planes, x * 16, y * 16, pcm);
        }
    }
}

/* VDENC_WALKER_STATE */
static void slice_encode(struct streamer *streamer)
{
    struct hcp *hcp = &streamer->hcp;
    struct coded *coded = &streamer->coded;
    const char *why = cannot(hcp);
    struct hevc_planes source = {{NULL}}, decoded = {{NULL}};
    struct hevc_slice slice;
    struct seen seen;

    slice_of(hcp, &slice);
    seen = (struct seen){.width = (slice.width + 15) / 16, .height = (slice.height + 15) / 16};
    if (why || !coded->out.used) {
        LOG("    hcp: not coded: %s\n", why ? why : "no headers");
        coded->out.used = 0;
        return;
    }
    if (!streamer_surface(streamer, hcp->source_state, hcp->source, &seen.from) ||
        !coded_slice_begin(streamer, slice.first == 0))
        return;
    seen.picture = coded->picture;
    if (planes_take(&source, (size_t)slice.width * slice.height) &&
        planes_take(&decoded, (size_t)slice.width * slice.height)) {
        source_read(&slice, &seen, &source);
        hevc_encode(&coded->out, &slice, &source, &decoded);
    }
    free(source.samples[0]);
    free(decoded.samples[0]);
    LOG("    hcp: picture %u, tree blocks %u to %u, %s, quantiser %d, pitch %u: %zu bytes\n",
        coded->picture, slice.first, slice.end,
        slice.type == 2 ? "I"
        : slice.type    ? "P"
                        : "B",
        slice.qp, seen.from.pitch, coded->out.used);
}

bool hcp_takes(const struct streamer *streamer, uint32_t header)
{
    return header >> 24 == 0x73 || (streamer->hcp.is_chosen && header >> 20 == 0x708);
}

void hcp_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct hcp *hcp = &streamer->hcp;

    switch (words[0] >> 16) {
    case 0x7380: /* HCP_PIPE_MODE_SELECT */
        hcp->is_encoder = flag(words[1], 0);
        hcp->is_chosen = (words[1] >> 5 & 7) == 0;
        if (!hcp->is_chosen)
            LOG("    hcp: VP9 is not known\n");
        break;
    case 0x7383: /* HCP_IND_OBJ_BASE_ADDR_STATE */
        if (hcp->is_encoder && length > 10)
            coded_begin(streamer, page(streamer, words + 9));
        break;
    case 0x7390:
        keep(hcp->picture, 7, words, length);
        break;
    case 0x7394:
        keep(hcp->slice, 11, words, length);
        if (length > 8)
            coded_offset(&streamer->coded, words[8] & 0x1fffffff);
        break;
    case 0x73a2: /* HCP_PAK_INSERT_OBJECT */
        if (length > 2)
            coded_insert(&streamer->coded, words, length, 0, 0);
        break;
    case 0x7081: /* VDENC_SRC_SURFACE_STATE */
        keep(hcp->source_state, 6, words, length);
        break;
    case 0x7084: /* VDENC_PIPE_BUF_ADDR_STATE */
        if (length > 11)
            hcp->source = page(streamer, words + 10);
        break;
    case 0x7087:
        slice_encode(streamer);
        break;
    default:
        break;
    }
    if (!hcp->is_encoder && hcp->is_chosen)
        hcp_decode_command(streamer, words, length);
}

/* SPDX-License-Identifier: MIT */
#include "engine/mfx.h"

#include "engine/avc.h"
#include "engine/lies.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <string.h>

#define PAGE_MASK      (~UINT64_C(0xfff))
#define PIPE_ENCODE    16u
#define PIPE_JPEG      3u
#define SURFACE_RECON  0u
#define PAK_BYTES      48u /* MFC_AVC_PAK_OBJECT, in units that shaders write */
#define PAK_ALIGN      UINT64_C(16)
#define SURFACE_SOURCE 4u

static void keep(uint32_t *to, size_t room, const uint32_t *words, unsigned length)
{
    memcpy(to, words, (length < room ? length : room) * 4);
}

static uint64_t page(const struct streamer *streamer, const uint32_t *words)
{
    return streamer_address(streamer, words) & PAGE_MASK;
}

/* ---- what is kept ---- */

/* Each address has two words, from Haswell on with a third; before, one word. */
static void buffers_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    unsigned step = streamer->gen >= 75 ? 3 : 1, first = streamer->gen >= 75 ? 19 : 7;
    struct mfx *mfx = &streamer->mfx;
    uint64_t filtered;

    if (length < 2 + 2 * step + 1)
        return;
    mfx->source = page(streamer, words + 1 + (size_t)2 * step);
    filtered = page(streamer, words + 1 + step); /* as it is after the deblocking filter */
    mfx->target = filtered ? filtered : page(streamer, words + 1);
    step = streamer->gen >= 75 ? 2 : 1;
    for (unsigned i = 0; i < MFX_REFERENCES && first + i * step + step <= length; i++)
        mfx->references[i] = page(streamer, words + first + (size_t)i * step);
}

/*
 * MFX_IND_OBJ_BASE_ADDR: the stream that is read, and the one that is written. A picture begins, or
 * another pass over the one that this submission has coded already.
 */
static void streams_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    streamer->mfx.stream_in = page(streamer, words + 1);
    coded_begin(streamer, length > 22   ? page(streamer, words + 21)
                          : length > 10 ? words[9] & ~0xfffu
                                        : 0);
}

static uint32_t picture_width(const struct mfx *mfx)
{
    return (mfx->image[2] & 0xff) + 1;
}

/* The first macroblock of the slice. */
static uint32_t slice_first(const struct mfx *mfx)
{
    return (mfx->slice[4] >> 24 & 0xff) * picture_width(mfx) + (mfx->slice[4] >> 16 & 0xff);
}

static void slice_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;

    keep(mfx->slice, 11, words, length);
    mfx->is_done = false;
    if (length > 7)
        coded_offset(&streamer->coded, words[7] & 0x1fffffff);
}

/*
 * The bit at which a slice's header begins to say something: behind the start code and the NAL
 * unit's header. 0: no start code.
 */
static size_t header_start(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 4 < size; at++) {
        if (!bytes[at] && !bytes[at + 1] && bytes[at + 2] == 1)
            return (at + ((bytes[at + 3] & 31) == 20 ? 7 : 4)) * 8;
    }
    return 0;
}

/*
 * PAK_INSERT_OBJECT: header bits for the stream, with emulation prevention if that is wanted. In a
 * header that is marked as a slice's, VDENC puts first_mb_in_slice in place of the driver's one
 * bit.
 */
static void insert(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;
    bool is_slice = words[1] >> 14 & 1;
    size_t patched;

    if (length < 3)
        return;
    mfx->header_length = is_slice && length <= MFX_HEADER ? length : 0;
    memmove(mfx->header, words, (size_t)mfx->header_length * 4);
    patched = is_slice ? header_start((const uint8_t *)(words + 2), (size_t)(length - 2) * 4) : 0;
    coded_insert(&streamer->coded, words, length, patched, slice_first(mfx));
}

/* ---- what codes ---- */

static bool surface_of(const struct streamer *streamer, unsigned id, uint64_t address,
                       struct surface *ret)
{
    /* One surface describes all, unless the source has one of its own. */
    return streamer_surface(
        streamer, streamer->mfx.surfaces[streamer->mfx.surfaces[id][0] ? id : SURFACE_RECON],
        address, ret);
}

bool mfx_source(const struct streamer *streamer, struct surface *ret)
{
    return surface_of(streamer, SURFACE_SOURCE, streamer->mfx.source, ret);
}

/* From this slice's first macroblock to the next slice's. */
static bool slice_of(const struct mfx *mfx, struct avc_slice *ret)
{
    uint32_t width = picture_width(mfx), height = (mfx->image[2] >> 16 & 0xff) + 1;
    uint32_t type = mfx->slice[1] & 15;

    if (type != 0 && type != 2) {
        LOG("    mfx: slices of type %u are not known\n", type);
        return false;
    }
    *ret = (struct avc_slice){
        .width = width,
        .first = slice_first(mfx),
        .end = (mfx->slice[5] >> 16 & 0xff) * width + (mfx->slice[5] & 0xff),
        .is_p = type == 0,
        .has_cabac = mfx->image[4] >> 7 & 1,
        .qp = (int)(mfx->slice[3] >> 16 & 63),
        .init_idc = mfx->slice[3] >> 24 & 3,
    };
    if (ret->end <= ret->first || ret->end > width * height)
        ret->end = width * height;
    return ret->first < ret->end;
}

static void slice_encode(struct streamer *streamer)
{
    struct mfx *mfx = &streamer->mfx;
    struct coded *coded = &streamer->coded;
    struct avc_slice slice;
    struct seen seen = {.width = picture_width(mfx), .height = (mfx->image[2] >> 16 & 0xff) + 1};

    if (mfx->is_done || !coded->out.used || !slice_of(mfx, &slice) ||
        !mfx_source(streamer, &seen.from))
        return;
    mfx->is_done = true;
    if (!coded_slice_begin(streamer, slice.first == 0))
        return;
    seen.picture = coded->picture;
    avc_encode(&coded->out, &slice, seen_macroblock, &seen);
    LOG("    mfx: picture %u, macroblocks %u to %u, %s %s, pitch %u, %s, chroma at %u: %zu bytes\n",
        coded->picture, slice.first, slice.end, slice.is_p ? "P" : "I",
        slice.has_cabac ? "CABAC" : "CAVLC", seen.from.pitch,
        seen.from.tiling == TILING_Y ? "tiled" : "linear", seen.from.chroma_row, coded->out.used);
}

/* The walker of the first chips with VDENC knows one slice; the others follow with its header. */
static bool slice_follows(struct mfx *mfx)
{
    uint32_t height = (mfx->image[2] >> 16 & 0xff) + 1, row = mfx->slice[5] >> 16 & 0xff;
    uint32_t end = row + mfx->slice_rows < height ? row + mfx->slice_rows : height;

    if (!row || row >= height || !mfx->header_length)
        return false;
    mfx->slice[4] = row << 24;
    mfx->slice[5] = end << 16;
    mfx->is_done = false;
    return true;
}

/*
 * Behind a header for CABAC the driver has put ones up to the next byte. With a longer first_mb in
 * it the right number is another, and where the ones begin can only be told if so many fit anyway.
 */
static bool header_aligns(const struct mfx *mfx)
{
    unsigned last = mfx->header[1] >> 8 & 0x3f, ones = 0, grown;
    size_t bits = (size_t)(mfx->header_length - 2) * 32 - (last ? 32 - last : 0);
    const uint8_t *bytes = (const uint8_t *)(mfx->header + 2);

    while (ones < bits && bytes[(bits - ones - 1) / 8] >> (7 - (bits - ones - 1) % 8) & 1)
        ones++;
    grown = 2 * (31u - (unsigned)__builtin_clz(slice_first(mfx) + 1));
    return ones + (8 - grown % 8) % 8 < 8;
}

/* VDENC_WALKER_STATE */
static void slices_encode(struct streamer *streamer, unsigned length)
{
    slice_encode(streamer);
    while (length <= 2 && !streamer->is_stopped && slice_follows(&streamer->mfx)) {
        if (streamer->mfx.image[4] >> 7 & 1 && !header_aligns(&streamer->mfx)) {
            LOG("    mfx: how a header that is repeated is aligned cannot be told\n");
            streamer->coded.out.used = 0;
            return;
        }
        insert(streamer, streamer->mfx.header, streamer->mfx.header_length);
        slice_encode(streamer);
    }
}

/* Reference 0 of list 0: MFX_AVC_REF_IDX_STATE names the place among the buffers. */
static bool reference_of(const struct streamer *streamer, struct surface *ret)
{
    unsigned store = streamer->mfx.references_of_slice[2] >> 1 & 15;

    return streamer->mfx.references[store] &&
           surface_of(streamer, SURFACE_RECON, streamer->mfx.references[store], ret);
}

/* MFD_AVC_BSD_OBJECT */
static void slice_decode(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;
    struct surface picture, reference;
    struct avc_slice slice;
    struct nal_reader in;
    const char *why = NULL;
    const uint8_t *data =
        streamer_memory(streamer, mfx->stream_in + (words[2] & 0x1fffffff), words[1], NULL);
    uint32_t count;

    if (length < 5 || !data || words[4] >> 16 >= words[1] || !slice_of(mfx, &slice) ||
        !surface_of(streamer, SURFACE_RECON, mfx->target, &picture))
        return;
    nal_open(&in, data, words[1], words[4] >> 16, words[4] & 7);
    count = avc_decode(&in, &slice, &picture,
                       slice.is_p && reference_of(streamer, &reference) ? &reference : NULL, &why);
    LOG("    mfx: decoded %u macroblocks from %u, %s %s, pitch %u, %s: %s\n", count, slice.first,
        slice.is_p ? "P" : "I", slice.has_cabac ? "CABAC" : "CAVLC", picture.pitch,
        picture.tiling == TILING_Y ? "tiled" : "linear", why ? why : "all");
}

void mfx_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;

    switch (words[0] >> 16) {
    case 0x7001:
        keep(mfx->surfaces[words[1] & (MFX_SURFACES - 1)], 6, words, length);
        break;
    case 0x7002:
        buffers_keep(streamer, words, length);
        break;
    case 0x7003:
        streams_keep(streamer, words, length);
        break;
    case 0x7048:
        insert(streamer, words, length);
        if (mfx->is_jpeg && words[1] >> 2 & 1)
            mfx_jpeg_encode(streamer);
        break;
    case 0x7000:
        mfx->is_jpeg = (words[1] & 31) == (PIPE_ENCODE | PIPE_JPEG);
        break;
    case 0x7008:
    case 0x7700:
    case 0x7743:
    case 0x7749:
        if (mfx->is_jpeg)
            mfx_jpeg_command(streamer, words, length);
        break;
    case 0x7087:
        slices_encode(streamer, length);
        break;
    case 0x7085:
        mfx->slice_rows = length > 6 ? (words[6] & 0xffff) + 1 : 0;
        break;
    case 0x7100:
        keep(mfx->image, 21, words, length);
        break;
    case 0x7103:
        slice_keep(streamer, words, length);
        break;
    case 0x7104:
        if (!(words[1] & 1)) /* list 0 */
            keep(mfx->references_of_slice, 10, words, length);
        break;
    case 0x7128:
        slice_decode(streamer, words, length);
        break;
    default:
        break;
    }
}

uint64_t mfx_behind(struct streamer *streamer, const uint32_t *words, uint64_t next)
{
    bool is_last_header = words[0] >> 16 == 0x7048 && words[1] >> 2 & 1 && !(words[1] >> 1 & 1);
    struct avc_slice slice;

    if (streamer->gen >= 90 || streamer->is_render || !is_last_header ||
        !slice_of(&streamer->mfx, &slice))
        return next;
    slice_encode(streamer);
    return ((next + PAK_ALIGN - 1) & ~(PAK_ALIGN - 1)) +
           (uint64_t)(slice.end - slice.first) * PAK_BYTES;
}

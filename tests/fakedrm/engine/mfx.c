#include "engine/mfx.h"

#include "engine/avc.h"
#include "engine/lies.h"
#include "engine/state.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <string.h>

#define OUT_MAX        ((size_t)64 << 20)
#define PAGE_MASK      (~UINT64_C(0xfff))
#define SURFACE_RECON  0u
#define SURFACE_SOURCE 4u

static uint8_t out_memory[OUT_MAX];

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
    mfx->source = page(streamer, words + 1 + 2 * step);
    filtered = page(streamer, words + 1 + step); /* as it is after the deblocking filter */
    mfx->target = filtered ? filtered : page(streamer, words + 1);
    step = streamer->gen >= 75 ? 2 : 1;
    for (unsigned i = 0; i < MFX_REFERENCES && first + i * step + step <= length; i++)
        mfx->references[i] = page(streamer, words + first + (size_t)i * step);
}

static void write_out(struct streamer *streamer)
{
    struct mfx *mfx = &streamer->mfx;
    void *to =
        mfx->stream_out && mfx->out.used
            ? streamer_memory(streamer, mfx->stream_out + mfx->stream_offset, mfx->out.used, NULL)
            : NULL;

    if (to)
        memcpy(to, mfx->out.data, mfx->out.used);
    else if (mfx->out.used)
        LOG("    mfx: no room for %zu bytes of stream at %llx\n", mfx->out.used,
            (unsigned long long)mfx->stream_out);
}

/* MFX_IND_OBJ_BASE_ADDR: the stream that is read, and the one that is written. A picture begins. */
static void streams_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;

    write_out(streamer);
    mfx->out = (struct nal_writer){.data = out_memory, .size = OUT_MAX};
    mfx->picture = 0;
    mfx->stream_offset = 0;
    mfx->stream_in = page(streamer, words + 1);
    mfx->stream_out = length > 22   ? page(streamer, words + 21)
                      : length > 10 ? words[9] & ~0xfffu
                                    : 0;
}

static void slice_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;

    keep(mfx->slice, 11, words, length);
    mfx->is_done = false;
    if (length > 7 && !mfx->stream_offset && !mfx->out.used)
        mfx->stream_offset = words[7] & 0x1fffffff;
}

/* PAK_INSERT_OBJECT: header bits for the stream, with emulation prevention if that is wanted. */
static void insert(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct mfx *mfx = &streamer->mfx;
    unsigned last = words[1] >> 8 & 0x3f, start = words[1] >> 16 & 3, skip = words[1] >> 4 & 15;
    const uint8_t *bytes = (const uint8_t *)(words + 2);
    size_t bits = (size_t)(length - 2) * 32 - (last ? 32 - last : 0);

    if (length < 3 || !mfx->out.data)
        return;
    mfx->last_insert = mfx->out.used;
    for (size_t at = start; at * 8 < bits; at++) {
        unsigned count = bits - at * 8 < 8 ? (unsigned)(bits - at * 8) : 8;
        mfx->out.escape = words[1] >> 3 & 1 && at - start >= skip;
        nal_put(&mfx->out, (uint32_t)bytes[at] >> (8 - count), count);
    }
}

/* ---- what codes ---- */

static bool surface_of(const struct streamer *streamer, unsigned id, uint64_t address,
                       struct surface *ret)
{
    const uint32_t *state = streamer->mfx.surfaces[id];
    bool is_tiled = state[3] >> 1 & 1;
    size_t room = 0;
    uint8_t *memory = address ? streamer_memory(streamer, address, 1, &room) : NULL;

    if (!memory || (state[3] & 3) == 2) {
        LOG("    mfx: surface %u at %llx is %s\n", id, (unsigned long long)address,
            memory ? "tiled as X" : "not mapped");
        return false;
    }
    *ret = (struct surface){.luma = memory,
                            .chroma = memory,
                            .luma_size = room,
                            .chroma_size = room,
                            .pitch = (state[3] >> 3 & 0x1ffff) + 1,
                            .tiling = is_tiled ? TILING_Y : TILING_NONE,
                            .chroma_row = state[4] & 0x7fff};
    ret->chroma_pitch = ret->pitch;
    return true;
}

/* From this slice's first macroblock to the next slice's. */
static bool slice_of(const struct mfx *mfx, struct avc_slice *ret)
{
    uint32_t width = (mfx->image[2] & 0xff) + 1, height = (mfx->image[2] >> 16 & 0xff) + 1;
    uint32_t type = mfx->slice[1] & 15;

    if (type != 0 && type != 2) {
        LOG("    mfx: slices of type %u are not known\n", type);
        return false;
    }
    *ret = (struct avc_slice){
        .width = width,
        .first = (mfx->slice[4] >> 24 & 0xff) * width + (mfx->slice[4] >> 16 & 0xff),
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

static void picture_begin(struct mfx *mfx)
{
    if (!mfx->picture)
        mfx->picture = engine_next_picture();
}

static void slice_encode(struct streamer *streamer)
{
    struct mfx *mfx = &streamer->mfx;
    struct avc_slice slice;
    struct seen seen = {.width = (mfx->image[2] & 0xff) + 1,
                        .height = (mfx->image[2] >> 16 & 0xff) + 1};

    if (!use_engine || mfx->is_done || !mfx->out.used || !slice_of(mfx, &slice) ||
        !surface_of(streamer, SURFACE_SOURCE, mfx->source, &seen.from))
        return;
    mfx->is_done = true;
    picture_begin(mfx);
    seen.picture = mfx->picture;
    if (engine_stops(mfx->picture)) {
        streamer->is_stopped = true;
        return;
    }
    if (lie_is_told(LIE_DROPPED_SLICE, mfx->picture) && slice.first == 0) {
        mfx->out.used = mfx->last_insert;
        mfx->out.pending = mfx->out.pending_bits = 0;
        return;
    }
    mfx->out.escape = true;
    avc_encode(&mfx->out, &slice, seen_macroblock, &seen);
    LOG("    mfx: picture %u, macroblocks %u to %u, %s %s, pitch %u, %s, chroma at %u: %zu bytes\n",
        mfx->picture, slice.first, slice.end, slice.is_p ? "P" : "I",
        slice.has_cabac ? "CABAC" : "CAVLC", seen.from.pitch,
        seen.from.tiling == TILING_Y ? "tiled" : "linear", seen.from.chroma_row, mfx->out.used);
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

    if (!use_engine || length < 5 || !data || words[4] >> 16 >= words[1] ||
        !slice_of(mfx, &slice) || !surface_of(streamer, SURFACE_RECON, mfx->target, &picture))
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
    case 0x73a2:
        insert(streamer, words, length);
        break;
    case 0x7087:
        slice_encode(streamer);
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

void mfx_batch(struct streamer *streamer)
{
    if (streamer->gen < 90 && streamer->mfx.slice[0])
        slice_encode(streamer);
}

void mfx_finish(struct streamer *streamer)
{
    write_out(streamer);
}

uint32_t mfx_bytes(const struct streamer *streamer)
{
    const struct mfx *mfx = &streamer->mfx;

    if (!use_engine) /* no coded buffer is empty, though nothing is coded */
        return (uint32_t)mfx->out.used + 32;
    return mfx->picture ? lie_count(mfx->picture, (uint32_t)mfx->out.used)
                        : (uint32_t)mfx->out.used;
}

/* SPDX-License-Identifier: MIT */
#include "engine/hcp_decode.h"

#include "driver/ffmpeg.h"
#include "engine/hcp.h"
#include "engine/hcp_words.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES_MAX 64u
#define STREAM_MAX   (64u << 20)
#define UNUSED       UINT64_MAX

/* The stream that is decoded, over all submissions of the process, under the lock. */
static struct {
    struct hcp_taken taken; /* the picture under way */
    const char *why_not;

    uint8_t *stream;
    size_t used, sequence_size;
    uint8_t sequence[HEVC_HEADERS_MAX];
    struct {
        uint64_t address; /* of the surface, until it holds a later picture */
        int32_t order;
    } decoded[PICTURES_MAX];
    unsigned decoded_count;
} all;

/* HCP_BSD_OBJECT */
static void slice_take(struct streamer *streamer, const uint32_t *words)
{
    struct hcp_taken_slice *taken = &all.taken.slices[all.taken.slice_count];

    if (all.taken.slice_count == HCP_SLICES_MAX) {
        all.why_not = "too many slices";
        return;
    }
    taken->size = words[1];
    taken->data = streamer_memory(streamer, streamer->hcp.decode.stream + (words[2] & 0x1fffffff),
                                  taken->size, NULL);
    if (!taken->data) {
        all.why_not = "the stream is not mapped";
        return;
    }
    hcp_words_slice(&streamer->hcp, &all.taken.picture, taken);
    if (taken->is_long_term)
        all.why_not = "long-term references";
    all.taken.slice_count++;
}

/* ---- the stream ---- */

/* The picture of this stream that the surface holds; decoded_count: none. */
static unsigned holder(uint64_t address)
{
    unsigned i = 0;

    while (i < all.decoded_count && all.decoded[i].address != address)
        i++;
    return i;
}

/* The picture's place in the order, by its distance from one that it refers to. */
static const char *order_find(const struct hcp_decode *decode, int32_t *ret)
{
    for (unsigned i = 0; i < all.taken.slice_count; i++) {
        const struct hcp_taken_slice *slice = &all.taken.slices[i];
        unsigned at;

        if (slice->parameters.LongSliceFlags.fields.slice_type == 2 ||
            slice->parameters.LongSliceFlags.fields.dependent_slice_segment_flag)
            continue;
        at = holder(decode->references[slice->first_reference]);
        if (at == all.decoded_count)
            return "a reference that is not of this stream";
        *ret = all.decoded[at].order + slice->distance;
        return NULL;
    }
    all.used = all.decoded_count = 0; /* a stream begins */
    *ret = 0;
    return NULL;
}

/* The engine's eight references first, by whose numbers lists name them; then what else is held. */
static void references_fill(const struct hcp_decode *decode, int32_t order)
{
    VAPictureParameterBufferHEVC *pic = &all.taken.picture.pic;
    bool is_named[PICTURES_MAX] = {false};
    unsigned used = HCP_REFERENCES;

    for (unsigned i = 0; i < HEVC_REFERENCES_MAX; i++) {
        pic->ReferenceFrames[i].flags = VA_PICTURE_HEVC_INVALID;
        all.taken.picture.references[i].is_there = false;
    }
    for (unsigned i = 0; i < HCP_REFERENCES; i++) {
        unsigned at = holder(decode->references[i]);
        if (at == all.decoded_count || decode->references[i] == decode->target)
            continue;
        all.taken.picture.references[i] = (struct hevc_reference){true, all.decoded[at].order};
        pic->ReferenceFrames[i].pic_order_cnt = all.decoded[at].order;
        if (is_named[at]) /* in a free place the driver puts another picture again */
            continue;
        is_named[at] = true;
        pic->ReferenceFrames[i].flags = all.decoded[at].order < order
                                            ? VA_PICTURE_HEVC_RPS_ST_CURR_BEFORE
                                            : VA_PICTURE_HEVC_RPS_ST_CURR_AFTER;
    }
    for (unsigned at = all.decoded_count; at-- > 0 && used < HEVC_REFERENCES_MAX;) {
        if (is_named[at] || all.decoded[at].address == UNUSED ||
            all.decoded[at].address == decode->target)
            continue;
        all.taken.picture.references[used] = (struct hevc_reference){true, all.decoded[at].order};
        pic->ReferenceFrames[used++].flags = 0;
    }
}

/* At the beginning of a stream; later they must be the same. */
static const char *sequence_write(struct bit_writer *stream)
{
    uint8_t room[HEVC_HEADERS_MAX] = {0};
    struct bit_writer writer = {.data = room, .size = sizeof(room)};
    const char *fault = hevc_write_sequence(&writer, &all.taken.picture);

    if (fault)
        return fault;
    if (stream->used)
        return writer.used == all.sequence_size && memcmp(room, all.sequence, writer.used) == 0
                   ? NULL
                   : "the sequence's parameters change";
    memcpy(all.sequence, room, writer.used);
    all.sequence_size = writer.used;
    memcpy(stream->data, room, writer.used);
    stream->used = writer.used;
    return NULL;
}

static const char *stream_write(const struct hcp_decode *decode)
{
    VAPictureParameterBufferHEVC *pic = &all.taken.picture.pic;
    struct bit_writer stream;
    const char *fault = order_find(decode, &pic->CurrPic.pic_order_cnt);

    if (!all.stream)
        all.stream = malloc(STREAM_MAX);
    if (fault || !all.stream)
        return fault ? fault : "out of memory";
    if (all.decoded_count == PICTURES_MAX)
        return "the stream is too long";
    pic->slice_parsing_fields.bits.IdrPicFlag = pic->slice_parsing_fields.bits.RapPicFlag =
        all.decoded_count == 0;
    references_fill(decode, pic->CurrPic.pic_order_cnt);
    stream = (struct bit_writer){.data = all.stream, .size = STREAM_MAX, .used = all.used};
    fault = sequence_write(&stream);
    if (!fault)
        fault = hevc_write_picture(&stream, &all.taken.picture);
    for (unsigned i = 0; !fault && i < all.taken.slice_count; i++)
        fault = hevc_write_slice(&stream, &all.taken.picture, &all.taken.slices[i].parameters,
                                 all.taken.slices[i].data, all.taken.slices[i].size, false);
    if (fault)
        return fault;
    all.used = stream.used;
    for (unsigned i = 0; i < all.decoded_count; i++) {
        if (all.decoded[i].address == decode->target)
            all.decoded[i].address = UNUSED;
    }
    all.decoded[all.decoded_count].address = decode->target;
    all.decoded[all.decoded_count++].order = pic->CurrPic.pic_order_cnt;
    return NULL;
}

/* ---- the picture ---- */

static const char *target_write(const struct streamer *streamer, const uint8_t *picture)
{
    const struct hcp_decode *decode = &streamer->hcp.decode;
    size_t pitch = (size_t)all.taken.picture.pic.pic_width_in_luma_samples
                   << all.taken.picture.is_main10;
    uint32_t height = all.taken.picture.pic.pic_height_in_luma_samples;
    struct surface to = {.tiling = TILING_Y,
                         .pitch = (decode->surface[1] & 0x1ffff) + 1,
                         .chroma_row = decode->surface[2] & 0x7fff};

    to.luma = to.chroma = streamer_memory(streamer, decode->target, 1, &to.luma_size);
    to.chroma_size = to.luma_size;
    to.chroma_pitch = to.pitch;
    if (!to.luma)
        return "its surface is not mapped";
    for (uint32_t row = 0; row < height; row++)
        surface_row_write(&to, false, row, picture + row * pitch, pitch);
    for (uint32_t row = 0; row < height / 2; row++)
        surface_row_write(&to, true, row, picture + (height + row) * pitch, pitch);
    return NULL;
}

/* ffmpeg shows them in their order: as many are before the last as have a lower count. */
static const char *last_decode(const struct streamer *streamer)
{
    const VAPictureParameterBufferHEVC *pic = &all.taken.picture.pic;
    size_t size = ((size_t)pic->pic_width_in_luma_samples * pic->pic_height_in_luma_samples * 3 / 2)
                  << all.taken.picture.is_main10;
    size_t got = 0, wanted = size * all.decoded_count, rank = 0;
    uint8_t *pictures =
        ffmpeg_decode("hevc", all.stream, all.used, all.taken.picture.is_main10, wanted, &got);
    const char *fault = "ffmpeg does not decode it";

    for (unsigned i = 0; i + 1 < all.decoded_count; i++)
        rank += all.decoded[i].order < pic->CurrPic.pic_order_cnt;
    if (pictures && got == wanted)
        fault = target_write(streamer, pictures + rank * size);
    free(pictures);
    return fault;
}

void hcp_decode_finish(struct streamer *streamer)
{
    const struct hcp *hcp = &streamer->hcp;

    if (hcp->is_encoder || !all.taken.slice_count)
        return;
    if (!all.why_not)
        all.why_not = stream_write(&hcp->decode);
    if (!all.why_not)
        all.why_not = last_decode(streamer);
    if (all.why_not)
        LOG("    hcp: a picture is not decoded: %s\n", all.why_not);
    else
        LOG("    hcp: decoded %u slices, the picture %u of its stream, in order %d\n",
            all.taken.slice_count, all.decoded_count, all.taken.picture.pic.CurrPic.pic_order_cnt);
    all.taken.slice_count = 0;
}

static void buffers_keep(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct hcp_decode *decode = &streamer->hcp.decode;

    if (length < 53)
        return;
    decode->target = streamer_address(streamer, words + 1) & ~UINT64_C(0xfff);
    for (unsigned i = 0; i < HCP_REFERENCES; i++)
        decode->references[i] =
            streamer_address(streamer, words + 37 + (size_t)2 * i) & ~UINT64_C(0xfff);
}

static void keep(uint32_t *to, size_t room, const uint32_t *words, unsigned length)
{
    memcpy(to, words, (length < room ? length : room) * 4);
}

static void picture_begin(struct streamer *streamer)
{
    hcp_decode_finish(streamer);
    all.why_not = NULL;
    hcp_words_picture(&streamer->hcp, &all.taken.picture);
}

void hcp_decode_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct hcp_decode *decode = &streamer->hcp.decode;

    switch (words[0] >> 16) {
    case 0x7381: /* id 0: the picture */
        if (length > 2 && !(words[1] >> 28))
            keep(decode->surface, 3, words, length);
        break;
    case 0x7382:
        buffers_keep(streamer, words, length);
        break;
    case 0x7383:
        decode->stream = streamer_address(streamer, words + 1) & ~UINT64_C(0xfff);
        all.taken.picture.has_matrix = false;
        break;
    case 0x7384:
        if (length > 17)
            hcp_words_matrix(words, &all.taken.picture);
        break;
    case 0x7390:
        picture_begin(streamer);
        break;
    case 0x7392:
        keep(decode->lists[words[1] & 1], 18, words, length);
        break;
    case 0x7393:
        keep(decode->weights[words[1] & 1], 34, words, length);
        break;
    case 0x7394:
        memset(decode->lists, 0, sizeof(decode->lists));
        memset(decode->weights, 0, sizeof(decode->weights));
        break;
    case 0x73a0:
        if (length > 2)
            slice_take(streamer, words);
        break;
    default:
        break;
    }
}

/* SPDX-License-Identifier: MIT */
/* The decoder's ring of VCN: pairs of register and value, which hand over buffers by their kind. */
#include "engine/slice.h"
#include "engine/vcn.h"
#include "fakedrm.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_DECODE 1u
#define PART_DECODE    2u
#define PART_AVC       6u
#define PARTS_MAX      8u
#define PART_SIZE      512u

enum { BUFFER_MESSAGE = 0, BUFFER_TARGET = 2, BUFFER_STREAM = 0x100 };

/* Words of the part that is common to all codecs. */
enum {
    DECODE_WIDTH = 2,
    DECODE_HEIGHT = 3,
    DECODE_STREAM_SIZE = 4,
    TARGET_PITCH = 25,
    TARGET_CHROMA_PITCH = 26,
    TARGET_SWIZZLE = 28,
    TARGET_HAS_FIELDS = 30,
    TARGET_LUMA = 34,
    TARGET_LUMA_BOTTOM = 35,
    TARGET_CHROMA = 36,
    TARGET_CHROMA_BOTTOM = 37
};

/* Words of the part of H.264. */
enum { AVC_FRAME_NUM = 65, AVC_FRAME_NUM_LIST = 66 };

#define KEPT_MAX 17u /* as many references as there can be, and the picture */

/* The decoder keeps its references to itself, by frame_num: the surfaces are only shown. */
static struct kept {
    uint32_t session, frame_num;
    unsigned age; /* 0: nothing is here */
    struct surface samples;
} kept[KEPT_MAX];

struct buffers {
    uint64_t message, target, stream;
};

static void buffer_keep(struct buffers *buffers, uint32_t kind, uint64_t address)
{
    if (kind == BUFFER_MESSAGE)
        buffers->message = address;
    else if (kind == BUFFER_TARGET)
        buffers->target = address;
    else if (kind == BUFFER_STREAM)
        buffers->stream = address;
}

/* The registers of VCN 1, then those of the later ones. */
static void buffers_read(const uint32_t *words, size_t count, struct buffers *ret)
{
    uint64_t low = 0, high = 0;

    for (size_t i = 0; i + 1 < count; i += 2) {
        switch (words[i] & 0xffff) {
        case 0x81c4:
        case 0x504:
        case 0x10:
            low = words[i + 1];
            break;
        case 0x81c5:
        case 0x505:
        case 0x11:
            high = words[i + 1];
            break;
        case 0x81c3:
        case 0x503:
        case 0x0f:
            buffer_keep(ret, words[i + 1] >> 1, high << 32 | low);
            break;
        default:
            break;
        }
    }
}

/* The message: a header of six words, then four for each part: kind, offset, size, and one more. */
static const uint32_t *part_of(const uint32_t *message, size_t room, uint32_t kind)
{
    for (uint32_t i = 0; i < message[2] && i < PARTS_MAX; i++) {
        const uint32_t *part = message + 6 + (size_t)i * 4;
        if (part[0] == kind && part[1] % 4 == 0 && part[1] + PART_SIZE <= room)
            return message + part[1] / 4;
    }
    return NULL;
}

static bool target_of(const uint32_t *decode, uint64_t address, vcn_memory *memory,
                      struct surface *ret)
{
    size_t room = 0;
    uint8_t *to = memory(address, 1, &room);

    if (!to || decode[TARGET_SWIZZLE] || decode[TARGET_LUMA] >= room ||
        decode[TARGET_CHROMA] >= room)
        return false;
    *ret = (struct surface){
        .luma = to + decode[TARGET_LUMA],
        .chroma = to + decode[TARGET_CHROMA],
        .luma_size = room - decode[TARGET_LUMA],
        .chroma_size = room - decode[TARGET_CHROMA],
        .pitch = decode[TARGET_PITCH],
        .chroma_pitch = decode[TARGET_CHROMA_PITCH] * 2,
        .has_fields = decode[TARGET_HAS_FIELDS],
        .luma_bottom = decode[TARGET_LUMA_BOTTOM] - decode[TARGET_LUMA],
        .chroma_bottom = decode[TARGET_CHROMA_BOTTOM] - decode[TARGET_CHROMA],
    };
    return true;
}

/* The parameter sets, as radeonsi packs them. */
static struct slice_rules rules_of(const uint32_t *decode, const uint32_t *avc)
{
    return (struct slice_rules){
        .width = (decode[DECODE_WIDTH] + 15) / 16,
        .height = (decode[DECODE_HEIGHT] + 15) / 16,
        .order_is_zero = avc[2] >> 3 & 1,
        .has_redundant = avc[3] >> 1 & 1,
        .has_deblocking = avc[3] >> 3 & 1,
        .has_bottom_order = avc[3] >> 7 & 1,
        .has_cabac = avc[3] >> 8 & 1,
        .frame_num_bits = (avc[4] >> 24 & 0xff) + 4,
        .order_type = avc[5] & 0xff,
        .order_bits = (avc[5] >> 8 & 0xff) + 4,
        .qp = 26 + (int8_t)(avc[6] & 0xff),
    };
}

/* ---- references ---- */

static struct kept *kept_find(uint32_t session, uint32_t frame_num)
{
    for (unsigned i = 0; i < KEPT_MAX; i++) {
        if (kept[i].age && kept[i].session == session && kept[i].frame_num == frame_num)
            return &kept[i];
    }
    return NULL;
}

/* The first of the list: the one that was decoded last of those that the message names. */
static const struct surface *reference_of(uint32_t session, const uint32_t *avc,
                                          const struct slice_rules *rules)
{
    uint32_t range = 1u << rules->frame_num_bits, nearest = range;
    const struct surface *found = NULL;

    for (unsigned i = 0; i < KEPT_MAX - 1; i++) {
        uint32_t distance = (avc[AVC_FRAME_NUM] - avc[AVC_FRAME_NUM_LIST + i]) & (range - 1);
        const struct kept *reference = kept_find(session, avc[AVC_FRAME_NUM_LIST + i]);
        if (!distance || distance >= nearest || !reference)
            continue;
        nearest = distance;
        found = &reference->samples;
    }
    return found;
}

static bool samples_take(struct surface *samples, const struct slice_rules *rules)
{
    size_t size = (size_t)rules->width * rules->height * 256;

    if (samples->luma && samples->luma_size == size && samples->pitch == rules->width * 16)
        return true;
    free(samples->luma);
    *samples = (struct surface){.luma = malloc(size * 3 / 2),
                                .luma_size = size,
                                .chroma_size = size / 2,
                                .pitch = rules->width * 16,
                                .chroma_pitch = rules->width * 16};
    samples->chroma = samples->luma ? samples->luma + size : NULL;
    return samples->luma;
}

static void reference_keep(uint32_t session, uint32_t frame_num, const struct slice_rules *rules,
                           const struct surface *picture)
{
    static unsigned count;
    struct kept *place = kept_find(session, frame_num), *oldest = NULL;
    uint8_t pcm[MACROBLOCK];

    for (unsigned i = 0; !place && i < KEPT_MAX; i++) {
        if (!oldest || kept[i].age < oldest->age)
            oldest = &kept[i];
    }
    place = place ? place : oldest;
    if (!samples_take(&place->samples, rules))
        return;
    place->session = session;
    place->frame_num = frame_num;
    place->age = ++count;
    for (uint32_t i = 0; i < rules->width * rules->height; i++) {
        surface_read(picture, i % rules->width, i / rules->width, pcm);
        surface_write(&place->samples, i % rules->width, i / rules->width, pcm);
    }
}

/* ---- slices ---- */

static void slice_decode(const uint8_t *unit, size_t size, const struct slice_rules *rules,
                         const struct surface *picture, const struct surface *reference)
{
    struct avc_slice slice;
    struct nal_reader in;
    const char *why = NULL;
    uint32_t count;

    nal_open(&in, unit, size, 1, 0);
    if (!slice_read(&in, unit[0], rules, &slice)) {
        LOG("    vcn: a slice's header is not understood\n");
        return;
    }
    count = avc_decode(&in, &slice, picture, reference, &why);
    LOG("    vcn: decoded %u macroblocks from %u, %s %s, pitch %u%s: %s\n", count, slice.first,
        slice.is_p ? "P" : "I", slice.has_cabac ? "CABAC" : "CAVLC", picture->pitch,
        picture->has_fields ? ", fields" : "", why ? why : "all");
}

/* Where the next start code begins, or the end. */
static size_t unit_end(const uint8_t *stream, size_t size, size_t at)
{
    while (at + 3 <= size && (stream[at] || stream[at + 1] || stream[at + 2] != 1))
        at++;
    return at + 3 <= size ? at : size;
}

/* Whether the picture is one that others refer to. */
static bool stream_decode(const uint8_t *stream, size_t size, const struct slice_rules *rules,
                          const struct surface *picture, const struct surface *reference)
{
    bool is_reference = false;

    for (size_t at = unit_end(stream, size, 0); at + 4 < size;) {
        size_t begin = at + 3, end = unit_end(stream, size, begin);
        unsigned type = stream[begin] & 31;

        if (type == 1 || type == 5) {
            slice_decode(stream + begin, end - begin, rules, picture, reference);
            is_reference |= (stream[begin] >> 5 & 3) != 0;
        }
        at = end;
    }
    return is_reference;
}

void vcn_decode(const uint32_t *words, size_t count, vcn_memory *memory)
{
    struct buffers buffers = {0};
    const uint32_t *message, *decode, *avc;
    struct surface picture;
    struct slice_rules rules;
    const uint8_t *stream;
    size_t room = 0;

    buffers_read(words, count, &buffers);
    message = buffers.message ? memory(buffers.message, PART_SIZE, &room) : NULL;
    if (!message || message[3] != MESSAGE_DECODE)
        return;
    decode = part_of(message, room, PART_DECODE);
    avc = part_of(message, room, PART_AVC);
    if (!decode || !avc) {
        LOG("    vcn: a stream that is not H.264\n");
        return;
    }
    stream = memory(buffers.stream, decode[DECODE_STREAM_SIZE], NULL);
    if (!stream || !target_of(decode, buffers.target, memory, &picture)) {
        LOG("    vcn: no stream, or a target that is tiled\n");
        return;
    }
    rules = rules_of(decode, avc);
    if (stream_decode(stream, decode[DECODE_STREAM_SIZE], &rules, &picture,
                      reference_of(message[4], avc, &rules)))
        reference_keep(message[4], avc[AVC_FRAME_NUM], &rules, &picture);
}

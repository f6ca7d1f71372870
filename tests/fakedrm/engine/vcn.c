/* SPDX-License-Identifier: MIT */
#include "engine/vcn.h"

#include "engine/avc.h"
#include "engine/lies.h"
#include "engine/nal.h"
#include "engine/state.h"
#include "fakedrm.h"

#include <string.h>

#define SESSIONS      16u
#define QP_OF_PPS     26
#define TYPE_P        1u
#define TYPE_I        2u
#define STANDARD_AVC  1u
#define HEADER_WORDS  16u
#define FEEDBACK_SIZE 40u

enum instruction {
    HEADER_END = 0,
    HEADER_COPY = 1,
    HEADER_FIRST_MB = 0x20000,
    HEADER_QP = 0x20001
};

/* The same in all versions. */
enum { SESSION_INFO = 1, SESSION_INIT = 3, RATE_PICTURE = 8 };
enum { AVC_SLICES = 0x200001, AVC_MISC = 0x200002, OP_ENCODE = 0x1000003 };

/* Those that VCN 1 numbers differently from the later ones. */
enum { NALU, SLICE_HEADER, PICTURE, STREAM, FEEDBACK, PARAMETERS };
static const uint32_t NUMBERS[2][PARAMETERS] = {
    {0x20, 0x0a, 0x0b, 0x0e, 0x10},
    {0x0a, 0x0b, 0x0f, 0x12, 0x15},
};

struct session {
    uint64_t context;
    uint32_t standard, width, height; /* macroblocks */
    uint32_t slice_size;              /* macroblocks, or 0: all */
    bool has_cabac;
    unsigned init_idc;
    int qp;
};

/* One submission. */
#define STREAM_OFFSET 4u /* behind what the driver has written there itself */

struct job {
    const uint32_t *numbers;
    vcn_memory *memory;
    struct session *session;
    const uint32_t *header, *picture, *stream, *feedback; /* parameters, or NULL */
    uint32_t header_length, picture_length;
    struct nal_writer out;
};

static struct session *session_of(uint64_t context)
{
    static struct session sessions[SESSIONS];
    static unsigned next;

    for (unsigned i = 0; i < SESSIONS; i++) {
        if (sessions[i].context == context)
            return &sessions[i];
    }
    next = (next + 1) % SESSIONS;
    sessions[next] = (struct session){.context = context, .qp = QP_OF_PPS};
    return &sessions[next];
}

static uint64_t address_of(const uint32_t *words)
{
    return (uint64_t)words[0] << 32 | words[1];
}

/* A NAL unit that the driver wrote: kind, bytes, and they, the first in the highest bits. */
static void unit_put(struct job *job, const uint32_t *words, uint32_t length)
{
    job->out.escape = false;
    for (uint32_t i = 0; length > 2 && i < words[1] && i / 4 < length - 2; i++)
        nal_put(&job->out, words[2 + i / 4] >> (24 - 8 * (i & 3)) & 0xff, 8);
}

/* ---- the slices ---- */

static void bits_copy(struct nal_writer *out, const uint32_t **from, uint32_t count)
{
    for (; count > 32; count -= 32)
        nal_put(out, *(*from)++, 32);
    if (count)
        nal_put(out, *(*from)++ >> (32 - count), count);
}

/* The header is a program: pieces of the driver's bits, and what only the engine knows. */
static bool header_put(struct job *job, uint32_t first)
{
    const uint32_t *bits = job->header, *end = bits + job->header_length;
    const uint32_t *code = bits + HEADER_WORDS;
    int delta = job->session->qp - QP_OF_PPS;

    job->out.escape = false;
    job->out.zeros = 0;
    nal_put(&job->out, 1, 32);
    job->out.escape = true;
    for (; code + 1 < end && code[0] != HEADER_END; code += 2) {
        switch (code[0]) {
        case HEADER_COPY:
            if (bits + (code[1] + 31) / 32 > job->header + HEADER_WORDS)
                return false;
            bits_copy(&job->out, &bits, code[1]);
            break;
        case HEADER_FIRST_MB:
            nal_put_ue(&job->out, first);
            break;
        case HEADER_QP:
            nal_put_ue(&job->out, delta > 0 ? (uint32_t)delta * 2 - 1 : (uint32_t)-delta * 2);
            break;
        default:
            LOG("    vcn: instruction %x is not known\n", code[0]);
            return false;
        }
    }
    return true;
}

static bool plane_map(const struct job *job, const uint32_t *words, uint8_t **ret, size_t *ret_room)
{
    *ret = job->memory(address_of(words), 1, ret_room);
    return *ret;
}

/* The picture to encode: addresses of luma and chroma, their pitches in samples, how it is tiled.
 */
static bool source_of(const struct job *job, struct surface *ret)
{
    const uint32_t *words = job->picture;

    if (job->picture_length < 9 || words[8]) {
        LOG("    vcn: a picture that is tiled\n");
        return false;
    }
    ret->pitch = words[6];
    ret->chroma_pitch = words[7] * 2;
    ret->chroma_row = 0;
    ret->tiling = TILING_NONE;
    return plane_map(job, words + 2, &ret->luma, &ret->luma_size) &&
           plane_map(job, words + 4, &ret->chroma, &ret->chroma_size);
}

static bool slices_put(struct job *job, struct seen *seen)
{
    const struct session *session = job->session;
    uint32_t all = session->width * session->height;
    uint32_t step = session->slice_size ? session->slice_size : all;

    for (uint32_t first = 0; first < all; first += step) {
        struct avc_slice slice = {.width = session->width,
                                  .first = first,
                                  .end = first + step < all ? first + step : all,
                                  .is_p = job->picture[0] == TYPE_P,
                                  .has_cabac = session->has_cabac,
                                  .qp = session->qp,
                                  .init_idc = session->init_idc};
        if (!first && lie_is_told(LIE_DROPPED_SLICE, seen->picture))
            continue;
        if (!header_put(job, first))
            return false;
        avc_encode(&job->out, &slice, seen_macroblock, seen);
    }
    return true;
}

static void report(const struct job *job, uint32_t bytes)
{
    uint32_t *to =
        job->feedback ? job->memory(address_of(job->feedback + 1), FEEDBACK_SIZE, NULL) : NULL;

    if (to) {
        to[1] = 1; /* done */
        to[6] = bytes;
    }
}

static void encode(struct job *job)
{
    const struct session *session = job->session;
    struct seen seen = {0};
    uint32_t told;
    uint8_t *to;

    if (!session || session->standard != STANDARD_AVC || !job->picture || !job->header ||
        !job->stream || (job->picture[0] != TYPE_I && job->picture[0] != TYPE_P)) {
        LOG("    vcn: a job that is not known\n");
        return;
    }
    seen = (struct seen){
        .width = session->width, .height = session->height, .picture = engine_next_picture()};
    if (engine_stops(seen.picture) || !source_of(job, &seen.from) || !slices_put(job, &seen))
        return;
    told = lie_count(seen.picture, (uint32_t)job->out.used);
    to = job->memory(address_of(job->stream + 1) + job->stream[STREAM_OFFSET],
                     told > job->out.used ? told : job->out.used, NULL);
    if (to) {
        memcpy(to, job->out.data, job->out.used);
        if (told > job->out.used)
            memcpy(to + job->out.used, job->out.data, told - job->out.used);
        report(job, told);
    }
    LOG("    vcn: picture %u, %s %s, pitch %u: %zu bytes\n", seen.picture,
        job->picture[0] == TYPE_P ? "P" : "I", session->has_cabac ? "CABAC" : "CAVLC",
        seen.from.pitch, job->out.used);
}

/* ---- parameters ---- */

static void session_keep(struct session *session, uint32_t number, const uint32_t *words,
                         uint32_t length)
{
    switch (number) {
    case SESSION_INIT:
        session->standard = words[0];
        session->width = length > 2 ? words[1] / 16 : 0;
        session->height = length > 2 ? words[2] / 16 : 0;
        break;
    case RATE_PICTURE:
        session->qp = words[0] <= 51 ? (int)words[0] : QP_OF_PPS;
        break;
    case AVC_SLICES: /* by a number of macroblocks */
        session->slice_size = length > 1 && words[0] == 0 ? words[1] : 0;
        break;
    case AVC_MISC:
        session->has_cabac = length > 1 && words[1];
        session->init_idc = length > 2 ? words[2] : 0;
        break;
    default:
        break;
    }
}

static void parameter(struct job *job, uint32_t number, const uint32_t *words, uint32_t length)
{
    if (number == SESSION_INFO && length > 2)
        job->session = session_of(address_of(words + 1));
    else if (number == job->numbers[NALU])
        unit_put(job, words, length);
    else if (number == job->numbers[SLICE_HEADER] && length > HEADER_WORDS)
        job->header = words, job->header_length = length;
    else if (number == job->numbers[PICTURE] && length > 1)
        job->picture = words, job->picture_length = length;
    else if (number == job->numbers[STREAM] && length > STREAM_OFFSET)
        job->stream = words;
    else if (number == job->numbers[FEEDBACK] && length > 3)
        job->feedback = words;
    else if (number == OP_ENCODE)
        encode(job);
    else if (job->session && length)
        session_keep(job->session, number, words, length);
}

void vcn_encode(unsigned version, const uint32_t *words, size_t count, vcn_memory *memory)
{
    struct job job = {.numbers = NUMBERS[version > 1], .memory = memory, .out = nal_writer_take()};

    for (size_t at = 0; at + 1 < count && words[at] >= 8 && words[at] / 4 <= count - at;
         at += words[at] / 4)
        parameter(&job, words[at + 1], words + at + 2, words[at] / 4 - 2);
}

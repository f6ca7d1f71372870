/* SPDX-License-Identifier: MIT */
#include "judge/codecs.h"

#include <va/va.h>

static bool is_encoder(int32_t entrypoint)
{
    return entrypoint == VAEntrypointEncSlice || entrypoint == VAEntrypointEncSliceLP ||
           entrypoint == VAEntrypointEncPicture;
}

static bool is_said(const struct va_facts *va, enum codec codec, bool is_encode)
{
    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        bool is_way = is_encode ? is_encoder(row->entrypoint) : row->entrypoint == VAEntrypointVLD;
        if (is_way && codec_is_of(codec, row->profile, row->rt_format))
            return true;
    }
    return false;
}

enum codec_word codec_decode(const struct facts *facts, enum codec codec)
{
    const struct va_codec *clip = &facts->va.codecs[codec];

    if ((codec == CODEC_H264 && facts->va.decode.done) || clip->done)
        return CODEC_PASS;
    if (clip->is_wrong || clip->failure.happened)
        return CODEC_FAIL;
    return clip->offered || is_said(&facts->va, codec, false) ? CODEC_SAID : CODEC_NOT;
}

enum codec_word codec_encode(const struct facts *facts, enum codec codec)
{
    if (codec == CODEC_H264 && facts->va.encode.done)
        return CODEC_PASS;
    return is_said(&facts->va, codec, true) ? CODEC_SAID : CODEC_NOT;
}

static void names_add(const struct facts *facts,
                      enum codec_word (*get)(const struct facts *facts, enum codec codec),
                      struct text *out)
{
    const char *separator = "";

    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (get(facts, (enum codec)codec) == CODEC_NOT)
            continue;
        text_add(out, "%s%s", separator, codec_name((enum codec)codec));
        separator = " ";
    }
    if (!*separator)
        text_add(out, "nothing");
}

void words_decoders(const struct facts *facts, struct text *out)
{
    names_add(facts, codec_decode, out);
}

void words_codecs(const struct facts *facts, struct text *out)
{
    const char *separator = "";

    text_add(out, "said by the driver (proven: ");
    if (!facts->request.decode_only) {
        text_add(out, "%sh264", facts->va.decode.done ? "" : "encoding ");
        separator = ", ";
    }
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (!facts->va.codecs[codec].done)
            continue;
        text_add(out, "%sdecoding %s", separator, codec_name((enum codec)codec));
        separator = ", ";
    }
    text_add(out, "): ");
    text_add(out, "decodes ");
    names_add(facts, codec_decode, out);
    text_add(out, "; encodes ");
    names_add(facts, codec_encode, out);
}

/* H.264's own stream needs no clip. */
static bool is_missing(const struct facts *facts, enum codec codec)
{
    if (codec == CODEC_H264 && !facts->request.decode_only)
        return codec_decode(facts, codec) == CODEC_NOT;
    return !facts->va.codecs[codec].offered;
}

int codec_first_bad(const struct facts *facts)
{
    uint32_t asked = facts->request.codecs;

    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if ((asked & CODEC_BIT(codec)) && codec_decode(facts, (enum codec)codec) == CODEC_FAIL)
            return codec;
    }
    for (int codec = 0; codec < CODEC_COUNT && !(asked & CODEC_BITS_ALL); codec++) {
        if ((asked & CODEC_BIT(codec)) && is_missing(facts, (enum codec)codec))
            return codec;
    }
    return -1;
}

bool codecs_are_done(const struct facts *facts)
{
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        const struct va_codec *clip = &facts->va.codecs[codec];
        if ((va_clips_asked(&facts->request) & CODEC_BIT(codec)) && clip->offered && !clip->done)
            return false;
    }
    return true;
}

void words_proven(const struct facts *facts, struct text *out)
{
    const char *separator = "";

    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (!facts->va.codecs[codec].done)
            continue;
        text_add(out, "%s%s", separator, codec_name((enum codec)codec));
        separator = " ";
    }
}

uint32_t codecs_decodable(const struct facts *facts)
{
    uint32_t bits = 0;

    for (int codec = 0; codec < CODEC_COUNT; codec++)
        if (facts->va.codecs[codec].offered)
            bits |= CODEC_BIT(codec);
    return facts->request.codecs ? bits & facts->request.codecs : bits;
}

void words_codec_wrong(const struct va_codec *codec, struct text *out)
{
    const char *what = "colours";

    if (codec->is_luma_wrong)
        what = codec->is_chroma_wrong ? "brightness and colours" : "brightness";
    text_add(out, "%s of picture %u of %u", what, codec->picture, codec->count);
    if (codec->looks_like[0])
        text_add(out, ", which is %s", codec->looks_like);
}

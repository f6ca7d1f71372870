#include "judge/codecs.h"

#include <va/va.h>

/* libva has it from 2.8 on; the number stays. */
#define PROFILE_AV1_0 32

#define PROFILES_MAX 4

static const struct codec_row {
    const char *name;
    uint32_t rt_format; /* what the driver has to offer of it */
    int profiles[PROFILES_MAX];
} CODECS[CODEC_COUNT] = {
    {"h264",
     VA_RT_FORMAT_YUV420,
     {VAProfileH264ConstrainedBaseline, VAProfileH264Main, VAProfileH264High}},
    {"hevc", VA_RT_FORMAT_YUV420, {VAProfileHEVCMain}},
    {"hevc10", 0, {VAProfileHEVCMain10}},
    {"av1", VA_RT_FORMAT_YUV420, {PROFILE_AV1_0}},
    {"av1-10", VA_RT_FORMAT_YUV420_10BPP, {PROFILE_AV1_0}},
    {"vp9", VA_RT_FORMAT_YUV420, {VAProfileVP9Profile0}},
    {"vp9-10", 0, {VAProfileVP9Profile2}},
    {"vp8", VA_RT_FORMAT_YUV420, {VAProfileVP8Version0_3}},
    {"mpeg2", VA_RT_FORMAT_YUV420, {VAProfileMPEG2Simple, VAProfileMPEG2Main}},
    {"vc1", VA_RT_FORMAT_YUV420, {VAProfileVC1Simple, VAProfileVC1Main, VAProfileVC1Advanced}},
    {"jpeg", 0, {VAProfileJPEGBaseline}},
};

const char *codec_name(int codec)
{
    return CODECS[codec].name;
}

static bool is_encoder(int32_t entrypoint)
{
    return entrypoint == VAEntrypointEncSlice || entrypoint == VAEntrypointEncSliceLP ||
           entrypoint == VAEntrypointEncPicture;
}

/* MPEG2Simple is 0, which the unused places are, too: the first one counts always. */
static bool is_of(const struct codec_row *codec, const struct va_row *row)
{
    if (row->rt_format && codec->rt_format && !(row->rt_format & codec->rt_format))
        return false;
    for (int i = 0; i < PROFILES_MAX; i++) {
        if ((i == 0 || codec->profiles[i]) && codec->profiles[i] == row->profile)
            return true;
    }
    return false;
}

static bool is_said(const struct va_facts *va, int codec, bool is_encode)
{
    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        bool is_way = is_encode ? is_encoder(row->entrypoint) : row->entrypoint == VAEntrypointVLD;
        if (is_way && is_of(&CODECS[codec], row))
            return true;
    }
    return false;
}

enum codec_word codec_decode(const struct facts *facts, int codec)
{
    if (codec == 0 && facts->va.decode.done)
        return CODEC_PASS;
    return is_said(&facts->va, codec, false) ? CODEC_SAID : CODEC_NOT;
}

enum codec_word codec_encode(const struct facts *facts, int codec)
{
    if (codec == 0 && facts->va.encode.done)
        return CODEC_PASS;
    return is_said(&facts->va, codec, true) ? CODEC_SAID : CODEC_NOT;
}

static void names_add(const struct facts *facts, const char *word,
                      enum codec_word (*get)(const struct facts *facts, int codec),
                      struct text *out)
{
    text_add(out, "%s", word);
    size_t used = out->used;
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (get(facts, codec) != CODEC_NOT)
            text_add(out, " %s", codec_name(codec));
    }
    if (out->used == used)
        text_add(out, " nothing");
}

void words_codecs(const struct facts *facts, struct text *out)
{
    text_add(out,
             "said by the driver (proven: %sh264): ", facts->va.decode.done ? "" : "encoding ");
    names_add(facts, "decodes", codec_decode, out);
    names_add(facts, "; encodes", codec_encode, out);
}

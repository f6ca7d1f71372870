/* SPDX-License-Identifier: MIT */
#include "facts/codecs.h"

#include <stddef.h>
#include <string.h>
#include <va/va.h>

/* libva has it from 2.8 on; the number stays. */
#define PROFILE_AV1_0 32

#define PROFILES_MAX 4

static const struct codec_row {
    const char *name;
    uint32_t rt_format; /* what the driver has to offer of it */
    int profiles[PROFILES_MAX];
} CODECS[CODEC_COUNT] = {
    [CODEC_H264] = {"h264",
                    VA_RT_FORMAT_YUV420,
                    {VAProfileH264ConstrainedBaseline, VAProfileH264Main, VAProfileH264High}},
    [CODEC_HEVC] = {"hevc", VA_RT_FORMAT_YUV420, {VAProfileHEVCMain}},
    [CODEC_HEVC10] = {"hevc10", 0, {VAProfileHEVCMain10}},
    [CODEC_AV1] = {"av1", VA_RT_FORMAT_YUV420, {PROFILE_AV1_0}},
    [CODEC_AV1_10] = {"av1-10", VA_RT_FORMAT_YUV420_10BPP, {PROFILE_AV1_0}},
    [CODEC_VP9] = {"vp9", VA_RT_FORMAT_YUV420, {VAProfileVP9Profile0}},
    [CODEC_VP9_10] = {"vp9-10", 0, {VAProfileVP9Profile2}},
    [CODEC_VP8] = {"vp8", VA_RT_FORMAT_YUV420, {VAProfileVP8Version0_3}},
    [CODEC_MPEG2] = {"mpeg2", VA_RT_FORMAT_YUV420, {VAProfileMPEG2Simple, VAProfileMPEG2Main}},
    [CODEC_VC1] = {"vc1",
                   VA_RT_FORMAT_YUV420,
                   {VAProfileVC1Simple, VAProfileVC1Main, VAProfileVC1Advanced}},
    [CODEC_JPEG] = {"jpeg", 0, {VAProfileJPEGBaseline}},
};

const char *codec_name(enum codec codec)
{
    return CODECS[codec].name;
}

/* MPEG2Simple is 0, which the unused places are, too: the first one counts always. */
bool codec_is_of(enum codec codec, int32_t profile, uint32_t rt_format)
{
    const struct codec_row *row = &CODECS[codec];

    if (rt_format && row->rt_format && !(rt_format & row->rt_format))
        return false;
    for (int i = 0; i < PROFILES_MAX; i++) {
        if ((i == 0 || row->profiles[i]) && row->profiles[i] == profile)
            return true;
    }
    return false;
}

static uint32_t bit_read(const char *name, size_t length)
{
    if (length == strlen("all") && strncmp(name, "all", length) == 0)
        return CODEC_BITS_ALL | CODEC_BITS_TRIED;
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (strlen(CODECS[codec].name) == length && strncmp(name, CODECS[codec].name, length) == 0)
            return CODEC_BIT(codec) & CODEC_BITS_TRIED;
    }
    return 0;
}

bool codec_bits_read(const char *list, uint32_t *ret)
{
    uint32_t bits = 0;

    for (;; list++) {
        size_t length = strcspn(list, ",");
        uint32_t bit = bit_read(list, length);
        if (!bit)
            return false;
        bits |= bit;
        list += length;
        if (!*list)
            break;
    }
    *ret = bits;
    return true;
}

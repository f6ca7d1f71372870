/* SPDX-License-Identifier: MIT */
/* A GPU that only decodes: by default, and with --decode-only. */
#include "verify_cases.h"

#include <errno.h>

/* Its table has decoders of two codecs, and no encoder. */
static void decoders(void)
{
    facts_encode_never();
    facts.va.progress.step = VA_STEP_ENTRYPOINTS;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = VA_REFUSED_NO_ENCODER;
    facts.va.entrypoints.count = 1;
    facts.va.entrypoints.chosen_row = -1;
    facts.va.codecs[CODEC_H264].offered = facts.va.codecs[CODEC_HEVC].offered = true;
}

static void decode_only(uint32_t codecs)
{
    decoders();
    facts.request.decode_only = true;
    facts.request.codecs = codecs;
    facts.va.progress.step = VA_STEP_CLOSE;
    facts.va.entrypoints.done = true;
    facts.va.entrypoints.refusal = VA_REFUSED_NOT;
    facts.va.scale.offered = facts.va.scale.done = true;
}

static void clip_right(enum codec codec)
{
    facts.va.codecs[codec].done = true;
    facts.va.codecs[codec].pictures = facts.va.codecs[codec].count = 5;
}

static void all_right(void)
{
    decode_only(CODEC_BITS_ALL | CODEC_BITS_TRIED);
    clip_right(CODEC_H264);
    clip_right(CODEC_HEVC);
}

CASE(g18_decodes)
{
    decoders();
}

CASE(g18_decodes_what_was_asked)
{
    decoders();
    facts.request.codecs = CODEC_BIT(CODEC_HEVC) | CODEC_BIT(CODEC_VP9);
}

/* No line for what would fail just so. */
CASE(g18_decodes_something_else)
{
    decoders();
    facts.request.codecs = CODEC_BIT(CODEC_VP9);
}

CASE(g18_decodes_by_jellyfin)
{
    decoders();
    SET(facts.sys.library.asked, "/usr/lib/jellyfin-ffmpeg/lib");
}

CASE(g18_nvidia_decodes)
{
    decoders();
    SET(facts.sys.kernel.driver, "nvidia-drm");
    SET(facts.va.driver.name, "nvidia");
}

CASE(g18_no_engine_decodes)
{
    decoders();
    facts_radeon();
    facts.sys.kernel.device_id = 0x743f;
    facts.sys.kernel.is_caps_asked = true;
}

/* virgl, where the host's GPU only decodes. */
CASE(g18_virgl_decodes)
{
    decoders();
    facts_at(PLACE_VM);
    facts.sys.kernel = (struct kernel_facts){.is_asked = true, .minor = 1, .is_node_visible = true};
    SET(facts.sys.kernel.driver, "virtio_gpu");
    SET(facts.va.driver.name, "virtio_gpu");
}

CASE(g44_decodes)
{
    all_right();
}

CASE(g44_decodes_one)
{
    decode_only(CODEC_BIT(CODEC_HEVC));
    clip_right(CODEC_HEVC);
}

/* Firmware that only an encoder wants. */
CASE(g44_without_huc)
{
    all_right();
    facts.sys.kernel.huc_error = ENOPKG;
    facts.va.entrypoints.count = 2;
    facts.va.entrypoints.rows[1] = (struct va_row){
        .profile = 7, .entrypoint = 8, .is_h264 = true, .is_encoder = true}; /* EncSliceLP */
}

CASE(g44_no_scaler)
{
    all_right();
    facts.sys.kernel.device_id = 0x5912;
    facts.va.scale.offered = facts.va.scale.done = false;
    facts_failure(&facts.va.scale.failure, "vaCreateConfig", 12,
                  "VA_STATUS_ERROR_UNSUPPORTED_PROFILE");
}

CASE(g44_decodes_nothing)
{
    decode_only(CODEC_BITS_ALL | CODEC_BITS_TRIED);
    facts.va.codecs[CODEC_H264].offered = facts.va.codecs[CODEC_HEVC].offered = false;
    facts.va.entrypoints.count = 0;
}

CASE(g48_decode_only)
{
    decode_only(CODEC_BIT(CODEC_VP9));
}

CASE(g49_decode_only)
{
    all_right();
    facts.va.codecs[CODEC_H264].done = false;
    facts.va.codecs[CODEC_H264].is_wrong = facts.va.codecs[CODEC_H264].is_luma_wrong = true;
    facts.va.codecs[CODEC_H264].picture = 2;
}

CASE(g23_decode_only)
{
    decode_only(CODEC_BITS_ALL | CODEC_BITS_TRIED);
    clip_right(CODEC_H264);
    facts.va.progress.step = VA_STEP_CODECS;
    SET(facts.va.progress.call, "vaEndPicture");
    facts_ended(RUN_CRASHED, 11, 1);
}

/* H.264 is no exception here: without its clip nothing of it was tried. */
CASE(decode_only_unfinished)
{
    decode_only(CODEC_BIT(CODEC_H264));
}

const struct verify_case VERIFY_CASES_DECODE[] = {
    ROW(g18_decodes, STATUS_NO_ENCODER, "g18"),
    ROW(g18_decodes_what_was_asked, STATUS_NO_ENCODER, "g18"),
    ROW(g18_decodes_something_else, STATUS_NO_ENCODER, "g18"),
    ROW(g18_decodes_by_jellyfin, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nvidia_decodes, STATUS_NO_ENCODER, "g18"),
    ROW(g18_no_engine_decodes, STATUS_NO_ENCODER, "g18"),
    ROW(g18_virgl_decodes, STATUS_NO_ENCODER, "g18"),
    ROW(g44_decodes, STATUS_PASS, ""),
    ROW(g44_decodes_one, STATUS_PASS, ""),
    ROW(g44_without_huc, STATUS_PASS, ""),
    ROW(g44_no_scaler, STATUS_PASS, "g30"),
    ROW(g44_decodes_nothing, STATUS_CODEC, "g44"),
    ROW(g48_decode_only, STATUS_CODEC, "g48"),
    ROW(g49_decode_only, STATUS_DECODE, "g49"),
    ROW(g23_decode_only, STATUS_CRASHED, "g23"),
    ROW(decode_only_unfinished, STATUS_INTERNAL, ""),
    {0},
};

/* SPDX-License-Identifier: MIT */
#include "facts/va.h"

#include <stddef.h>

uint32_t va_clips_asked(const struct va_request *request)
{
    uint32_t asked = request->codecs & CODEC_BITS_TRIED;

    return request->decode_only ? asked : asked & ~CODEC_BIT(CODEC_H264);
}

bool va_is_cut_in_decoder(const struct va_facts *facts)
{
    return !facts->encode.done && facts->progress.step == VA_STEP_DECODE;
}

bool va_has_h264(const struct va_facts *facts, int32_t entrypoint)
{
    for (uint32_t i = 0; i < facts->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &facts->entrypoints.rows[i];
        if (row->is_h264 && row->entrypoint == entrypoint)
            return true;
    }
    return false;
}

/* A crashed driver may have left anything in a bool's byte: read as a byte, written as 0 or 1. */
static void sanitize_bool(bool *value)
{
    unsigned char byte = *(unsigned char *)value;

    *value = byte != 0;
}

static void sanitize_index(int32_t *value, uint32_t count)
{
    if (*value < 0 || (uint32_t)*value >= count)
        *value = -1;
}

static void sanitize_seconds(double *value)
{
    if (!(*value >= 0 && *value < 1e9)) /* not a number, too */
        *value = 0;
}

static void sanitize_decibel(double *value)
{
    if (!(*value >= 0 && *value <= 99))
        *value = 0;
}

#define TERMINATE(array) ((array)[sizeof(array) - 1] = '\0')

static void sanitize_failure(struct va_failure *failure)
{
    sanitize_bool(&failure->happened);
    TERMINATE(failure->call);
    TERMINATE(failure->status_name);
    TERMINATE(failure->detail);
}

static void sanitize_driver(struct va_facts *facts)
{
    sanitize_bool(&facts->driver.done);
    TERMINATE(facts->driver.library_version);
    TERMINATE(facts->driver.name);
    TERMINATE(facts->driver.vendor);
    TERMINATE(facts->driver.log);
    if (facts->driver.tried_count > VA_TRIED_MAX)
        facts->driver.tried_count = VA_TRIED_MAX;
    for (uint32_t i = 0; i < VA_TRIED_MAX; i++) {
        TERMINATE(facts->driver.tried[i]);
        if (facts->driver.tried_result[i] > VA_TRIED_OPENED)
            facts->driver.tried_result[i] = VA_TRIED_ABSENT;
    }
    sanitize_failure(&facts->driver.failure);
}

static void sanitize_entrypoints(struct va_facts *facts)
{
    sanitize_bool(&facts->entrypoints.done);
    if (facts->entrypoints.count > VA_ROWS_MAX)
        facts->entrypoints.count = VA_ROWS_MAX;
    for (uint32_t i = 0; i < VA_ROWS_MAX; i++) {
        TERMINATE(facts->entrypoints.rows[i].profile_name);
        TERMINATE(facts->entrypoints.rows[i].entrypoint_name);
        sanitize_bool(&facts->entrypoints.rows[i].is_h264);
        sanitize_bool(&facts->entrypoints.rows[i].is_encoder);
    }
    sanitize_index(&facts->entrypoints.chosen_row, facts->entrypoints.count);
    if (facts->entrypoints.refusal < 0 || facts->entrypoints.refusal > VA_REFUSED_SIZE_ODD)
        facts->entrypoints.refusal = VA_REFUSED_NOT;
    sanitize_failure(&facts->entrypoints.failure);
}

static void sanitize_encode(struct va_facts *facts)
{
    sanitize_bool(&facts->encode.done);
    sanitize_bool(&facts->encode.packed_headers_ours);
    TERMINATE(facts->encode.profile_name);
    TERMINATE(facts->encode.entrypoint_name);
    TERMINATE(facts->encode.upload);
    TERMINATE(facts->encode.sync);
    sanitize_seconds(&facts->encode.seconds);
    sanitize_failure(&facts->encode.failure);
}

static void sanitize_results(struct va_facts *facts)
{
    sanitize_bool(&facts->bitstream.done);
    sanitize_bool(&facts->bitstream.cabac);
    TERMINATE(facts->bitstream.rule);
    sanitize_bool(&facts->decode.done);
    sanitize_bool(&facts->decode.supported);
    TERMINATE(facts->decode.why);
    TERMINATE(facts->decode.looks_like);
    sanitize_decibel(&facts->decode.psnr_y);
    sanitize_decibel(&facts->decode.psnr_y_worst);
    sanitize_decibel(&facts->decode.psnr_uv);
    sanitize_decibel(&facts->decode.psnr_uv_worst);
    sanitize_decibel(&facts->decode.psnr_block);
    sanitize_bool(&facts->decode.block_is_colour);
    sanitize_failure(&facts->decode.failure);
    sanitize_bool(&facts->scale.offered);
    sanitize_bool(&facts->scale.done);
    sanitize_decibel(&facts->scale.psnr_y);
    sanitize_decibel(&facts->scale.psnr_uv);
    sanitize_decibel(&facts->scale.psnr_block);
    sanitize_failure(&facts->scale.failure);
}

static void sanitize_codec(struct va_codec *codec)
{
    sanitize_bool(&codec->offered);
    sanitize_bool(&codec->done);
    sanitize_bool(&codec->is_wrong);
    sanitize_bool(&codec->is_luma_wrong);
    sanitize_bool(&codec->is_chroma_wrong);
    TERMINATE(codec->looks_like);
    sanitize_failure(&codec->failure);
}

void va_facts_sanitize(struct va_facts *facts)
{
    if (facts->progress.step < VA_STEP_NONE || facts->progress.step > VA_STEP_CLOSE)
        facts->progress.step = VA_STEP_NONE;
    TERMINATE(facts->progress.call);
    sanitize_driver(facts);
    sanitize_entrypoints(facts);
    sanitize_encode(facts);
    sanitize_results(facts);
    for (int codec = 0; codec < CODEC_COUNT; codec++)
        sanitize_codec(&facts->codecs[codec]);
}

/* SPDX-License-Identifier: MIT */
/* One verification from the first libva call to the last, in the order of the checks. */
#include "va/run.h"

#include "va/codec.h"
#include "va/decoder.h"
#include "va/encoder.h"
#include "va/limits.h"
#include "va/scale.h"
#include "va/table.h"

/* What encodes, reads and decodes one and the same picture. */
struct chain {
    struct encoder encoder;
    struct stream stream;
    struct decoder decoder;
    bool is_decoding;
};

/*
 * Picture by picture, so that no more than one is ever kept. What is wrong with the stream or with
 * the decoded pictures ends the decoding, not the encoding: the first check that fails is the
 * cause.
 */
static void chain_run(struct chain *chain, const struct pattern *pattern, uint32_t frames)
{
    struct va_session *session = chain->encoder.session;
    struct va_facts *facts = session->facts;
    double start = session_clock();
    double inside = session->inside;
    struct h264_picture picture;

    for (uint32_t frame = 0; frame < frames; frame++) {
        facts->progress.frame = frame;
        if (!encoder_encode(&chain->encoder, pattern, frame, &chain->stream))
            return;
        chain->is_decoding = stream_read_picture(&chain->stream, &picture) && chain->is_decoding &&
                             decoder_decode(&chain->decoder, &picture, chain->stream.data);
    }
    facts->encode.done = true;
    stream_judge(&chain->stream);
    facts->decode.done = chain->is_decoding;
    facts->time.pictures = session_clock() - start;
    facts->time.pictures_inside = session->inside - inside;
}

static void pictures_run(struct va_session *session, const struct va_request *request,
                         const struct va_row *row, const struct pattern *pattern)
{
    struct chain chain;
    struct scaler scaler = SCALER_NONE;
    bool is_open = encoder_open(&chain.encoder, session, request, row);
    bool has_decoder = decoder_open(&chain.decoder, session, row, pattern);
    struct h264_expect expect = {
        .width = request->width,
        .height = request->height,
        .profile_idc = chain.encoder.plan.sps.profile_idc,
        .idr_period = IDR_PERIOD,
        .may_be_uncropped = !session->facts->encode.packed_headers_ours,
    };

    chain.is_decoding = has_decoder && request->decode;
    /* Sizes that never change hint at a picture that never changes; the decoder knows. */
    expect.is_moving = !chain.is_decoding;
    stream_open(&chain.stream, session->facts, &expect, request->output_fd);
    if (is_open)
        chain_run(&chain, pattern, request->frames);
    if (session->facts->encode.done)
        scaler_open(&scaler, session, request);
    if (session->facts->encode.done)
        codecs_run(session, request);
    session->facts->progress.step = VA_STEP_CLOSE;
    stream_close(&chain.stream);
    scaler_close(&scaler);
    decoder_close(&chain.decoder);
    encoder_close(&chain.encoder);
}

/* Without an own stream: what decodes is shown by the clips. */
static void clips_run(struct va_session *session, const struct va_request *request)
{
    struct scaler scaler = SCALER_NONE;

    session->facts->entrypoints.done = true;
    scaler_open(&scaler, session, request);
    codecs_run(session, request);
    session->facts->progress.step = VA_STEP_CLOSE;
    scaler_close(&scaler);
}

void va_run(int drm_fd, const struct va_request *request, struct va_facts *facts)
{
    struct va_session session;
    const struct va_row *row = NULL;
    struct pattern pattern;
    double start = session_clock();

    facts->entrypoints.chosen_row = -1;
    if (session_open(&session, drm_fd, facts) && table_read(&session)) {
        codecs_find(&session);
        if (request->list_only)
            limits_read_all(&session);
        if (request->decode_only)
            clips_run(&session, request);
        else
            row = table_choose(&session, request);
    }
    if (row && !request->list_only) {
        session.failure = &facts->encode.failure;
        if (pattern_open(&pattern, request->width, request->height) == 0)
            pictures_run(&session, request, row, &pattern);
        else
            (void)session_fail(&session, "malloc", VA_STATUS_ERROR_ALLOCATION_FAILED,
                               "out of memory for the test pattern");
        pattern_close(&pattern);
    }
    facts->progress.step = VA_STEP_CLOSE;
    session_close(&session);
    facts->time.all = session_clock() - start;
    facts->time.all_inside = session.inside;
}

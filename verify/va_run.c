/* One verification from the first libva call to the last, in the order of the checks. */
#include "decoder.h"
#include "encoder.h"
#include "va_table.h"

static uint32_t profile_idc(const struct va_row *row)
{
    struct encode_plan plan;

    plan_make(&plan, &(struct va_request){.width = 16, .height = 16}, row);
    return plan.sps.profile_idc;
}

static void encode_and_decode(struct va_session *session, const struct va_request *request,
                              const struct va_row *row, const struct pattern *pattern)
{
    bool is_decoded = request->decode && table_find_decoder(session->facts, row);
    const struct h264_expect expect = {
        .width = request->width,
        .height = request->height,
        .profile_idc = profile_idc(row),
        .idr_period = IDR_PERIOD,
        /* Sizes that never change hint at a picture that never changes; the decoder knows. */
        .is_moving = !is_decoded,
    };
    struct stream stream;

    stream_open(&stream, session->facts, &expect, request->output_fd, is_decoded);
    if (encoder_run(session, request, row, pattern, &stream) && stream_judge(&stream) &&
        request->decode)
        decoder_run(session, row, pattern, &stream);
    stream_close(&stream);
}

void va_run(int drm_fd, const struct va_request *request, struct va_facts *facts)
{
    struct va_session session;
    const struct va_row *row = NULL;
    struct pattern pattern;

    facts->entrypoints.chosen_row = -1;
    if (session_open(&session, drm_fd, facts) && table_read(&session)) {
        if (request->list_only)
            table_read_limits(&session);
        row = table_choose(&session, request);
    }
    if (row && !request->list_only) {
        session.failure = &facts->encode.failure;
        if (pattern_open(&pattern, request->width, request->height) == 0)
            encode_and_decode(&session, request, row, &pattern);
        else
            (void)session_fail(&session, "malloc", VA_STATUS_ERROR_ALLOCATION_FAILED,
                               "out of memory for the test pattern");
        pattern_close(&pattern);
    }
    session_close(&session);
}

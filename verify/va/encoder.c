/* SPDX-License-Identifier: MIT */
#include "va/encoder.h"

#include "facts/rate_control.h"
#include "va/coded_buffer.h"
#include "va/encode_buffers.h"

#include <stdio.h>

/* Only what the driver advertises, and only what we write: some refuse a config that asks for
 * more. */
static bool create_config(struct encoder *encoder)
{
    struct va_session *session = encoder->session;
    VAConfigAttrib attributes[3] = {
        {.type = VAConfigAttribRTFormat, .value = VA_RT_FORMAT_YUV420},
    };
    int count = 1;

    if (encoder->row->rate_control)
        attributes[count++] = (VAConfigAttrib){.type = VAConfigAttribRateControl,
                                               .value = rate_mode(encoder->request->rate)->bit};
    encoder->packed =
        encoder->row->packed_headers & (VA_ENC_PACKED_HEADER_SEQUENCE | VA_ENC_PACKED_HEADER_SLICE);
    if (encoder->packed)
        attributes[count++] =
            (VAConfigAttrib){.type = VAConfigAttribEncPackedHeaders, .value = encoder->packed};
    return VA_CALL(session, vaCreateConfig, session->display, (VAProfile)encoder->row->profile,
                   (VAEntrypoint)encoder->row->entrypoint, attributes, count, &encoder->config);
}

static bool create_surfaces(struct encoder *encoder)
{
    struct va_session *session = encoder->session;
    VASurfaceAttrib format = {
        .type = VASurfaceAttribPixelFormat,
        .flags = VA_SURFACE_ATTRIB_SETTABLE,
        .value = {.type = VAGenericValueTypeInteger, .value.i = VA_FOURCC_NV12},
    };

    encoder->has_surfaces = VA_CALL(
        session, vaCreateSurfaces, session->display, VA_RT_FORMAT_YUV420, encoder->plan.coded_width,
        encoder->plan.coded_height, encoder->surfaces, SURFACE_COUNT, &format, 1);
    return encoder->has_surfaces;
}

/* i965 and old Mesa have no vaSyncBuffer; libva before 2.9 not even the name. */
static bool probe_sync_buffer(struct va_session *session)
{
#if VA_CHECK_VERSION(1, 9, 0)
    return VA_TRY(session, vaSyncBuffer, session->display, VA_INVALID_ID, 0) !=
           VA_STATUS_ERROR_UNIMPLEMENTED;
#else
    (void)session;
    return false;
#endif
}

static bool create_all(struct encoder *encoder)
{
    struct va_session *session = encoder->session;
    const struct encode_plan *plan = &encoder->plan;

    return create_config(encoder) && create_surfaces(encoder) &&
           VA_CALL(session, vaCreateContext, session->display, encoder->config,
                   (int)plan->coded_width, (int)plan->coded_height, VA_PROGRESSIVE,
                   encoder->surfaces, SURFACE_COUNT, &encoder->context) &&
           VA_CALL(session, vaCreateBuffer, session->display, encoder->context,
                   VAEncCodedBufferType, coded_buffer_size(plan->coded_width, plan->coded_height),
                   1, NULL, &encoder->coded) &&
           transfer_open_upload(session, &encoder->upload, encoder->surfaces[INPUT],
                                plan->coded_width, plan->coded_height);
}

/* What is known before the first call. */
static void note_plan(const struct encoder *encoder)
{
    struct va_facts *facts = encoder->session->facts;

    (void)snprintf(facts->encode.profile_name, sizeof(facts->encode.profile_name), "%s",
                   encoder->row->profile_name);
    (void)snprintf(facts->encode.entrypoint_name, sizeof(facts->encode.entrypoint_name), "%s",
                   encoder->row->entrypoint_name);
    facts->encode.width = encoder->request->width;
    facts->encode.height = encoder->request->height;
    facts->encode.bits_per_second = encoder->plan.bits_per_second;
    facts->encode.coded_width = encoder->plan.coded_width;
    facts->encode.coded_height = encoder->plan.coded_height;
}

static void note_ways(const struct encoder *encoder)
{
    struct va_facts *facts = encoder->session->facts;

    facts->encode.packed_headers_ours = encoder->packed & VA_ENC_PACKED_HEADER_SEQUENCE;
    (void)snprintf(facts->encode.upload, sizeof(facts->encode.upload), "%s",
                   encoder->upload.is_derived ? "derive" : "put");
    (void)snprintf(facts->encode.sync, sizeof(facts->encode.sync), "%s",
                   encoder->has_sync_buffer ? "buffer" : "surface");
}

/* Whose failures and crashes those of the calls to come are. */
static void step_enter(struct va_session *session)
{
    session->facts->progress.step = VA_STEP_ENCODE;
    session->failure = &session->facts->encode.failure;
}

bool encoder_open(struct encoder *encoder, struct va_session *session,
                  const struct va_request *request, const struct va_row *row)
{
    *encoder = (struct encoder){
        .session = session,
        .request = request,
        .row = row,
        .config = VA_INVALID_ID,
        .context = VA_INVALID_ID,
        .coded = VA_INVALID_ID,
        .upload.image.image_id = VA_INVALID_ID,
    };
    step_enter(session);
    plan_make(&encoder->plan, request, row);
    note_plan(encoder);
    if (!create_all(encoder))
        return false;
    encoder->has_sync_buffer = probe_sync_buffer(session);
    note_ways(encoder);
    return true;
}

void encoder_close(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

    transfer_close(session, &encoder->upload);
    if (encoder->coded != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyBuffer, session->display, encoder->coded);
    if (encoder->context != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyContext, session->display, encoder->context);
    if (encoder->has_surfaces)
        (void)VA_TRY(session, vaDestroySurfaces, session->display, encoder->surfaces,
                     SURFACE_COUNT);
    if (encoder->config != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyConfig, session->display, encoder->config);
}

static bool submit(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

    return VA_CALL(session, vaBeginPicture, session->display, encoder->context,
                   encoder->surfaces[INPUT]) &&
           VA_CALL(session, vaRenderPicture, session->display, encoder->context, encoder->buffers,
                   encoder->buffer_count) &&
           VA_CALL(session, vaEndPicture, session->display, encoder->context);
}

/*
 * Whatever vaSyncBuffer answers beside success and time-out means that the driver has none to speak
 * of: i965 under libva 2.10 (Debian 11) has the name, and answers INVALID_CONTEXT to every buffer.
 * A GPU that failed says so to vaSyncSurface, too.
 */
static bool wait_for_picture(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

#if VA_CHECK_VERSION(1, 9, 0)
    if (encoder->has_sync_buffer) {
        VAStatus status =
            VA_TRY(session, vaSyncBuffer, session->display, encoder->coded, VA_TIMEOUT_INFINITE);
        if (status == VA_STATUS_SUCCESS)
            return true;
        if (status == VA_STATUS_ERROR_TIMEDOUT)
            return session_fail(session, "vaSyncBuffer", status, "%s", "");
        encoder->has_sync_buffer = false;
        note_ways(encoder);
    }
#endif
    return VA_CALL(session, vaSyncSurface, session->display, encoder->surfaces[INPUT]);
}

static bool encode(struct encoder *encoder, const struct pattern *pattern, uint32_t frame,
                   struct stream *stream)
{
    uint32_t room = coded_buffer_size(encoder->plan.coded_width, encoder->plan.coded_height);
    bool ok;

    if (!transfer_draw(encoder->session, &encoder->upload, encoder->surfaces[INPUT], pattern,
                       frame))
        return false;
    ok = buffers_fill(encoder, frame) && submit(encoder);
    buffers_destroy(encoder);
    return ok && wait_for_picture(encoder) &&
           coded_buffer_read(encoder->session, encoder->coded, room, stream);
}

bool encoder_encode(struct encoder *encoder, const struct pattern *pattern, uint32_t frame,
                    struct stream *stream)
{
    struct va_facts *facts = encoder->session->facts;
    double start = session_clock();

    step_enter(encoder->session);
    if (!encode(encoder, pattern, frame, stream))
        return false;
    facts->encode.seconds += session_clock() - start;
    facts->encode.frames = frame + 1;
    if (plan_is_idr(frame))
        facts->encode.idr_frames++;
    else
        facts->encode.p_frames++;
    return true;
}

#include "encoder.h"

#include "coded_buffer.h"
#include "h264_write.h"
#include "rate_control.h"
#include "va_image.h"

#include <stdio.h>
#include <string.h>

enum { INPUT, RECONSTRUCTED_A, RECONSTRUCTED_B, SURFACE_COUNT };

/* Sequence, picture and slice, two packed headers of two buffers each, and three for the rate. */
#define FRAME_BUFFERS_MAX 10

struct encoder {
    struct va_session *session;
    const struct va_request *request;
    const struct va_row *row;
    struct encode_plan plan;
    uint32_t packed; /* VA_ENC_PACKED_HEADER_* that we send */
    bool has_sync_buffer;
    VAConfigID config;
    VAContextID context;
    VASurfaceID surfaces[SURFACE_COUNT];
    bool has_surfaces;
    VABufferID coded;
    struct transfer upload;

    VABufferID buffers[FRAME_BUFFERS_MAX]; /* of the frame under way */
    int buffer_count;
};

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

static bool open_encoder(struct encoder *encoder)
{
    struct va_session *session = encoder->session;
    const struct encode_plan *plan = &encoder->plan;
    struct va_facts *facts = session->facts;

    if (!create_config(encoder) || !create_surfaces(encoder))
        return false;
    if (!VA_CALL(session, vaCreateContext, session->display, encoder->config,
                 (int)plan->coded_width, (int)plan->coded_height, VA_PROGRESSIVE, encoder->surfaces,
                 SURFACE_COUNT, &encoder->context))
        return false;
    if (!VA_CALL(session, vaCreateBuffer, session->display, encoder->context, VAEncCodedBufferType,
                 coded_buffer_size(plan->coded_width, plan->coded_height), 1, NULL,
                 &encoder->coded))
        return false;
    if (!transfer_open_upload(session, &encoder->upload, encoder->surfaces[INPUT],
                              plan->coded_width, plan->coded_height))
        return false;
    encoder->has_sync_buffer = probe_sync_buffer(session);
    facts->encode.packed_headers_ours = encoder->packed & VA_ENC_PACKED_HEADER_SEQUENCE;
    (void)snprintf(facts->encode.upload, sizeof(facts->encode.upload), "%s",
                   encoder->upload.is_derived ? "derive" : "put");
    (void)snprintf(facts->encode.sync, sizeof(facts->encode.sync), "%s",
                   encoder->has_sync_buffer ? "buffer" : "surface");
    return true;
}

static void close_encoder(struct encoder *encoder)
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

static bool add_buffer(struct encoder *encoder, VABufferType type, void *data, size_t size)
{
    struct va_session *session = encoder->session;
    VABufferID *buffer = &encoder->buffers[encoder->buffer_count];

    if (!VA_CALL(session, vaCreateBuffer, session->display, encoder->context, type, (unsigned)size,
                 1, data, buffer))
        return false;
    encoder->buffer_count++;
    return true;
}

/* Start codes are in it (iHD wants them), emulation prevention too. */
static bool add_packed(struct encoder *encoder, VAEncPackedHeaderType type,
                       struct h264_header *header)
{
    VAEncPackedHeaderParameterBuffer parameter = {
        .type = type,
        .bit_length = (uint32_t)header->bits,
        .has_emulation_bytes = 1,
    };

    if (header->cut)
        return session_fail(encoder->session, "vaCreateBuffer", VA_STATUS_ERROR_NOT_ENOUGH_BUFFER,
                            "our own header is too long");
    return add_buffer(encoder, VAEncPackedHeaderParameterBufferType, &parameter,
                      sizeof(parameter)) &&
           add_buffer(encoder, VAEncPackedHeaderDataBufferType, header->data,
                      (header->bits + 7) / 8);
}

/* SPS and PPS in one: Mesa 24 takes no packed header of type Picture, and reads both out of this.
 */
static bool add_headers(struct encoder *encoder, uint32_t frame)
{
    const struct encode_plan *plan = &encoder->plan;
    struct h264_header header = {0};

    if (!(encoder->packed & VA_ENC_PACKED_HEADER_SEQUENCE) || !plan_is_idr(frame))
        return true;
    h264_write_sps(&header, &plan->sps);
    h264_write_pps(&header, &plan->pps);
    return add_packed(encoder, VAEncPackedHeaderSequence, &header);
}

static bool add_slice_header(struct encoder *encoder, uint32_t frame)
{
    const struct encode_plan *plan = &encoder->plan;
    struct h264_slice slice = plan_slice(plan, frame);
    struct h264_header header = {0};

    if (!(encoder->packed & VA_ENC_PACKED_HEADER_SLICE))
        return true;
    h264_write_slice_header(&header, &slice, &plan->sps, &plan->pps);
    return add_packed(encoder, VAEncPackedHeaderSlice, &header);
}

static bool add_misc(struct encoder *encoder, VAEncMiscParameterType type, const void *data,
                     size_t size)
{
    union {
        VAEncMiscParameterBuffer head;
        unsigned char
            bytes[sizeof(VAEncMiscParameterBuffer) + sizeof(VAEncMiscParameterRateControl)];
    } misc = {.head.type = type};

    memcpy(misc.bytes + sizeof(VAEncMiscParameterBuffer), data, size);
    return add_buffer(encoder, VAEncMiscParameterBufferType, &misc,
                      sizeof(VAEncMiscParameterBuffer) + size);
}

/* Where the sequence begins, as FFmpeg does: not every driver keeps them over an IDR picture. */
static bool add_rate_control(struct encoder *encoder)
{
    struct rate_parameters rate;

    if (encoder->request->rate == VA_RATE_CQP)
        return true;
    rate_parameters_fill(encoder->request, FRAME_RATE, &rate);
    return add_misc(encoder, VAEncMiscParameterTypeRateControl, &rate.rate, sizeof(rate.rate)) &&
           add_misc(encoder, VAEncMiscParameterTypeHRD, &rate.hrd, sizeof(rate.hrd)) &&
           add_misc(encoder, VAEncMiscParameterTypeFrameRate, &rate.frame_rate,
                    sizeof(rate.frame_rate));
}

static bool add_sequence(struct encoder *encoder, uint32_t frame)
{
    VAEncSequenceParameterBufferH264 sequence;

    if (!plan_is_idr(frame))
        return true;
    plan_fill_sequence(&encoder->plan, &sequence);
    return add_buffer(encoder, VAEncSequenceParameterBufferType, &sequence, sizeof(sequence)) &&
           add_rate_control(encoder);
}

static bool add_parameters(struct encoder *encoder, uint32_t frame)
{
    const struct encode_targets targets = {
        .reconstructed = encoder->surfaces[frame % 2 ? RECONSTRUCTED_B : RECONSTRUCTED_A],
        .reference = encoder->surfaces[frame % 2 ? RECONSTRUCTED_A : RECONSTRUCTED_B],
        .coded = encoder->coded,
    };
    VAEncPictureParameterBufferH264 picture;
    VAEncSliceParameterBufferH264 slice;

    plan_fill_picture(&encoder->plan, frame, &targets, &picture);
    plan_fill_slice(&encoder->plan, frame, &targets, &slice);
    return add_sequence(encoder, frame) &&
           add_buffer(encoder, VAEncPictureParameterBufferType, &picture, sizeof(picture)) &&
           add_headers(encoder, frame) && add_slice_header(encoder, frame) &&
           add_buffer(encoder, VAEncSliceParameterBufferType, &slice, sizeof(slice));
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

static void destroy_parameters(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

    while (encoder->buffer_count) {
        encoder->buffer_count--;
        (void)VA_TRY(session, vaDestroyBuffer, session->display,
                     encoder->buffers[encoder->buffer_count]);
    }
}

static bool wait_for_picture(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

#if VA_CHECK_VERSION(1, 9, 0)
    if (encoder->has_sync_buffer)
        return VA_CALL(session, vaSyncBuffer, session->display, encoder->coded,
                       VA_TIMEOUT_INFINITE);
#endif
    return VA_CALL(session, vaSyncSurface, session->display, encoder->surfaces[INPUT]);
}

static bool encode_frame(struct encoder *encoder, const struct pattern *pattern, uint32_t frame,
                         struct stream *stream)
{
    uint32_t room = coded_buffer_size(encoder->plan.coded_width, encoder->plan.coded_height);
    bool ok;

    if (!transfer_draw(encoder->session, &encoder->upload, encoder->surfaces[INPUT], pattern,
                       frame))
        return false;
    ok = add_parameters(encoder, frame) && submit(encoder);
    destroy_parameters(encoder);
    return ok && wait_for_picture(encoder) &&
           coded_buffer_read(encoder->session, encoder->coded, room, stream);
}

static bool encode_all(struct encoder *encoder, const struct va_request *request,
                       const struct pattern *pattern, struct stream *stream)
{
    struct va_facts *facts = encoder->session->facts;
    double start = session_clock();
    double inside = encoder->session->inside;

    for (uint32_t frame = 0; frame < request->frames; frame++) {
        facts->progress.frame = frame;
        if (!encode_frame(encoder, pattern, frame, stream))
            return false;
        facts->encode.frames = frame + 1;
        if (plan_is_idr(frame))
            facts->encode.idr_frames++;
        else
            facts->encode.p_frames++;
        facts->encode.seconds = session_clock() - start;
        facts->encode.driver_seconds = encoder->session->inside - inside;
    }
    return true;
}

bool encoder_run(struct va_session *session, const struct va_request *request,
                 const struct va_row *row, const struct pattern *pattern, struct stream *stream)
{
    struct va_facts *facts = session->facts;
    struct encoder encoder = {
        .session = session,
        .request = request,
        .row = row,
        .config = VA_INVALID_ID,
        .context = VA_INVALID_ID,
        .coded = VA_INVALID_ID,
        .upload.image.image_id = VA_INVALID_ID,
    };

    facts->progress.frame = 0;
    facts->progress.step = VA_STEP_ENCODE;
    session->failure = &facts->encode.failure;
    plan_make(&encoder.plan, request, row);
    (void)snprintf(facts->encode.profile_name, sizeof(facts->encode.profile_name), "%s",
                   row->profile_name);
    (void)snprintf(facts->encode.entrypoint_name, sizeof(facts->encode.entrypoint_name), "%s",
                   row->entrypoint_name);
    facts->encode.width = request->width;
    facts->encode.height = request->height;
    facts->encode.bits_per_second = encoder.plan.bits_per_second;
    facts->encode.coded_width = encoder.plan.coded_width;
    facts->encode.coded_height = encoder.plan.coded_height;
    facts->encode.done = open_encoder(&encoder) && encode_all(&encoder, request, pattern, stream);
    close_encoder(&encoder);
    return facts->encode.done;
}

/* SPDX-License-Identifier: MIT */
#include "va/encode_buffers.h"

#include "facts/rate_control.h"
#include "h264/write.h"

#include <string.h>

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
    rate_parameters_fill(encoder->request, &rate);
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

bool buffers_fill(struct encoder *encoder, uint32_t frame)
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

void buffers_destroy(struct encoder *encoder)
{
    struct va_session *session = encoder->session;

    while (encoder->buffer_count) {
        encoder->buffer_count--;
        (void)VA_TRY(session, vaDestroyBuffer, session->display,
                     encoder->buffers[encoder->buffer_count]);
    }
}

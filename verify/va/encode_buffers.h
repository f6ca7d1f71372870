/* SPDX-License-Identifier: MIT */
/*
 * The parameter buffers that go into vaRenderPicture for one frame: sequence, rate control,
 * picture, packed headers, slice.
 */
#ifndef VERIFY_ENCODE_BUFFERS_H
#define VERIFY_ENCODE_BUFFERS_H

#include "va/encode_plan.h"
#include "va/image.h"
#include "va/session.h"

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

/*
 * Creates the buffers of a frame. False when a libva call failed; those made by then stand in
 * encoder->buffers all the same and buffers_destroy has to follow either way.
 */
bool buffers_fill(struct encoder *encoder, uint32_t frame);
void buffers_destroy(struct encoder *encoder);

#endif

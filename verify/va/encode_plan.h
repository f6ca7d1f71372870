/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the encoder, frame by frame, as H.264 headers and as libva's parameter buffers.
 * Pure: makes no libva call. An IDR picture every IDR_PERIOD frames, P pictures with the frame
 * before as their only reference between them, one slice each, CAVLC; a constant quantiser, or
 * what the rate control makes of it.
 */
#ifndef VERIFY_ENCODE_PLAN_H
#define VERIFY_ENCODE_PLAN_H

#include "facts/va.h"
#include "h264/h264.h"

#include <va/va.h>
#include <va/va_enc_h264.h>

/* Short enough that the usual run sees a second IDR picture. Never 0: Mesa 22.3 divides by it. */
#define IDR_PERIOD 15

struct encode_plan {
    uint32_t coded_width, coded_height; /* multiples of 16; the SPS crops to what was asked */
    struct h264_sps sps;
    struct h264_pps pps;
    uint32_t bits_per_second; /* 0 where the rate control mode has none */
};

/* The surfaces and buffers of one frame. */
struct encode_targets {
    VASurfaceID reconstructed, reference;
    VABufferID coded;
};

void plan_make(struct encode_plan *plan, const struct va_request *request,
               const struct va_row *row);

bool plan_is_idr(uint32_t frame);

/* The slice header of a frame. */
struct h264_slice plan_slice(const struct encode_plan *plan, uint32_t frame);

void plan_fill_sequence(const struct encode_plan *plan, VAEncSequenceParameterBufferH264 *ret);
void plan_fill_picture(const struct encode_plan *plan, uint32_t frame,
                       const struct encode_targets *targets, VAEncPictureParameterBufferH264 *ret);
void plan_fill_slice(const struct encode_plan *plan, uint32_t frame,
                     const struct encode_targets *targets, VAEncSliceParameterBufferH264 *ret);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * libva's decode buffers from what our own parser read. Pure: makes no libva call. References are
 * those of a sliding window (8.2.5.3), which is all that I and P pictures in order need.
 */
#ifndef VERIFY_DECODE_PARAMS_H
#define VERIFY_DECODE_PARAMS_H

#include "h264/read.h"

#include <va/va.h>

struct reference {
    VASurfaceID surface;
    uint16_t frame_num;
    int32_t poc;
};

/* Decoded picture buffer: newest first. */
struct references {
    struct reference list[H264_REFERENCES_MAX];
    uint32_t count;
};

/* Before a picture is decoded: an IDR picture empties the window. */
void references_begin(struct references *references, const struct h264_picture *picture);

/* After it was decoded into `surface`. */
void references_end(struct references *references, const struct h264_picture *picture,
                    VASurfaceID surface);

bool references_holds(const struct references *references, VASurfaceID surface);

void decode_fill_picture(const struct h264_picture *picture, const struct references *references,
                         VASurfaceID surface, VAPictureParameterBufferH264 *ret);
void decode_fill_matrix(VAIQMatrixBufferH264 *ret);
void decode_fill_slice(const struct h264_slice *slice, const struct references *references,
                       VASliceParameterBufferH264 *ret);

/* What a valid stream may use and this decoder does not know; NULL when there is nothing. */
const char *decode_unknown_tool(const struct h264_picture *picture);

#endif

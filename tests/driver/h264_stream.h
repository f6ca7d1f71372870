/* SPDX-License-Identifier: MIT */
/*
 * An H.264 stream out of libva's buffers: parameter sets are written anew from the fields, and the
 * slices are what came, headers and all. References are held to what their surfaces really hold.
 */
#ifndef TEST_DRIVER_H264_STREAM_H
#define TEST_DRIVER_H264_STREAM_H

#include "h264_bits.h"

#include <va/va.h>

#define H264_STREAM_REFERENCES 16
#define H264_STREAM_LIST       32

/* Both with their start codes. A reason when the fields say what this cannot write, else NULL. */
const char *h264_stream_write_sets(struct bit_writer *stream,
                                   const VAPictureParameterBufferH264 *pic,
                                   const VASliceParameterBufferH264 *slice);

/* Behind a start code. */
const char *h264_stream_write_slice(struct bit_writer *stream, const uint8_t *nal, size_t size);

/* Whether all scaling lists are the flat ones, which a stream without any has. */
bool h264_stream_is_flat(const VAIQMatrixBufferH264 *matrix);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * An HEVC stream made of nothing but libva's buffers and the coded data behind the slice headers:
 * parameter sets and slice headers are written anew from the fields, reference pictures by what
 * their surfaces really hold. So a wrong field or surface gives another stream, as it gives another
 * picture on a GPU, which does not read those headers either.
 */
#ifndef TEST_DRIVER_HEVC_H
#define TEST_DRIVER_HEVC_H

#include "h264_bits.h"

#include <va/va.h>
#include <va/va_dec_hevc.h>

#define HEVC_REFERENCES_MAX 15
#define HEVC_HEADERS_MAX    4096u

enum hevc_unit {
    HEVC_TRAIL_R = 1,
    HEVC_IDR = 19,
    HEVC_CRA = 21,
    HEVC_VPS = 32,
    HEVC_SPS = 33,
    HEVC_PPS = 34
};

/* What an entry of ReferenceFrames stands for here. */
struct hevc_reference {
    bool is_there;
    int32_t held; /* pic_order_cnt of the picture that its surface holds */
};

struct hevc_picture {
    VAPictureParameterBufferHEVC pic;
    VAIQMatrixBufferHEVC matrix;
    bool has_matrix;
    bool is_main10;
    struct hevc_reference references[HEVC_REFERENCES_MAX];
};

/* A NAL unit's bits, into `room`; and then its start code, its header and the escaped bytes of both
 * parts. */
struct bit_writer hevc_unit_begin(uint8_t room[HEVC_HEADERS_MAX]);
const char *hevc_unit_end(struct bit_writer *stream, enum hevc_unit type,
                          const struct bit_writer *head, const uint8_t *tail, size_t tail_size);

/* Each with its start code. A reason when the fields say what this cannot write, else NULL. */
const char *hevc_write_sequence(struct bit_writer *writer, const struct hevc_picture *picture);
const char *hevc_write_picture(struct bit_writer *writer, const struct hevc_picture *picture);

/* `nal` is the slice's unit as it was given; is_swapped: the two first references change places. */
const char *hevc_write_slice(struct bit_writer *writer, const struct hevc_picture *picture,
                             const VASliceParameterBufferHEVC *slice, const uint8_t *nal,
                             size_t size, bool is_swapped);

#endif

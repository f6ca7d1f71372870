/* SPDX-License-Identifier: MIT */
/* One encoding context, from the application's parameters to the coded buffer. */
#ifndef TEST_DRIVER_ENCODER_H
#define TEST_DRIVER_ENCODER_H

#include "driver.h"
#include "h264_bits.h"
#include "slice.h"

#include <va/va_enc_h264.h>

#define NALS_MAX        48
#define HEADERS_MAX     65536u
#define SLICE_NONE      (-1)
#define NAL_SLICE       1u
#define NAL_IDR         5u
#define NAL_SPS         7u
#define NAL_PPS         8u
#define NAL_AUD         9u
#define NAL_TYPE(first) ((first)&0x1fu)

/* A header NAL unit, unescaped, first byte included, at `at` in encoder.headers. */
struct nal {
    uint8_t type;
    size_t at, bits;
};

struct encode_slice {
    VAEncSliceParameterBufferH264 param;
    int header; /* the packed slice header, an index into nals, or SLICE_NONE */
};

struct encoder {
    struct config config;
    uint32_t width, height; /* of the context */

    /* Kept from picture to picture, as applications send it with IDR pictures only. */
    VAEncSequenceParameterBufferH264 seq;
    bool has_seq;

    /* Of the picture under way. */
    VAEncPictureParameterBufferH264 pic;
    bool has_pic;
    struct encode_slice slices[SLICES_MAX];
    unsigned slice_count;
    struct nal nals[NALS_MAX];
    unsigned nal_count;
    uint8_t *headers; /* HEADERS_MAX bytes */
    size_t headers_used;
    VAEncPackedHeaderParameterBuffer packed;
    bool has_packed;  /* `packed` waits for its data */
    int slice_header; /* a packed slice header that waits for its slice, or SLICE_NONE */

    uint8_t *rbsp; /* room for the longest possible slice */
    size_t rbsp_size;

    uint32_t pictures;       /* encoded so far */
    struct pixels *previous; /* for the switch `stale` */
    uint8_t *first;          /* for the switch `constant` */
    size_t first_size;
};

struct encoder *encoder_new(const struct config *config, uint32_t width, uint32_t height);
void encoder_free(struct encoder *encoder);
void encoder_begin(struct encoder *encoder);
VAStatus encoder_render(struct driver *drv, struct encoder *encoder, const struct buffer *buffer);
VAStatus encoder_end(struct driver *drv, struct encoder *encoder, struct pixels *input);

/* encode_check.c: refuses, with its reason, what this driver cannot encode as asked. */
VAStatus encode_check(struct driver *drv, const struct encoder *encoder);
bool slice_is_p(const struct encode_slice *slice);
const struct encode_slice *slice_first_p(const struct encoder *encoder); /* NULL: none */

/* packed.c: takes the NAL units out of a packed header's data. */
VAStatus packed_add(struct driver *drv, struct encoder *encoder, const struct buffer *data);
VAStatus packed_check(struct driver *drv, const struct encoder *encoder);

/* headers.c: our own parameter sets and slice headers, first byte included. */
void headers_write_sps(struct bit_writer *writer, const struct encoder *encoder,
                       uint32_t extra_width, bool is_uncropped);
void headers_write_pps(struct bit_writer *writer, const struct encoder *encoder);
void headers_write_slice(struct bit_writer *writer, const struct encoder *encoder,
                         const VAEncSliceParameterBufferH264 *slice);

struct coded;

/*
 * emit.c: appends the picture's NAL units. `reference` is NULL for a picture without P slices;
 * `source` is only read.
 */
void picture_emit(const struct driver *drv, struct encoder *encoder, struct coded *coded,
                  struct pixels *source, const struct pixels *reference, enum slice_coding coding);

/* coded.c: the output, and the switches that spoil it. */
struct coded {
    uint8_t *data;
    size_t size, used;
    bool is_cut;
};

void coded_add_nal(struct coded *coded, const uint8_t *rbsp, size_t size);
VAStatus coded_finish(struct driver *drv, struct encoder *encoder, struct coded *coded,
                      struct buffer *buffer);

/* source.c: the picture to encode, which a switch may replace. The reference is the caller's. */
struct pixels *source_choose(const struct driver *drv, struct encoder *encoder,
                             struct pixels *input);

static inline uint32_t encoder_width_mbs(const struct encoder *encoder)
{
    return encoder->seq.picture_width_in_mbs;
}

static inline uint32_t encoder_mbs(const struct encoder *encoder)
{
    return (uint32_t)encoder->seq.picture_width_in_mbs * encoder->seq.picture_height_in_mbs;
}

#endif

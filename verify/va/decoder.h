/* SPDX-License-Identifier: MIT */
/* Decodes the stream on the same GPU, a picture at a time, and compares it with the pattern. */
#ifndef VERIFY_DECODER_H
#define VERIFY_DECODER_H

#include "picture/compare.h"
#include "va/decode_params.h"
#include "va/image.h"

#define DECODER_SURFACES_MAX (H264_REFERENCES_MAX + 1)

/* Picture, matrix, and two for each slice. */
#define PICTURE_BUFFERS_MAX (2 + 2 * H264_SLICES_MAX)

struct decoder {
    struct va_session *session;
    const struct va_row *row; /* NULL: the driver has none for this profile */
    struct references references;
    struct comparison comparison;
    VAConfigID config;
    VAContextID context;
    VASurfaceID surfaces[DECODER_SURFACES_MAX];
    int surface_count; /* 0 until they exist */
    struct transfer download;
    bool has_download;
    uint32_t frame;

    VABufferID buffers[PICTURE_BUFFERS_MAX]; /* of the picture under way */
    int buffer_count;
};

/*
 * Finds the decoder for what is encoded from `row`; nothing is opened before the first picture.
 * False when the driver has none, and facts->decode.why says so. decoder_close has to follow
 * either way.
 */
bool decoder_open(struct decoder *decoder, struct va_session *session, const struct va_row *row,
                  const struct pattern *pattern);
void decoder_close(struct decoder *decoder);

/*
 * Decodes the picture that `data` holds, and compares it with the pattern's picture of the same
 * number. Pictures come in order, from 0 on. False when that cannot go on: facts->decode then has
 * the failure, or why.
 */
bool decoder_decode(struct decoder *decoder, const struct h264_picture *picture,
                    const uint8_t *data);

#endif

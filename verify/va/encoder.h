/* SPDX-License-Identifier: MIT */
/* Encodes the test pattern through libva, a picture at a time. */
#ifndef VERIFY_ENCODER_H
#define VERIFY_ENCODER_H

#include "picture/pattern.h"
#include "va/encode_buffers.h"
#include "va/stream.h"

/*
 * False when a call failed, which facts->encode.failure then names. encoder_close has to follow
 * either way.
 */
bool encoder_open(struct encoder *encoder, struct va_session *session,
                  const struct va_request *request, const struct va_row *row);
void encoder_close(struct encoder *encoder);

/* Draws a picture of the pattern, encodes it and copies it into the stream. Pictures come in order,
 * from 0 on. False as above. */
bool encoder_encode(struct encoder *encoder, const struct pattern *pattern, uint32_t frame,
                    struct stream *stream);

#endif

/* Encodes the test pattern through libva, one frame after the other, into a stream. */
#ifndef VERIFY_ENCODER_H
#define VERIFY_ENCODER_H

#include "encode_plan.h"
#include "pattern.h"
#include "stream.h"
#include "va_session.h"

/*
 * Fills facts->encode; false when a call failed, which its failure then names. Nothing of libva's
 * is left open.
 */
bool encoder_run(struct va_session *session, const struct va_request *request,
                 const struct va_row *row, const struct pattern *pattern, struct stream *stream);

#endif

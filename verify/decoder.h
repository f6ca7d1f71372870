/* Decodes the stream on the same GPU and compares it with the pattern it was made from. */
#ifndef VERIFY_DECODER_H
#define VERIFY_DECODER_H

#include "pattern.h"
#include "stream.h"
#include "va_session.h"

/*
 * Fills facts->decode from a stream that stream_judge found good, encoded from `row`. Nothing of
 * libva's is left open.
 */
void decoder_run(struct va_session *session, const struct va_row *row,
                 const struct pattern *pattern, const struct stream *stream);

#endif

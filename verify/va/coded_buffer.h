/* SPDX-License-Identifier: MIT */
/* Reading what the encoder wrote. */
#ifndef VERIFY_CODED_BUFFER_H
#define VERIFY_CODED_BUFFER_H

#include "va/session.h"
#include "va/stream.h"

/* What FFmpeg allots too: more than the raw picture, for a lossless one can be larger than it. */
static inline uint32_t coded_buffer_size(uint32_t width, uint32_t height)
{
    return 3 * width * height + 65536;
}

/*
 * Copies the picture in the coded buffer into the stream and updates the sizes and flags in
 * facts->encode. An empty or flagged buffer is no failure of a call: it is a broken stream.
 */
bool coded_buffer_read(struct va_session *session, VABufferID buffer, uint32_t room,
                       struct stream *stream);

#endif

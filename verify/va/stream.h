/* SPDX-License-Identifier: MIT */
/*
 * The encoded stream as it comes out of the coded buffers, a picture at a time: written to the
 * output, read by our own parser, and gone when the next one comes.
 */
#ifndef VERIFY_STREAM_H
#define VERIFY_STREAM_H

#include "facts/va.h"
#include "h264/read.h"

struct stream {
    struct va_facts *facts;
    int output_fd; /* the caller's; -1: none */
    uint8_t *data; /* the picture at hand */
    size_t used, room;
    struct h264_reader reader;
};

void stream_open(struct stream *stream, struct va_facts *facts, const struct h264_expect *expect,
                 int output_fd);
void stream_close(struct stream *stream);

/* A picture comes in one or more segments. -ENOMEM. */
void stream_begin_picture(struct stream *stream);
int stream_add(struct stream *stream, const void *segment, size_t size);

/*
 * Once all of its segments are in: true when neither this picture nor one before it breaks a rule.
 * *ret refers to stream->data.
 */
bool stream_read_picture(struct stream *stream, struct h264_picture *ret);

/* A broken rule that the parser cannot see; the first one of a stream stays. */
__attribute__((format(printf, 3, 4))) void stream_break(struct stream *stream, uint32_t frame,
                                                        const char *fmt, ...);

/* Once all pictures are in: the rules that only the whole stream can break. */
void stream_judge(struct stream *stream);

#endif

/*
 * The encoded stream as it comes out of the coded buffers: each picture is read by our own parser,
 * written to the output and kept for the decoder.
 */
#ifndef VERIFY_STREAM_H
#define VERIFY_STREAM_H

#include "h264_read.h"
#include "va_facts.h"

struct stream_picture {
    size_t offset, size; /* bytes, in stream.data */
};

struct stream {
    struct va_facts *facts;
    int output_fd; /* the caller's; -1: none */
    uint8_t *data;
    size_t used, room;
    struct stream_picture *pictures; /* those kept whole, from the first on */
    uint32_t kept, pictures_room;
    bool is_full; /* this picture and those behind it are read but not kept */
    struct h264_expect expect;
    struct h264_reader reader;
};

void stream_open(struct stream *stream, struct va_facts *facts, const struct h264_expect *expect,
                 int output_fd, bool is_kept);
void stream_close(struct stream *stream);

/* A picture comes in one or more segments: add them, then end it. -ENOMEM. */
int stream_add(struct stream *stream, const void *segment, size_t size);
int stream_end_picture(struct stream *stream);

/* A broken rule that the parser cannot see; the first one of a stream stays. */
__attribute__((format(printf, 3, 4))) void stream_break(struct stream *stream, uint32_t frame,
                                                        const char *fmt, ...);

/* Once all pictures are in: fills facts->bitstream, true when no rule is broken. */
bool stream_judge(struct stream *stream);

#endif

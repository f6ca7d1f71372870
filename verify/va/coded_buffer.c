/* SPDX-License-Identifier: MIT */
#include "va/coded_buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More segments than any driver uses; a longer list is a loop. */
#define SEGMENTS_MAX 4096

static const struct {
    uint32_t flag;
    const char *name;
} error_flags[] = {
    {VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK, "SLICE_OVERFLOW"},
    {VA_CODED_BUF_STATUS_FRAME_SIZE_OVERFLOW, "FRAME_SIZE_OVERFLOW"},
    {VA_CODED_BUF_STATUS_BAD_BITSTREAM, "BAD_BITSTREAM"},
};
#define FLAG_COUNT (sizeof(error_flags) / sizeof(error_flags[0]))

/*
 * Mesa up to 23 never writes the status of a segment, which lies in memory from malloc (read in
 * src/gallium/frontends/va/buffer.c; seen with 22.3.6 under AddressSanitizer): whatever was there
 * before would pass for flags.
 */
static bool has_status(const struct va_facts *facts)
{
    static const char mesa[] = "Mesa Gallium driver ";
    const char *version = strstr(facts->driver.vendor, mesa);

    return !version || strtoul(version + strlen(mesa), NULL, 10) >= 24;
}

static void note_flags(struct stream *stream, uint32_t status)
{
    struct va_facts *facts = stream->facts;
    uint32_t flags = 0;
    char names[64] = "";

    for (size_t i = 0; i < FLAG_COUNT; i++) {
        size_t used = strlen(names);
        if (!(status & error_flags[i].flag))
            continue;
        flags |= error_flags[i].flag;
        (void)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
                       error_flags[i].name);
    }
    if (!flags)
        return;
    if (!facts->encode.flagged_frames++)
        facts->encode.first_flagged = facts->progress.frame;
    facts->encode.flags |= flags;
    stream_break(stream, facts->progress.frame, "the driver itself flags the coded buffer: %s",
                 names);
}

static void note_size(struct va_facts *facts, uint32_t size)
{
    if (!size)
        facts->encode.empty_frames++;
    if (facts->progress.frame == 0 || size < facts->encode.smallest)
        facts->encode.smallest = size;
    if (size > facts->encode.largest)
        facts->encode.largest = size;
    facts->encode.bytes += size;
}

/* Every segment of a mapped buffer; what does not fit into it is a driver's lie. */
static bool take_segments(struct va_session *session, const VACodedBufferSegment *segment,
                          uint32_t room, struct stream *stream)
{
    uint32_t size = 0;
    uint32_t status = 0;

    stream_begin_picture(stream);
    for (unsigned i = 0; segment; i++, segment = segment->next) {
        if (i >= SEGMENTS_MAX || segment->size > room - size || (segment->size && !segment->buf))
            return session_fail(session, "vaMapBuffer", VA_STATUS_ERROR_INVALID_BUFFER,
                                "the segments of the coded buffer are larger than the buffer");
        if (stream_add(stream, segment->buf, segment->size) < 0)
            return session_fail(session, "vaMapBuffer", VA_STATUS_ERROR_ALLOCATION_FAILED,
                                "out of memory for the encoded picture");
        size += segment->size;
        status |= segment->status;
    }
    if (has_status(session->facts))
        note_flags(stream, status);
    note_size(stream->facts, size);
    return true;
}

bool coded_buffer_read(struct va_session *session, VABufferID buffer, uint32_t room,
                       struct stream *stream)
{
    void *segments = NULL;
    bool ok;

    /* iHD reports that the hardware failed here and nowhere else. */
    if (!VA_CALL(session, vaMapBuffer, session->display, buffer, &segments))
        return false;
    ok = take_segments(session, segments, room, stream);
    return VA_CALL(session, vaUnmapBuffer, session->display, buffer) && ok;
}

#include "stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Minutes of 1080p; what is beyond is encoded and read, but not decoded. */
#define KEEP_MAX ((size_t)256 << 20)

void stream_open(struct stream *stream, struct va_facts *facts, const struct h264_expect *expect,
                 int output_fd, bool is_kept)
{
    *stream = (struct stream){
        .facts = facts,
        .output_fd = output_fd,
        .expect = *expect,
        .is_full = !is_kept,
    };
    stream->reader.expect = *expect;
}

void stream_close(struct stream *stream)
{
    free(stream->data);
    free(stream->pictures);
    stream->data = NULL;
    stream->pictures = NULL;
}

/* The end of the last picture that is kept: where the one under way begins. */
static size_t kept_end(const struct stream *stream)
{
    if (!stream->kept)
        return 0;
    return stream->pictures[stream->kept - 1].offset + stream->pictures[stream->kept - 1].size;
}

int stream_add(struct stream *stream, const void *segment, size_t size)
{
    if (size > stream->room - stream->used) {
        size_t room = (stream->used + size) * 2;
        uint8_t *data = realloc(stream->data, room);
        if (!data)
            return -ENOMEM;
        stream->data = data;
        stream->room = room;
    }
    if (size)
        memcpy(stream->data + stream->used, segment, size);
    stream->used += size;
    return 0;
}

static int keep(struct stream *stream, size_t start)
{
    if (stream->kept == stream->pictures_room) {
        uint32_t room = stream->pictures_room ? stream->pictures_room * 2 : 64;
        struct stream_picture *pictures =
            realloc(stream->pictures, room * sizeof(*stream->pictures));
        if (!pictures)
            return -ENOMEM;
        stream->pictures = pictures;
        stream->pictures_room = room;
    }
    stream->pictures[stream->kept++] =
        (struct stream_picture){.offset = start, .size = stream->used - start};
    return 0;
}

static void write_output(struct stream *stream, const uint8_t *data, size_t size)
{
    while (size && stream->output_fd >= 0) {
        ssize_t written = write(stream->output_fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            stream->facts->encode.output_error = written < 0 ? errno : EIO;
            stream->output_fd = -1;
            return;
        }
        data += written;
        size -= (size_t)written;
    }
}

void stream_break(struct stream *stream, uint32_t frame, const char *fmt, ...)
{
    va_list ap;

    if (stream->facts->bitstream.rule[0])
        return;
    va_start(ap, fmt);
    (void)vsnprintf(stream->facts->bitstream.rule, sizeof(stream->facts->bitstream.rule), fmt, ap);
    va_end(ap);
    stream->facts->bitstream.bad_frame = frame;
}

int stream_end_picture(struct stream *stream)
{
    uint32_t frame = stream->facts->progress.frame;
    size_t start = kept_end(stream);
    size_t size = stream->used - start;
    const uint8_t *data = stream->data ? stream->data + start : NULL;
    char rule[H264_RULE_MAX];
    struct h264_picture picture;

    write_output(stream, data, size);
    if (!stream->facts->bitstream.rule[0] &&
        !h264_read_picture(&stream->reader, data, size, &picture, rule))
        stream_break(stream, frame, "%s", rule);
    stream->is_full = stream->is_full || stream->used > KEEP_MAX;
    if (!stream->is_full)
        return keep(stream, start);
    stream->used = start;
    return 0;
}

bool stream_judge(struct stream *stream)
{
    struct va_facts *facts = stream->facts;
    const struct h264_counts *counts = &stream->reader.counts;
    const struct h264_sps *sps = h264_reader_sps(&stream->reader);
    char rule[H264_RULE_MAX];

    if (!facts->bitstream.rule[0] && !h264_read_end(&stream->reader, rule))
        stream_break(stream, counts->pictures ? counts->pictures - 1 : 0, "%s", rule);
    facts->bitstream.nal_units = counts->nal_units;
    facts->bitstream.sps = counts->sps;
    facts->bitstream.pps = counts->pps;
    facts->bitstream.idr = counts->idr;
    facts->bitstream.p = counts->p;
    facts->bitstream.other_nal = counts->other_nal;
    facts->bitstream.pictures = counts->pictures;
    facts->bitstream.slices = counts->slices;
    if (sps) {
        facts->bitstream.width = sps->width_mbs * 16 - sps->crop_left - sps->crop_right;
        facts->bitstream.height = sps->height_mbs * 16 - sps->crop_top - sps->crop_bottom;
        facts->bitstream.profile_idc = sps->profile_idc;
        facts->bitstream.level_idc = sps->level_idc;
        facts->bitstream.cabac = stream->reader.cabac;
    }
    facts->bitstream.ok = facts->bitstream.rule[0] == '\0';
    facts->bitstream.done = true;
    return facts->bitstream.ok;
}

/* SPDX-License-Identifier: MIT */
#include "va/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void stream_open(struct stream *stream, struct va_facts *facts, const struct h264_expect *expect,
                 int output_fd)
{
    *stream = (struct stream){.facts = facts, .output_fd = output_fd};
    stream->reader.expect = *expect;
}

void stream_close(struct stream *stream)
{
    free(stream->data);
    stream->data = NULL;
}

void stream_begin_picture(struct stream *stream)
{
    stream->used = 0;
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

static void write_output(struct stream *stream)
{
    const uint8_t *data = stream->data;
    size_t size = stream->used;

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

static void note_counts(struct stream *stream)
{
    struct va_facts *facts = stream->facts;
    const struct h264_counts *counts = &stream->reader.counts;
    const struct h264_sps *sps = h264_reader_sps(&stream->reader);

    facts->bitstream.nal_units = counts->nal_units;
    facts->bitstream.sps = counts->sps;
    facts->bitstream.pps = counts->pps;
    facts->bitstream.idr = counts->idr;
    facts->bitstream.p = counts->p;
    facts->bitstream.other_nal = counts->other_nal;
    facts->bitstream.pictures = counts->pictures;
    facts->bitstream.slices = counts->slices;
    if (!sps)
        return;
    facts->bitstream.width = sps->width_mbs * 16 - sps->crop_left - sps->crop_right;
    facts->bitstream.height = sps->height_mbs * 16 - sps->crop_top - sps->crop_bottom;
    facts->bitstream.profile_idc = sps->profile_idc;
    facts->bitstream.level_idc = sps->level_idc;
    facts->bitstream.cabac = stream->reader.cabac;
}

bool stream_read_picture(struct stream *stream, struct h264_picture *ret)
{
    struct va_facts *facts = stream->facts;
    char rule[H264_RULE_MAX];

    write_output(stream);
    if (!facts->bitstream.rule[0] &&
        !h264_read_picture(&stream->reader, stream->data, stream->used, ret, rule))
        stream_break(stream, facts->progress.frame, "%s", rule);
    note_counts(stream);
    return facts->bitstream.rule[0] == '\0';
}

void stream_judge(struct stream *stream)
{
    struct va_facts *facts = stream->facts;
    uint32_t pictures = stream->reader.counts.pictures;
    char rule[H264_RULE_MAX];

    if (!facts->bitstream.rule[0] && !h264_read_end(&stream->reader, rule))
        stream_break(stream, pictures ? pictures - 1 : 0, "%s", rule);
    facts->bitstream.done = true;
}

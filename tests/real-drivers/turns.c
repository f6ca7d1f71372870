/* SPDX-License-Identifier: MIT */
/*
 * Encodes and decodes in turns on one driver, as gpu-verify does; but what is decoded are the
 * pictures of a stream that was made elsewhere. Exit 0 when every call succeeded.
 *
 *     turns NODE STREAM.h264 WxH FRAMES
 *
 * The stream has one slice a picture, as gpu-verify's own.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "h264/bits.h"
#include "library/library.h"
#include "va/decoder.h"
#include "va/encoder.h"
#include "va/table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAM_MAX ((size_t)64 << 20)

struct source {
    const uint8_t *data;
    size_t size, at;
    struct h264_reader reader;
};

/* The next picture of the stream: up to the end of its slice. */
static const uint8_t *source_next(struct source *source, struct h264_picture *ret)
{
    const uint8_t *data = source->data + source->at;
    size_t size = source->size - source->at;
    char rule[H264_RULE_MAX] = "it ends too soon";
    struct h264_nal nal;
    size_t end = 0;

    while (h264_next_nal(data, size, &end, &nal)) {
        int type = data[nal.offset] & 31;
        if (type != H264_NAL_SLICE && type != H264_NAL_IDR)
            continue;
        source->at += end;
        if (h264_read_picture(&source->reader, data, end, ret, rule))
            return data;
        break;
    }
    (void)fprintf(stderr, "turns: the stream: %s\n", rule);
    return NULL;
}

static bool take_turns(struct encoder *encoder, struct decoder *decoder, struct source *source,
                       const struct pattern *pattern, uint32_t frames)
{
    struct stream stream;
    bool ok = true;

    stream_open(&stream, encoder->session->facts, &(struct h264_expect){0}, -1);
    for (uint32_t frame = 0; ok && frame < frames; frame++) {
        struct h264_picture picture;
        const uint8_t *data = source_next(source, &picture);
        encoder->session->facts->progress.frame = frame;
        ok = data && encoder_encode(encoder, pattern, frame, &stream) &&
             decoder_decode(decoder, &picture, data);
    }
    stream_close(&stream);
    return ok;
}

static void say(const char *section, const struct va_failure *failure)
{
    if (failure->happened)
        (void)fprintf(stderr, "turns: %s: %s: %s in frame %u %s\n", section, failure->call,
                      failure->status_name, failure->frame, failure->detail);
}

static bool run(int node, const struct va_request *request, struct source *source)
{
    static struct va_facts facts;
    struct va_session session;
    struct encoder encoder;
    struct decoder decoder;
    struct pattern pattern;
    const struct va_row *row = NULL;
    bool ok = false;

    if (session_open(&session, node, &facts) && table_read(&session))
        row = table_choose(&session, request);
    if (row && pattern_open(&pattern, request->width, request->height) == 0) {
        ok = encoder_open(&encoder, &session, request, row) &&
             decoder_open(&decoder, &session, row, &pattern) &&
             take_turns(&encoder, &decoder, source, &pattern, request->frames);
        decoder_close(&decoder);
        encoder_close(&encoder);
        pattern_close(&pattern);
    }
    session_close(&session);
    say("driver", &facts.driver.failure);
    say("encode", &facts.encode.failure);
    say("decode", &facts.decode.failure);
    printf("%u pictures encoded, %u decoded by %s %s\n", facts.encode.frames, facts.decode.frames,
           facts.driver.name, facts.decode.why);
    return ok;
}

int main(int argc, char **argv)
{
    struct va_request request = {.qp = 26, .output_fd = -1};
    CLEANUP_FD int node = argc == 5 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    CLEANUP_FREE char *data = NULL;
    struct library_facts library = {0};
    struct source source = {0};

    if (argc != 5 || sscanf(argv[3], "%ux%u", &request.width, &request.height) != 2) { /* NOLINT */
        (void)fputs("usage: turns NODE STREAM.h264 WxH FRAMES\n", stderr);
        return 2;
    }
    if (!library_open(&library) || node < 0 ||
        file_read_at(AT_FDCWD, argv[2], STREAM_MAX, &data, &source.size) < 0) {
        perror("turns");
        return 2;
    }
    request.frames = (uint32_t)strtoul(argv[4], NULL, 10);
    source.data = (const uint8_t *)data;
    return run(node, &request, &source) ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * Has our parser read an H.264 file that another encoder made, and prints what it found.
 * Access units have to begin with a delimiter, for there are no coded buffers to tell them apart.
 *
 *     h264_accept FILE WIDTH HEIGHT
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "h264/bits.h"
#include "h264/read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (64U << 20)

/* The start code of the next delimiter behind `at`, or the end. */
static size_t next_unit(const uint8_t *data, size_t size, size_t at)
{
    struct h264_nal nal;

    at += 4;
    while (h264_next_nal(data, size, &at, &nal)) {
        if (nal.size && (data[nal.offset] & 31) == H264_NAL_AUD)
            return nal.offset - 3 - (nal.offset > 3 && data[nal.offset - 4] == 0);
    }
    return size;
}

static int read_all(struct h264_reader *reader, const uint8_t *data, size_t size)
{
    char rule[H264_RULE_MAX] = "";
    struct h264_picture picture;

    for (size_t at = 0; at < size;) {
        size_t end = next_unit(data, size, at);
        if (!h264_read_picture(reader, data + at, end - at, &picture, rule)) {
            printf("picture %u: %s\n", reader->counts.pictures, rule);
            return 1;
        }
        at = end;
    }
    if (!h264_read_end(reader, rule)) {
        printf("%s\n", rule);
        return 1;
    }
    printf("%u pictures, %u IDR, %u slices\n", reader->counts.pictures, reader->counts.idr,
           reader->counts.slices);
    return 0;
}

int main(int argc, char **argv)
{
    static struct h264_reader reader;
    CLEANUP_FREE char *data = NULL;
    size_t size;

    if (argc != 4)
        return 2;
    reader.expect = (struct h264_expect){.width = (uint32_t)strtoul(argv[2], NULL, 10),
                                         .height = (uint32_t)strtoul(argv[3], NULL, 10),
                                         .is_moving = true};
    if (file_read_at(AT_FDCWD, argv[1], FILE_MAX, &data, &size) < 0)
        return 2;
    return read_all(&reader, (const uint8_t *)data, size);
}

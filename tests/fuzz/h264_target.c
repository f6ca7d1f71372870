/* SPDX-License-Identifier: MIT */
/* Coded buffers and NAL units: every byte from the driver is outside input. */
#include "h264/read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is a stream of coded buffers, each with its length in front, two bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct h264_reader reader;
    static struct h264_picture picture;
    char rule[H264_RULE_MAX];

    if (size < 1)
        return 0;
    memset(&reader, 0, sizeof(reader));
    if (data[0] & 1)
        reader.expect = (struct h264_expect){.width = 320, .height = 240, .idr_period = 4};
    if (data[0] & 2)
        reader.expect.profile_idc = 66;
    reader.expect.is_moving = data[0] & 4;
    data++;
    size--;
    while (size > 2) {
        size_t length = (size_t)data[0] << 8 | data[1];
        if (length > size - 2)
            length = size - 2;
        /* A copy of its own: reading one byte too far is seen. */
        uint8_t *buffer = malloc(length + 1);
        if (!buffer)
            return 0;
        memcpy(buffer, data + 2, length);
        bool is_read = h264_read_picture(&reader, buffer, length, &picture, rule);
        if (is_read && picture.slice_count > H264_SLICES_MAX)
            abort();
        free(buffer);
        if (!is_read)
            return 0;
        data += 2 + length;
        size -= 2 + length;
    }
    (void)h264_reader_sps(&reader);
    (void)h264_read_end(&reader, rule);
    return 0;
}

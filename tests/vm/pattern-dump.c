/* SPDX-License-Identifier: MIT */
/* The pictures that gpu-verify encodes, as raw NV12 on standard output, to compare with what
 * another decoder makes of its stream. */
#include "picture/pattern.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>

#define WIDTH_MAX 8192

static int dump(const struct pattern *pattern, uint32_t frames, uint8_t *room)
{
    const uint8_t *row;

    for (uint32_t frame = 0; frame < frames; frame++) {
        for (uint32_t y = 0; y < pattern->height; y++) {
            row = pattern_luma_row(pattern, frame, y, room);
            if (fwrite(row, 1, pattern->width, stdout) != pattern->width)
                return -EIO;
        }
        for (uint32_t y = 0; y < pattern->height / 2; y++) {
            row = pattern_chroma_row(pattern, frame, y);
            if (fwrite(row, 1, pattern->width, stdout) != pattern->width)
                return -EIO;
        }
    }
    return fflush(stdout) == 0 ? 0 : -EIO;
}

int main(int argc, char **argv)
{
    static uint8_t room[WIDTH_MAX];
    struct pattern pattern = {0};
    uint32_t width, height, frames;
    int status;

    if (argc != 4 || text_to_u32(argv[1], 10, WIDTH_MAX, &width) < 0 ||
        text_to_u32(argv[2], 10, 8192, &height) < 0 ||
        text_to_u32(argv[3], 10, 100000, &frames) < 0) {
        (void)fputs("usage: pattern-dump WIDTH HEIGHT FRAMES\n", stderr);
        return 2;
    }
    status = pattern_open(&pattern, width, height);
    if (status == 0)
        status = dump(&pattern, frames, room);
    pattern_close(&pattern);
    return status == 0 ? 0 : 1;
}

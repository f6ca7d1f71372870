/* SPDX-License-Identifier: MIT */
/* The picture of the check of scaling, as NV12 on standard output; or what of it is left in the one
 * on standard input. */
#include "picture/smooth.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MAX 4096

int main(int argc, char **argv)
{
    static uint8_t memory[SIDE_MAX * SIDE_MAX * 3 / 2];
    struct nv12 picture = {.luma = memory};
    struct smooth_error error;

    if (argc != 4 || text_to_u32(argv[2], 10, SIDE_MAX, &picture.width) < 0 ||
        text_to_u32(argv[3], 10, SIDE_MAX, &picture.height) < 0)
        return 2;
    const size_t size = (size_t)picture.width * picture.height * 3 / 2;
    picture.luma_pitch = picture.chroma_pitch = picture.width;
    picture.chroma = memory + (size_t)picture.width * picture.height;
    if (strcmp(argv[1], "draw") == 0) {
        smooth_draw(&picture);
        return fwrite(memory, 1, size, stdout) == size && fflush(stdout) == 0 ? 0 : 1;
    }
    if (fread(memory, 1, size, stdin) != size)
        return 1;
    smooth_compare(&picture, &error);
    printf("%.1f %.1f %.1f\n", error.psnr_y, error.psnr_uv, error.psnr_block);
    return 0;
}

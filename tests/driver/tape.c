/* SPDX-License-Identifier: MIT */
#include "tape.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <va/va_dec_hevc.h>

static FILE *tape(void)
{
    static FILE *file;

    if (!file && getenv("TESTDRV_RECORD"))
        file = fopen(getenv("TESTDRV_RECORD"), "we");
    return file;
}

void tape_begin(const struct context *context, VASurfaceID target)
{
    static const struct context *last;

    if (!tape())
        return;
    if (context != last)
        (void)fprintf(tape(), "config %d %d\ncontext %u %u\n", context->config.profile,
                      VAEntrypointVLD, context->width, context->height);
    last = context;
    (void)fprintf(tape(), "begin %u\n", target);
}

static void flip(struct buffer *buffer)
{
    static unsigned number;
    unsigned wanted, offset, bits;
    const char *wish = getenv("TESTDRV_FLIP");

    if (wish && sscanf(wish, "%u:%u:%u", &wanted, &offset, &bits) == 3 && number++ == wanted &&
        offset < buffer->size)
        buffer->data[offset] = (uint8_t)(buffer->data[offset] ^ bits);
}

static void surfaces_write(size_t step, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)fprintf(tape(), "surface %zu\n", first + i * step);
}

void tape_buffer(const struct context *context, struct buffer *buffer)
{
    const bool is_h264 = context->config.profile == VAProfileH264High;

    flip(buffer);
    if (!tape())
        return;
    (void)fprintf(tape(), "buffer %d %u %u ", buffer->type, buffer->element_size, buffer->count);
    for (size_t i = 0; i < buffer->size; i++)
        (void)fprintf(tape(), "%02x", buffer->data[i]);
    (void)fprintf(tape(), "\n");
    /* CurrPic, and the references behind it. */
    if (buffer->type == VAPictureParameterBufferType && is_h264)
        surfaces_write(sizeof(VAPictureH264), 0, 17);
    else if (buffer->type == VAPictureParameterBufferType)
        surfaces_write(sizeof(VAPictureHEVC), 0, 16);
    else if (buffer->type == VASliceParameterBufferType && is_h264) /* both lists */
        surfaces_write(sizeof(VAPictureH264), offsetof(VASliceParameterBufferH264, RefPicList0),
                       64);
}

void tape_end(void)
{
    if (tape())
        (void)fprintf(tape(), "end\n");
    if (tape())
        (void)fflush(tape());
}

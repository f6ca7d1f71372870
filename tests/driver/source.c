/* SPDX-License-Identifier: MIT */
/* The picture that is encoded: the application's, unless a switch wants a wrong one. */
#include "encoder.h"

#include <string.h>

#define SHIFT_X 48u
#define SHIFT_Y 16u

static struct pixels *pixels_copy(const struct pixels *from)
{
    struct pixels *copy = pixels_new(from->width, from->height);

    if (copy)
        memcpy(copy->luma, from->luma, from->size);
    return copy;
}

static void row_rotate(uint8_t *to, const uint8_t *from, uint32_t width)
{
    uint32_t shift = SHIFT_X % width;

    memcpy(to + shift, from, width - shift);
    memcpy(to, from + (width - shift), shift);
}

static struct pixels *pixels_shifted(const struct pixels *from)
{
    struct pixels *to = pixels_new(from->width, from->height);

    if (!to)
        return NULL;
    for (uint32_t row = 0; row < from->coded_height; row++)
        row_rotate(to->luma + (size_t)((row + SHIFT_Y) % from->coded_height) * to->pitch,
                   from->luma + (size_t)row * from->pitch, from->coded_width);
    for (uint32_t row = 0; row < from->coded_height / 2; row++)
        row_rotate(to->chroma +
                       (size_t)((row + SHIFT_Y / 2) % (from->coded_height / 2)) * to->pitch,
                   from->chroma + (size_t)row * from->pitch, from->coded_width);
    return to;
}

/* The picture before this one; the first is its own. */
static struct pixels *pixels_stale(struct encoder *encoder, const struct pixels *input)
{
    struct pixels *copy = pixels_copy(input), *stale;

    if (!copy)
        return NULL;
    stale = encoder->previous && encoder->previous->size == copy->size ? encoder->previous : NULL;
    if (!stale) {
        pixels_unref(encoder->previous);
        stale = pixels_ref(copy);
    }
    encoder->previous = copy;
    return stale;
}

/* Right but for the lower half of the colours, which is grey. */
static struct pixels *pixels_grey(const struct pixels *from)
{
    struct pixels *copy = pixels_copy(from);
    uint32_t rows = from->coded_height / 4;

    if (copy)
        memset(copy->chroma + (size_t)rows * copy->pitch, 128, (size_t)rows * copy->pitch);
    return copy;
}

/* Right but for the brightness of the last 16 rows. */
static struct pixels *pixels_last_rows(const struct pixels *from)
{
    struct pixels *copy = pixels_copy(from);

    if (copy)
        memset(copy->luma + (size_t)(copy->coded_height - 16) * copy->pitch, 128,
               (size_t)16 * copy->pitch);
    return copy;
}

/* The first picture, whatever comes. */
static struct pixels *pixels_frozen(struct encoder *encoder, const struct pixels *input)
{
    if (!encoder->previous)
        encoder->previous = pixels_copy(input);
    return encoder->previous ? pixels_ref(encoder->previous) : NULL;
}

struct pixels *source_choose(const struct driver *drv, struct encoder *encoder,
                             struct pixels *input)
{
    uint32_t picture = encoder->pictures + 1;

    if (fault_is_on(&drv->faults, FAULT_STALE)) {
        struct pixels *stale = pixels_stale(encoder, input);

        if (!stale || fault_hits(&drv->faults, FAULT_STALE, picture))
            return stale;
        pixels_unref(stale);
    }
    if (fault_hits(&drv->faults, FAULT_GREEN, picture))
        return pixels_new(input->width, input->height);
    if (fault_hits(&drv->faults, FAULT_SHIFTED, picture))
        return pixels_shifted(input);
    if (fault_hits(&drv->faults, FAULT_GREY, picture))
        return pixels_grey(input);
    if (fault_hits(&drv->faults, FAULT_LAST_ROWS, picture))
        return pixels_last_rows(input);
    if (fault_is_on(&drv->faults, FAULT_FROZEN))
        return pixels_frozen(encoder, input);
    return pixels_ref(input);
}

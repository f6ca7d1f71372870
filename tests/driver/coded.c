/* SPDX-License-Identifier: MIT */
/* The coded buffer, and the switches that spoil it. */
#include "encoder.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t start_code[] = {0, 0, 0, 1};

void coded_add_nal(struct coded *coded, const uint8_t *rbsp, size_t size)
{
    if (coded->size - coded->used < sizeof(start_code)) {
        coded->is_cut = true;
        return;
    }
    memcpy(coded->data + coded->used, start_code, sizeof(start_code));
    coded->used += sizeof(start_code);
    coded->used += nal_escape(coded->data + coded->used, coded->size - coded->used, rbsp, size,
                              &coded->is_cut);
}

static VAStatus first_remember(struct encoder *encoder, const struct coded *coded)
{
    encoder->first = malloc(coded->used + 1);
    if (!encoder->first)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    memcpy(encoder->first, coded->data, coded->used);
    encoder->first_size = coded->used;
    return VA_STATUS_SUCCESS;
}

static VAStatus first_repeat(struct encoder *encoder, struct coded *coded)
{
    if (!encoder->first)
        return first_remember(encoder, coded);
    coded->used = encoder->first_size;
    if (coded->used > coded->size) {
        coded->used = coded->size;
        coded->is_cut = true;
    }
    memcpy(coded->data, encoder->first, coded->used);
    return VA_STATUS_SUCCESS;
}

/* A list of `count` segments; a reader that stops at the first loses the rest. */
static void segments_fill(struct buffer *buffer, const struct coded *coded, unsigned count,
                          uint32_t status)
{
    size_t at = 0;

    for (unsigned i = 0; i < count; i++) {
        size_t size = i + 1 < count ? coded->used / count : coded->used - at;

        buffer->segments[i] = (VACodedBufferSegment){
            .size = (uint32_t)size,
            .status = status,
            .buf = coded->data + at,
            .next = i + 1 < count ? &buffer->segments[i + 1] : NULL,
        };
        at += size;
    }
}

VAStatus coded_finish(struct driver *drv, struct encoder *encoder, struct coded *coded,
                      struct buffer *buffer)
{
    const struct faults *faults = &drv->faults;
    uint32_t picture = encoder->pictures + 1, status = 0;
    unsigned count = fault_hits(faults, FAULT_SEGMENTS, picture) ? CODED_SEGMENTS_MAX : 1;

    if (fault_hits(faults, FAULT_CONSTANT, picture)) {
        VAStatus result = first_repeat(encoder, coded);

        if (result != VA_STATUS_SUCCESS)
            return result;
    }
    if (fault_hits(faults, FAULT_EMPTY_BUFFER, picture))
        coded->used = 0;
    if (fault_hits(faults, FAULT_SLICE_OVERFLOW, picture)) {
        coded->used /= 2;
        coded->is_cut = true;
    }
    if (coded->is_cut)
        status |= VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK;
    if (fault_hits(faults, FAULT_BAD_FLAG, picture))
        status |= VA_CODED_BUF_STATUS_BAD_BITSTREAM;
    segments_fill(buffer, coded, count, status);
    if (fault_hits(faults, FAULT_LARGE_SEGMENT, picture))
        buffer->segments[count - 1].size = UINT32_MAX;
    return VA_STATUS_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/* slice_data() (clause 7.3.4) in CAVLC, made of nothing but I_PCM and P_Skip macroblocks. */
#ifndef TEST_DRIVER_SLICE_H
#define TEST_DRIVER_SLICE_H

#include "driver.h"
#include "h264_bits.h"

enum slice_coding {
    SLICE_MIXED,    /* skip what did not change */
    SLICE_ALL_PCM,  /* skip nothing */
    SLICE_ALL_SKIP, /* the whole picture is the reference again */
};

struct slice {
    struct pixels *picture;         /* read by the writer, written by the reader */
    const struct pixels *reference; /* NULL in an I slice */
    uint32_t width;                 /* of the picture, in macroblocks */
    uint32_t first, count;          /* macroblocks; the reader takes count as an upper bound */
};

/* Appends slice data and trailing bits. */
void slice_write(struct bit_writer *writer, const struct slice *slice, enum slice_coding coding);

/* What was read. */
struct slice_counts {
    uint32_t pcm, skipped;
};

/* False when there is anything in the slice that this driver does not write. */
bool slice_read(struct bit_reader *reader, const struct slice *slice, struct slice_counts *ret);

#endif

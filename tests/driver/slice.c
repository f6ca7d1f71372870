/* SPDX-License-Identifier: MIT */
#include "slice.h"

#include "macroblock.h"

/* Table 7-11; in a P slice the types of I macroblocks come behind its own five (table 7-13). */
#define MB_TYPE_I_PCM      25u
#define MB_TYPE_I_PCM_IN_P (5u + MB_TYPE_I_PCM)

/*
 * P_Skip has a predicted motion vector (clause 8.4.1.1), and here it is always (0,0): neighbours
 * are I_PCM (no reference, counted as zero) or P_Skip themselves, so that by induction every
 * candidate, and with it the median, is zero.
 */
static bool is_skipped(const struct slice *slice, enum slice_coding coding, uint32_t mb)
{
    if (!slice->reference || coding == SLICE_ALL_PCM)
        return false;
    return coding == SLICE_ALL_SKIP || macroblock_is_same(slice->picture, slice->reference,
                                                          mb % slice->width, mb / slice->width);
}

static void pcm_write(struct bit_writer *writer, const struct slice *slice, uint32_t mb)
{
    uint8_t *pcm;

    bits_put_ue(writer, slice->reference ? MB_TYPE_I_PCM_IN_P : MB_TYPE_I_PCM);
    bits_put_align(writer);
    pcm = bits_put_bytes(writer, PCM_BYTES);
    if (pcm)
        macroblock_to_pcm(pcm, slice->picture, mb % slice->width, mb / slice->width);
}

void slice_write(struct bit_writer *writer, const struct slice *slice, enum slice_coding coding)
{
    uint32_t run = 0;

    for (uint32_t mb = slice->first; mb < slice->first + slice->count; mb++) {
        if (is_skipped(slice, coding, mb)) {
            run++;
            continue;
        }
        if (slice->reference)
            bits_put_ue(writer, run);
        run = 0;
        pcm_write(writer, slice, mb);
    }
    if (run)
        bits_put_ue(writer, run);
    bits_put_trailing(writer);
}

static bool pcm_read(struct bit_reader *reader, const struct slice *slice, uint32_t mb)
{
    const uint8_t *pcm;

    if (bits_get_ue(reader) != (slice->reference ? MB_TYPE_I_PCM_IN_P : MB_TYPE_I_PCM))
        return false;
    pcm = bits_get_bytes(reader, PCM_BYTES);
    if (!pcm)
        return false;
    macroblock_from_pcm(slice->picture, pcm, mb % slice->width, mb / slice->width);
    return true;
}

/* mb_skip_run and the macroblocks it stands for; false when it is more than `left`. */
static bool skip_read(struct bit_reader *reader, const struct slice *slice, uint32_t mb,
                      uint32_t left, uint32_t *ret_run)
{
    uint32_t run = bits_get_ue(reader);

    if (reader->overrun || run > left)
        return false;
    for (uint32_t i = mb; i < mb + run; i++)
        macroblock_copy(slice->picture, slice->reference, i % slice->width, i / slice->width);
    *ret_run = run;
    return true;
}

bool slice_read(struct bit_reader *reader, const struct slice *slice, struct slice_counts *ret)
{
    struct slice_counts counts = {.pcm = 0};
    uint32_t mb = slice->first, end = slice->first + slice->count;

    while (bits_has_more(reader)) {
        if (slice->reference) {
            uint32_t run;

            if (!skip_read(reader, slice, mb, end - mb, &run))
                return false;
            counts.skipped += run;
            mb += run;
            if (!bits_has_more(reader))
                break;
        }
        if (mb >= end || !pcm_read(reader, slice, mb))
            return false;
        counts.pcm++;
        mb++;
    }
    *ret = counts;
    return mb > slice->first && bits_get(reader, 1) == 1; /* rbsp_stop_one_bit */
}

/* SPDX-License-Identifier: MIT */
/* Slices of H.264 that lose nothing: every macroblock is I_PCM; P_Skip is understood as well. */
#ifndef FAKEDRM_AVC_H
#define FAKEDRM_AVC_H

#include "engine/nal.h"
#include "engine/surface.h"

struct avc_slice {
    uint32_t width;      /* macroblocks in a row */
    uint32_t first, end; /* macroblocks, in raster order */
    bool is_p, has_cabac;
    int qp; /* the contexts begin with it; nothing is quantised */
    unsigned init_idc;
};

/* One macroblock of the picture that is to be coded, as I_PCM samples. */
typedef void avc_source(void *context, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK]);

/* Slice data and trailing bits, behind the slice header that `out` ends with. */
void avc_encode(struct nal_writer *out, const struct avc_slice *slice, avc_source *source,
                void *context);

/*
 * From the first bit of slice data. A skipped macroblock is that of `reference`. Returns how many
 * macroblocks were decoded; sets *ret_why where it stopped before the slice's end.
 */
uint32_t avc_decode(struct nal_reader *in, const struct avc_slice *slice,
                    const struct surface *picture, const struct surface *reference,
                    const char **ret_why);

#endif

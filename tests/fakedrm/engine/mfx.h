/* SPDX-License-Identifier: MIT */
/*
 * Intel's fixed-function video engine, Gen7 to Gen12: the MFX and VDENC commands of H.264 (PRM,
 * volume "Command Reference: Instructions", and "Media VDBOX"). What a command holds is kept until
 * one comes that codes: VDENC_WALKER_STATE, or before Gen9 the last header of a slice;
 * MFD_AVC_BSD_OBJECT decodes. JPEG: mfx_jpeg.h.
 */
#ifndef FAKEDRM_MFX_H
#define FAKEDRM_MFX_H

#include "engine/mfx_jpeg.h"

#include <stdbool.h>
#include <stdint.h>

#define MFX_SURFACES   8u
#define MFX_REFERENCES 16u
#define MFX_HEADER     64u

struct streamer;

struct mfx {
    uint32_t surfaces[MFX_SURFACES][6]; /* MFX_SURFACE_STATE by its id */
    uint32_t image[21], slice[11], references_of_slice[10];
    uint64_t source, target, references[MFX_REFERENCES];
    uint64_t stream_in;
    struct mfx_jpeg jpeg;
    uint32_t header[MFX_HEADER]; /* the command that brought the slice's header, or nothing */
    unsigned header_length;
    uint32_t slice_rows; /* of each slice that VDENC begins by itself */
    bool is_jpeg;        /* MFX_PIPE_MODE_SELECT: an encoder of JPEG */
    bool is_done;        /* the slice of `slice` was coded */
};

/* One command of `length` words, its header first. */
void mfx_command(struct streamer *streamer, const uint32_t *words, unsigned length);

/*
 * Before Gen9 shaders write the macroblocks of a slice behind the last of its headers. They do not
 * run here: the slice is coded, and what is in their place is skipped. Where the commands go on.
 */
uint64_t mfx_behind(struct streamer *streamer, const uint32_t *words, uint64_t next);

/* The picture that is to be coded. */
bool mfx_source(const struct streamer *streamer, struct surface *ret);

#endif

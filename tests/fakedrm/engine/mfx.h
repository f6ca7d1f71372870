/*
 * Intel's fixed-function video engine, Gen7 to Gen12: the MFX and VDENC commands of H.264 (PRM,
 * volume "Command Reference: Instructions", and "Media VDBOX"). What a command holds is kept until
 * one comes that codes: VDENC_WALKER_STATE, or the start of the batch of macroblocks before Gen9;
 * MFD_AVC_BSD_OBJECT decodes.
 */
#ifndef FAKEDRM_MFX_H
#define FAKEDRM_MFX_H

#include "engine/nal.h"

#define MFX_SURFACES   8u
#define MFX_REFERENCES 16u

struct streamer;

struct mfx {
    uint32_t surfaces[MFX_SURFACES][6]; /* MFX_SURFACE_STATE by its id */
    uint32_t image[21], slice[11], references_of_slice[10];
    uint64_t source, target, references[MFX_REFERENCES];
    uint64_t stream_in, stream_out;
    uint32_t stream_offset;
    struct nal_writer out; /* what stream_out is to get */
    size_t last_insert;    /* where the last inserted object begins in it */
    unsigned picture;      /* that `out` belongs to, in the order of the process; 0: none coded */
    bool is_done;          /* the slice of `slice` was coded */
};

/* One command of `length` words, its header first. */
void mfx_command(struct streamer *streamer, const uint32_t *words, unsigned length);

/* A second batch begins: before Gen9 it would hold the macroblocks of the slice. */
void mfx_batch(struct streamer *streamer);

/* The end of the submission: what was coded goes to memory. */
void mfx_finish(struct streamer *streamer);

/* The bytes of the picture so far, as the engine's registers tell them. */
uint32_t mfx_bytes(const struct streamer *streamer);

#endif

/* SPDX-License-Identifier: MIT */
/* What Intel's video engine writes: the stream of a picture, from its headers to its last slice. */
#ifndef FAKEDRM_CODED_H
#define FAKEDRM_CODED_H

#include "engine/nal.h"

struct streamer;

struct coded {
    struct nal_writer out; /* what `address` is to get */
    uint64_t address;
    uint32_t offset;
    size_t last_insert; /* where the last inserted object begins in it */
    unsigned picture;   /* in the order of the process; 0: none coded */
};

/* A picture begins, or another pass over the one that this submission has coded already. */
void coded_begin(struct streamer *streamer, uint64_t address);

/* Where in the buffer it is to begin, as the first slice says. */
void coded_offset(struct coded *coded, uint32_t offset);

/*
 * PAK_INSERT_OBJECT of either codec: header bits, with emulation prevention if that is wanted. The
 * one bit at `patched` (0: none) gives way to `value`, as ue(v).
 */
void coded_insert(struct coded *coded, const uint32_t *words, unsigned length, size_t patched,
                  uint32_t value);

/* Whether a slice is to be coded behind its header: not if a lie loses it, or the engine stops. */
bool coded_slice_begin(struct streamer *streamer, bool is_first);

/* The end of the submission, or of a pass: what was coded goes to memory. */
void coded_write(const struct streamer *streamer);

/* The bytes of the picture so far, as the engine's registers tell them. */
uint32_t coded_bytes(const struct coded *coded);

#endif

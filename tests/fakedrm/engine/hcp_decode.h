/* SPDX-License-Identifier: MIT */
/*
 * HEVC as Intel's engine decodes it. What a picture is made of is gathered from the commands:
 * HCP_PIC_STATE, the addresses of the reference pictures, and for each slice its state, lists and
 * weights and the bytes that HCP_BSD_OBJECT points to. From that a stream is written anew, as the
 * test driver does from libva's buffers (tests/driver/hevc.h), and ffmpeg decodes it; the slice
 * headers of the stream itself are skipped, as the engine skips them. Picture order counts are not
 * in the commands, but for their distances: a picture of which no slice refers to another begins a
 * stream, and those before it can no longer be referred to.
 */
#ifndef FAKEDRM_HCP_DECODE_H
#define FAKEDRM_HCP_DECODE_H

#include <stdint.h>

#define HCP_REFERENCES 8u

struct streamer;

struct hcp_decode {
    uint32_t surface[3]; /* HCP_SURFACE_STATE */
    uint64_t target, references[HCP_REFERENCES];
    uint64_t stream;
    uint32_t lists[2][18], weights[2][34]; /* HCP_REF_IDX_STATE, HCP_WEIGHTOFFSET_STATE */
};

/* A command that is not only the encoder's. */
void hcp_decode_command(struct streamer *streamer, const uint32_t *words, unsigned length);

/* No slice follows: the picture is decoded. */
void hcp_decode_finish(struct streamer *streamer);

#endif

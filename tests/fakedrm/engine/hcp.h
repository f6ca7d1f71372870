/* SPDX-License-Identifier: MIT */
/*
 * Intel's video engine for HEVC, Gen11 and Gen12: the HCP and VDENC commands (PRM, volume "Command
 * Reference: Instructions"). What a command holds is kept until VDENC_WALKER_STATE codes a slice,
 * or the batch ends and the picture is decoded (hcp_decode.h; that from Gen9 on).
 */
#ifndef FAKEDRM_HCP_H
#define FAKEDRM_HCP_H

#include "engine/hcp_decode.h"

#include <stdbool.h>
#include <stdint.h>

struct streamer;

struct hcp {
    bool is_chosen; /* the commands of VDENC are for HEVC */
    bool is_encoder;
    uint32_t picture[7], slice[11]; /* HCP_PIC_STATE, HCP_SLICE_STATE */
    uint32_t source_state[6];       /* VDENC_SRC_SURFACE_STATE */
    uint64_t source;
    struct hcp_decode decode;
};

/* Whether this command of the engine is for it. */
bool hcp_takes(const struct streamer *streamer, uint32_t header);

/* One command of `length` words, its header first. */
void hcp_command(struct streamer *streamer, const uint32_t *words, unsigned length);

#endif

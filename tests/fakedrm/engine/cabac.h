/* SPDX-License-Identifier: MIT */
/* The arithmetic coder of H.264 (clause 9.3) and HEVC (clause 9.3 as well), which is the same. */
#ifndef FAKEDRM_CABAC_H
#define FAKEDRM_CABAC_H

#include "engine/nal.h"

#define CABAC_CONTEXTS 64u

struct cabac {
    struct nal_writer *out; /* either of them */
    struct nal_reader *in;
    uint32_t low, range, outstanding;
    bool is_first;
    uint8_t state[CABAC_CONTEXTS], mps[CABAC_CONTEXTS];
};

/* A context begins by the quantiser of the slice: m and n as H.264 calls them. */
void cabac_context_set(struct cabac *cabac, unsigned context, int m, int n, int qp);

void cabac_encoder_start(struct cabac *cabac); /* at a byte boundary; also behind I_PCM samples */
void cabac_put(struct cabac *cabac, unsigned context, unsigned bin);
void cabac_put_bypass(struct cabac *cabac, uint32_t bins, unsigned count); /* count <= 32 */
void cabac_put_terminate(struct cabac *cabac, unsigned bin); /* 1 flushes, its last bit is a 1 */

void cabac_decoder_start(struct cabac *cabac);
unsigned cabac_get(struct cabac *cabac, unsigned context);
unsigned cabac_get_terminate(struct cabac *cabac);

#endif

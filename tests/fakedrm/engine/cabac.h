/* SPDX-License-Identifier: MIT */
/* The arithmetic coder of H.264 (clause 9.3), as much of it as macroblocks of I_PCM and P_Skip use.
 */
#ifndef FAKEDRM_CABAC_H
#define FAKEDRM_CABAC_H

#include "engine/nal.h"

enum cabac_context {
    CABAC_I_TYPE = 0,  /* three, by what is beside the macroblock: ctxIdx 3 to 5 */
    CABAC_SKIP = 3,    /* three as well: ctxIdx 11 to 13 */
    CABAC_P_TYPE = 6,  /* ctxIdx 14 */
    CABAC_P_INTRA = 7, /* ctxIdx 17 */
    CABAC_CONTEXTS
};

struct cabac {
    struct nal_writer *out; /* either of them */
    struct nal_reader *in;
    uint32_t low, range, outstanding;
    bool is_first;
    uint8_t state[CABAC_CONTEXTS], mps[CABAC_CONTEXTS];
};

/* init_idc: 0 to 2, for P slices alone. */
void cabac_contexts(struct cabac *cabac, int qp, unsigned init_idc);

void cabac_encoder_start(struct cabac *cabac); /* at a byte boundary; also behind I_PCM samples */
void cabac_put(struct cabac *cabac, unsigned context, unsigned bin);
void cabac_put_terminate(struct cabac *cabac, unsigned bin); /* 1 flushes, its last bit is a 1 */

void cabac_decoder_start(struct cabac *cabac);
unsigned cabac_get(struct cabac *cabac, unsigned context);
unsigned cabac_get_terminate(struct cabac *cabac);

#endif

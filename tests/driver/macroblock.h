/* SPDX-License-Identifier: MIT */
/* One macroblock: 16x16 luma samples and the 8x8 of each chroma plane that go with them. */
#ifndef TEST_DRIVER_MACROBLOCK_H
#define TEST_DRIVER_MACROBLOCK_H

#include "driver.h"

#define PCM_BYTES 384u

/* x and y count macroblocks; both pictures have to reach that far. */
bool macroblock_is_same(const struct pixels *a, const struct pixels *b, uint32_t x, uint32_t y);
void macroblock_copy(struct pixels *to, const struct pixels *from, uint32_t x, uint32_t y);

/* Samples in the order of pcm_sample_luma and pcm_sample_chroma (clause 7.3.5). */
void macroblock_to_pcm(uint8_t pcm[PCM_BYTES], const struct pixels *from, uint32_t x, uint32_t y);
void macroblock_from_pcm(struct pixels *to, const uint8_t pcm[PCM_BYTES], uint32_t x, uint32_t y);

/* The deblocking parameters of a picture: the largest of its slices. */
struct deblock {
    bool is_on;
    int qp;                  /* luma, 0..51 */
    int alpha, beta;         /* FilterOffsetA and FilterOffsetB, -12..12 */
    int chroma_qp_offset[2]; /* chroma_qp_index_offset and the second one, -12..12 */
};

void deblock_set_chroma(struct deblock *deblock, int offset, int second_offset);
void deblock_add_slice(struct deblock *deblock, int disable_idc, int qp, int alpha_div2,
                       int beta_div2);

/* Is the filter without effect on a picture of PCM macroblocks, and skipped ones if so said? */
bool deblock_is_idle(const struct deblock *deblock, bool has_skipped);

#endif

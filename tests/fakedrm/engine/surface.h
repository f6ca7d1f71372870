/* SPDX-License-Identifier: MIT */
/* A picture in GPU memory, as the driver's commands describe it: 8-bit 4:2:0, chroma interleaved.
 */
#ifndef FAKEDRM_SURFACE_H
#define FAKEDRM_SURFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACROBLOCK 384u /* bytes: 256 of luma, 64 of U, 64 of V (H.264 clause 7.3.5) */

enum tiling { TILING_NONE, TILING_X, TILING_Y };

struct surface {
    uint8_t *luma, *chroma;        /* the same memory, or two of them */
    size_t luma_size, chroma_size; /* bytes from there to the end of what is mapped */
    uint32_t pitch, chroma_pitch;  /* bytes */
    uint32_t chroma_row;           /* where chroma begins in its memory */
    enum tiling tiling;
    bool has_fields; /* every other row lies in a field of its own, so far behind the first */
    size_t luma_bottom, chroma_bottom;
};

/* The byte at x, y of memory that is tiled so (Intel's PRM, volume "Memory Views", "Tiling"). */
size_t tiled_offset(enum tiling tiling, uint32_t pitch, uint32_t x, uint32_t y);

/* x and y count macroblocks. What is outside of the memory is read as 0 and written nowhere. */
void surface_read(const struct surface *from, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK]);
void surface_write(const struct surface *to, uint32_t x, uint32_t y, const uint8_t pcm[MACROBLOCK]);

/* A row of luma or chroma, of any width in bytes. */
void surface_row_write(const struct surface *to, bool is_chroma, uint32_t row, const uint8_t *bytes,
                       size_t count);

#endif

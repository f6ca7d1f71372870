/* SPDX-License-Identifier: MIT */
/*
 * What the engine does wrong on purpose: FAKEDRM_LIE=NAME[@N[+]][,...] hits the Nth picture that is
 * coded (and with + all later ones), or every picture.
 */
#ifndef FAKEDRM_LIES_H
#define FAKEDRM_LIES_H

#include "engine/surface.h"

#define LIES(X)                                                                                    \
    X(WRONG_MACROBLOCK, "wrong-macroblock")                                                        \
    X(DROPPED_SLICE, "dropped-slice")                                                              \
    X(STALE, "stale")                                                                              \
    X(SWAPPED_COLOURS, "swapped-colours")                                                          \
    X(MOVED_TILE, "moved-tile")                                                                    \
    X(SHIFTED, "shifted")                                                                          \
    X(COUNT_SMALL, "count-small")                                                                  \
    X(COUNT_LARGE, "count-large")                                                                  \
    X(COUNT_ZERO, "count-zero")                                                                    \
    X(HANG, "hang")                                                                                \
    X(RESET, "reset")
#define LIE_ENUM(id, name) LIE_##id,
enum lie { LIES(LIE_ENUM) LIE_COUNT };
#undef LIE_ENUM

bool lie_is_told(enum lie lie, unsigned picture); /* picture: 1 is the first */

/* The picture to be coded, as the engine sees it; an avc_source. */
struct seen {
    struct surface from;
    uint32_t width, height; /* macroblocks */
    unsigned picture;
};
void seen_macroblock(void *seen_context, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK]);

/* The byte count that is reported in place of `bytes`. */
uint32_t lie_count(unsigned picture, uint32_t bytes);

#endif

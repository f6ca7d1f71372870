/* SPDX-License-Identifier: MIT */
/*
 * A picture that is a function of the place in it, so soft that every filter scales it to nearly
 * the same: drawn at another size it is its own reference. No two parts of it are alike, nor a part
 * and its mirror.
 */
#ifndef VERIFY_SMOOTH_H
#define VERIFY_SMOOTH_H

#include "picture/pattern.h"

/* dB, from what the picture has to be at its size. */
struct smooth_error {
    double psnr_y, psnr_uv,
        psnr_block; /* of the 16x16 block that is worst in brightness or colour */
};

void smooth_draw(const struct nv12 *to);

/* Looks at 16x16 pixels at a time. */
void smooth_compare(const struct nv12 *picture, struct smooth_error *ret);

#endif

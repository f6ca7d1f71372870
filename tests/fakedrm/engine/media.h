/* SPDX-License-Identifier: MIT */
/*
 * Intel's media pipeline before Gen9, of which one shader is known: the one that copies a picture
 * of luma and chroma, sampled through two surfaces, to two others of the same size. Shaders are not
 * executed; it is told by its surfaces, and any other does nothing.
 */
#ifndef FAKEDRM_MEDIA_H
#define FAKEDRM_MEDIA_H

#include <stdint.h>

struct streamer;

struct media {
    uint64_t surface_base, dynamic_base, descriptor;
};

/* One command of the render ring, its header first. */
void media_command(struct streamer *streamer, const uint32_t *words, unsigned length);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A tiled buffer object mapped through the aperture: there a fence register makes it look linear
 * (i915, "I915_GEM_MMAP_GTT"). Here the program gets linear memory of its own, and what it changed
 * there goes to the object, and back, whenever the GPU has its turn.
 */
#ifndef FAKEDRM_FENCE_H
#define FAKEDRM_FENCE_H

#include "fakedrm.h"

struct fence;

int fence_fd(struct bo *b);       /* the memory to map; -1: none, the object as it is */
void fence_flush(struct bo *b);   /* the program's changes to the object */
void fence_refresh(struct bo *b); /* the object to the program */
void fence_free(struct bo *b);

#endif

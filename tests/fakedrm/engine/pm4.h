/* SPDX-License-Identifier: MIT */
/*
 * AMD's graphics ring, as much of it as brings pictures to the video engine and back: the command
 * processor's own copies, and two shaders of radeonsi. Shaders are not executed; they are told by
 * the size of their groups and by their images, and any other does nothing:
 *
 * - groups of 64x1: copies one image to another (a picture to or from memory that the CPU maps);
 * - groups of 8x8 and a texture of two layers: weaves the two fields of a picture into a frame.
 */
#ifndef FAKEDRM_PM4_H
#define FAKEDRM_PM4_H

#include "engine/vcn.h"

/*
 * Packets of one submission. gfx: 9 or 10, for the layout of descriptors, which lie in the 4 GiB
 * whose upper half of addresses is `high`.
 */
void pm4_run(unsigned gfx, uint32_t high, const uint32_t *words, size_t count, vcn_memory *memory);

#endif

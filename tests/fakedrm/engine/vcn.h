/* SPDX-License-Identifier: MIT */
/*
 * AMD's video engine, VCN 1 to 3. To the encoder a submission is a row of parameters, each its
 * size in bytes, its number and its words; what they say is kept for a session, which is named by
 * the address of its context. H.264 alone.
 */
#ifndef FAKEDRM_VCN_H
#define FAKEDRM_VCN_H

#include <stddef.h>
#include <stdint.h>

/* NULL unless `size` bytes are mapped at the GPU's address; *ret_room: how many are. */
typedef void *vcn_memory(uint64_t address, size_t size, size_t *ret_room);

/* version: 1 to 3, which number the parameters differently. */
void vcn_encode(unsigned version, const uint32_t *words, size_t count, vcn_memory *memory);

/* The decoder's ring. Pictures that lose nothing; a skipped macroblock is the nearest reference's.
 */
void vcn_decode(const uint32_t *words, size_t count, vcn_memory *memory);

#endif

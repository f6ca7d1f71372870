/* SPDX-License-Identifier: MIT */
/*
 * Bits, Exp-Golomb codes (ITU-T H.264 clause 9.1) and emulation prevention (clause 7.4.1).
 * Writers and readers never run over their memory; they remember that they would have.
 */
#ifndef TEST_DRIVER_H264_BITS_H
#define TEST_DRIVER_H264_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bit_writer {
    uint8_t *data;
    size_t size, used; /* bytes */
    uint64_t pending;  /* bits not yet written, right-aligned */
    unsigned pending_bits;
    bool overflow;
};

struct bit_reader {
    const uint8_t *data;
    size_t bits, at;
    bool overrun;
};

void bits_put(struct bit_writer *writer, uint32_t value, unsigned count); /* count <= 32 */
void bits_put_ue(struct bit_writer *writer, uint32_t value);              /* value < UINT32_MAX */
void bits_put_se(struct bit_writer *writer, int32_t value);
void bits_put_align(struct bit_writer *writer);    /* zero bits up to the next byte */
void bits_put_trailing(struct bit_writer *writer); /* rbsp_trailing_bits() */

/* Room for `count` bytes at a byte boundary; NULL (and overflow) when they do not fit. */
uint8_t *bits_put_bytes(struct bit_writer *writer, size_t count);

uint32_t bits_get(struct bit_reader *reader, unsigned count); /* count <= 32; 0 after an overrun */
uint32_t bits_get_ue(struct bit_reader *reader);
int32_t bits_get_se(struct bit_reader *reader);

/* more_rbsp_data(): something lies between here and the trailing bits. */
bool bits_has_more(const struct bit_reader *reader);

/* The next `count` bytes behind the alignment bits; NULL when they are not all there. */
const uint8_t *bits_get_bytes(struct bit_reader *reader, size_t count);

/*
 * Writes `from` with emulation prevention to `to` and returns how many bytes were written; sets
 * *ret_cut when `size` was too small. In the worst case the result is half as long again.
 */
size_t nal_escape(uint8_t *to, size_t size, const uint8_t *from, size_t from_size, bool *ret_cut);

/* The reverse; `to` needs room for `size` bytes and may be `from`. */
size_t nal_unescape(uint8_t *to, const uint8_t *from, size_t size);

#endif

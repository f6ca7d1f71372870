/* SPDX-License-Identifier: MIT */
/* Bits to and from a byte stream with emulation prevention (H.264 clause 7.4.1). */
#ifndef FAKEDRM_NAL_H
#define FAKEDRM_NAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nal_writer {
    uint8_t *data;
    size_t size, used;
    uint32_t pending; /* bits that are no byte yet, right-aligned */
    unsigned pending_bits, zeros;
    bool escape;   /* put emulation prevention bytes in */
    bool overflow; /* something did not fit */
};

struct nal_reader {
    const uint8_t *data;
    size_t size, at;
    unsigned bit, zeros; /* bits of data[at] that were read; zero bytes before it */
    bool overrun;
};

/* An empty writer on 64 MB that all share, taken at the first call: who codes nothing pays nothing.
 */
struct nal_writer nal_writer_take(void);

void nal_put(struct nal_writer *writer, uint32_t value, unsigned count); /* count <= 32 */
void nal_put_ue(struct nal_writer *writer, uint32_t value);
void nal_align(struct nal_writer *writer, unsigned bit); /* up to the next byte, with this bit */

/* A reader that begins in the middle of a NAL unit knows the zeros before it. */
void nal_open(struct nal_reader *reader, const uint8_t *data, size_t size, size_t at, unsigned bit);
uint32_t nal_get(struct nal_reader *reader, unsigned count); /* 0 after an overrun */
uint32_t nal_get_ue(struct nal_reader *reader);
void nal_skip_to_byte(struct nal_reader *reader);
/* more_rbsp_data(): something lies between here and the trailing bits. */
bool nal_has_more(const struct nal_reader *reader);

#endif

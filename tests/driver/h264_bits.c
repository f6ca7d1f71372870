/* SPDX-License-Identifier: MIT */
#include "h264_bits.h"

#include <string.h>

void bits_put(struct bit_writer *writer, uint32_t value, unsigned count)
{
    uint64_t mask = (UINT64_C(1) << count) - 1;

    writer->pending = writer->pending << count | (value & mask);
    writer->pending_bits += count;
    while (writer->pending_bits >= 8) {
        writer->pending_bits -= 8;
        if (writer->used < writer->size)
            writer->data[writer->used++] = (uint8_t)(writer->pending >> writer->pending_bits);
        else
            writer->overflow = true;
    }
}

void bits_put_ue(struct bit_writer *writer, uint32_t value)
{
    unsigned length = 31u - (unsigned)__builtin_clz(value + 1);

    bits_put(writer, 0, length);
    bits_put(writer, value + 1, length + 1);
}

void bits_put_se(struct bit_writer *writer, int32_t value)
{
    int64_t wide = value;

    bits_put_ue(writer, (uint32_t)(wide > 0 ? 2 * wide - 1 : -2 * wide));
}

void bits_put_align(struct bit_writer *writer)
{
    if (writer->pending_bits)
        bits_put(writer, 0, 8 - writer->pending_bits);
}

void bits_put_trailing(struct bit_writer *writer)
{
    bits_put(writer, 1, 1);
    bits_put_align(writer);
}

uint8_t *bits_put_bytes(struct bit_writer *writer, size_t count)
{
    uint8_t *room = writer->data + writer->used;

    if (writer->pending_bits || writer->size - writer->used < count) {
        writer->overflow = true;
        return NULL;
    }
    writer->used += count;
    return room;
}

uint32_t bits_get(struct bit_reader *reader, unsigned count)
{
    uint32_t value = 0;

    if (reader->overrun || reader->bits - reader->at < count) {
        reader->overrun = true;
        return 0;
    }
    for (unsigned i = 0; i < count; i++, reader->at++)
        value = value << 1 | ((uint32_t)reader->data[reader->at / 8] >> (7 - reader->at % 8) & 1);
    return value;
}

uint32_t bits_get_ue(struct bit_reader *reader)
{
    unsigned zeros = 0;

    while (!bits_get(reader, 1)) {
        if (reader->overrun || ++zeros > 31) {
            reader->overrun = true;
            return 0;
        }
    }
    return (uint32_t)((UINT64_C(1) << zeros) - 1) + bits_get(reader, zeros);
}

int32_t bits_get_se(struct bit_reader *reader)
{
    uint32_t code = bits_get_ue(reader);
    int32_t magnitude = (int32_t)(code / 2 + code % 2);

    return code % 2 ? magnitude : -magnitude;
}

bool bits_has_more(const struct bit_reader *reader)
{
    size_t last = reader->bits / 8;

    if (reader->overrun)
        return false;
    while (last > 0 && reader->data[last - 1] == 0)
        last--;
    if (last == 0)
        return false;
    return reader->at < last * 8 - 1 - (size_t)__builtin_ctz(reader->data[last - 1]);
}

const uint8_t *bits_get_bytes(struct bit_reader *reader, size_t count)
{
    const uint8_t *bytes;

    reader->at = (reader->at + 7) / 8 * 8;
    if (reader->overrun || reader->at > reader->bits || (reader->bits - reader->at) / 8 < count) {
        reader->overrun = true;
        return NULL;
    }
    bytes = reader->data + reader->at / 8;
    reader->at += count * 8;
    return bytes;
}

/* Bytes up to the next zero: they can be copied whole. */
static size_t run_without_zero(const uint8_t *from, size_t size)
{
    const uint8_t *zero = memchr(from, 0, size);

    return zero ? (size_t)(zero - from) : size;
}

size_t nal_escape(uint8_t *to, size_t size, const uint8_t *from, size_t from_size, bool *ret_cut)
{
    size_t used = 0, at = 0;
    unsigned zeros = 0;

    while (at < from_size) {
        size_t run = zeros ? 0 : run_without_zero(from + at, from_size - at);

        if (run > size - used) {
            *ret_cut = true;
            run = size - used;
        }
        memcpy(to + used, from + at, run);
        used += run;
        at += run;
        if (at == from_size || size - used < 2) {
            *ret_cut |= at < from_size;
            return used;
        }
        if (zeros == 2 && from[at] <= 3) {
            to[used++] = 3;
            zeros = 0;
        }
        zeros = from[at] ? 0 : zeros + 1;
        to[used++] = from[at++];
    }
    return used;
}

size_t nal_unescape(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t used = 0, at = 0;
    unsigned zeros = 0;

    while (at < size) {
        size_t run = zeros ? 0 : run_without_zero(from + at, size - at);

        memmove(to + used, from + at, run);
        used += run;
        at += run;
        if (at == size)
            break;
        if (zeros >= 2 && from[at] == 3) {
            zeros = 0;
            at++;
            continue;
        }
        zeros = from[at] ? 0 : zeros + 1;
        to[used++] = from[at++];
    }
    return used;
}

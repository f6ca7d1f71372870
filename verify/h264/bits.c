/* SPDX-License-Identifier: MIT */
#include "h264/bits.h"

#include <string.h>

/* The position of the next 00 00 at or after `at` that no byte above 3 follows, or `size`: a start
 * code, emulation prevention, or what it should have broken up. */
static size_t find_zeros(const uint8_t *data, size_t size, size_t at)
{
    while (size >= 3 && at <= size - 3) {
        const uint8_t *zero = memchr(data + at, 0, size - 2 - at);
        if (!zero)
            break;
        at = (size_t)(zero - data);
        if (zero[1])
            at += 2;
        else if (zero[2] > 3)
            at += 3;
        else
            return at;
    }
    return size;
}

/* The position of the next 00 00 01 at or after `at`, or `size`. */
static size_t find_start_code(const uint8_t *data, size_t size, size_t at)
{
    at = find_zeros(data, size, at);
    while (at < size && data[at + 2] != 1)
        at = find_zeros(data, size, at + 1);
    return at;
}

/* Where the NAL unit ends: at zeros that reach up to a start code or to the end, which are
 * trailing_zero_8bits and the zero byte of a four-byte start code (Annex B.1). */
static size_t find_end(const uint8_t *data, size_t size, size_t at, bool *ret_is_unescaped)
{
    for (;;) {
        size_t zeros = find_zeros(data, size, at);
        size_t next = zeros + 2;
        if (zeros == size)
            return size;
        while (next < size && data[next] == 0)
            next++;
        if (next == size || data[next] == 1)
            return zeros;
        /* 00 00 03 may end a NAL unit (cabac_zero_words); else it hides a byte up to 3 */
        if (next > zeros + 2 || data[next] != 3 || (next + 1 < size && data[next + 1] > 3))
            *ret_is_unescaped = true;
        at = next + 1;
    }
}

bool h264_next_nal(const uint8_t *data, size_t size, size_t *at, struct h264_nal *ret)
{
    size_t start = find_start_code(data, size, *at);
    bool is_unescaped = false;
    size_t end;

    if (start == size)
        return false;
    start += 3;
    end = find_end(data, size, start, &is_unescaped);
    *at = end;
    while (end > start && data[end - 1] == 0)
        end--;
    *ret = (struct h264_nal){.offset = start, .size = end - start, .is_unescaped = is_unescaped};
    return true;
}

void h264_bits_open(struct h264_bits *bits, const uint8_t *nal, size_t size)
{
    unsigned zeros = 0;

    bits->size = 0;
    bits->at = 0;
    bits->bad = false;
    for (size_t i = 0; i < size && bits->size < sizeof(bits->data); i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] ? 0 : zeros + 1;
        bits->data[bits->size++] = nal[i];
    }
}

static uint32_t bit_at(const struct h264_bits *bits, size_t at)
{
    return (uint32_t)bits->data[at / 8] >> (7 - at % 8) & 1U;
}

uint32_t h264_get(struct h264_bits *bits, unsigned count)
{
    uint32_t value = 0;

    if (bits->bad || count > bits->size * 8 - bits->at) {
        bits->bad = true;
        return 0;
    }
    for (; count; count--, bits->at++)
        value = value << 1 | bit_at(bits, bits->at);
    return value;
}

bool h264_get_flag(struct h264_bits *bits)
{
    return h264_get(bits, 1);
}

uint32_t h264_get_ue(struct h264_bits *bits)
{
    unsigned length = 0;

    while (!bits->bad && !h264_get_flag(bits))
        length++;
    /* 32 leading zeros would only be needed for 2^32 - 1, which nothing in H.264 may hold. */
    if (length > 31)
        bits->bad = true;
    if (bits->bad)
        return 0;
    return ((1U << length) - 1) + h264_get(bits, length);
}

int32_t h264_get_se(struct h264_bits *bits)
{
    uint32_t code = h264_get_ue(bits);

    return code & 1 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}

uint32_t h264_get_ue_max(struct h264_bits *bits, uint32_t max)
{
    uint32_t value = h264_get_ue(bits);

    if (value <= max)
        return value;
    bits->bad = true;
    return 0;
}

int32_t h264_get_se_range(struct h264_bits *bits, int32_t min, int32_t max)
{
    int32_t value = h264_get_se(bits);

    if (value >= min && value <= max)
        return value;
    bits->bad = true;
    return 0;
}

/* The position of the last one bit: rbsp_stop_one_bit. */
static size_t stop_bit(const struct h264_bits *bits)
{
    size_t last = bits->size * 8;

    while (last && !bit_at(bits, last - 1))
        last--;
    return last ? last - 1 : 0;
}

bool h264_has_more(const struct h264_bits *bits)
{
    return !bits->bad && bits->at < stop_bit(bits);
}

bool h264_is_at_end(struct h264_bits *bits)
{
    return !bits->bad && bits->at < bits->size * 8 && bits->at == stop_bit(bits) &&
           bits->size * 8 - bits->at <= 8;
}

/* SPDX-License-Identifier: MIT */
#include "engine/nal.h"

#include <sys/mman.h>

#define ROOM ((size_t)64 << 20)

struct nal_writer nal_writer_take(void)
{
    static uint8_t *room;

    if (!room) {
        void *memory = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return (struct nal_writer){.overflow = true};
        room = memory;
    }
    return (struct nal_writer){.data = room, .size = ROOM};
}

static void byte_store(struct nal_writer *writer, uint8_t byte)
{
    if (writer->used < writer->size)
        writer->data[writer->used++] = byte;
    else
        writer->overflow = true;
}

static void byte_put(struct nal_writer *writer, uint8_t byte)
{
    if (writer->escape && writer->zeros >= 2 && byte <= 3) {
        byte_store(writer, 3);
        writer->zeros = 0;
    }
    byte_store(writer, byte);
    writer->zeros = byte ? 0 : writer->zeros + 1;
}

void nal_put(struct nal_writer *writer, uint32_t value, unsigned count)
{
    while (count > 0) {
        unsigned take = 8 - writer->pending_bits < count ? 8 - writer->pending_bits : count;

        count -= take;
        writer->pending = writer->pending << take | (value >> count & ((1u << take) - 1));
        writer->pending_bits += take;
        if (writer->pending_bits == 8) {
            byte_put(writer, (uint8_t)writer->pending);
            writer->pending = writer->pending_bits = 0;
        }
    }
}

void nal_put_ue(struct nal_writer *writer, uint32_t value)
{
    unsigned length = 31u - (unsigned)__builtin_clz(value + 1);

    nal_put(writer, 0, length);
    nal_put(writer, value + 1, length + 1);
}

void nal_align(struct nal_writer *writer, unsigned bit)
{
    while (writer->pending_bits)
        nal_put(writer, bit, 1);
}

void nal_open(struct nal_reader *reader, const uint8_t *data, size_t size, size_t at, unsigned bit)
{
    *reader = (struct nal_reader){.data = data, .size = size, .at = at, .bit = bit};
    while (reader->zeros < at && reader->zeros < 2 && at <= size && !data[at - reader->zeros - 1])
        reader->zeros++;
}

static void byte_next(struct nal_reader *reader)
{
    reader->bit = 0;
    reader->zeros = reader->data[reader->at++] ? 0 : reader->zeros + 1;
    if (reader->zeros >= 2 && reader->at < reader->size && reader->data[reader->at] == 3) {
        reader->at++;
        reader->zeros = 0;
    }
}

uint32_t nal_get(struct nal_reader *reader, unsigned count)
{
    uint32_t value = 0;

    while (count > 0) {
        unsigned take = 8 - reader->bit < count ? 8 - reader->bit : count;

        if (reader->at >= reader->size) {
            reader->overrun = true;
            return 0;
        }
        value = value << take | ((uint32_t)reader->data[reader->at] >> (8 - reader->bit - take) &
                                 ((1u << take) - 1));
        count -= take;
        reader->bit += take;
        if (reader->bit == 8)
            byte_next(reader);
    }
    return value;
}

uint32_t nal_get_ue(struct nal_reader *reader)
{
    unsigned zeros = 0;

    while (!nal_get(reader, 1)) {
        if (reader->overrun || ++zeros > 31) {
            reader->overrun = true;
            return 0;
        }
    }
    return (uint32_t)((UINT64_C(1) << zeros) - 1) + nal_get(reader, zeros);
}

void nal_skip_to_byte(struct nal_reader *reader)
{
    if (reader->bit)
        (void)nal_get(reader, 8 - reader->bit);
}

bool nal_has_more(const struct nal_reader *reader)
{
    size_t last = reader->size;
    unsigned stop;

    while (last > reader->at && !reader->data[last - 1])
        last--;
    if (reader->overrun || last <= reader->at)
        return false;
    stop = 7 - (unsigned)__builtin_ctz(reader->data[last - 1]);
    return last - 1 > reader->at || stop > reader->bit;
}

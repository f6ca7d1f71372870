/* SPDX-License-Identifier: MIT */
#include "engine/coded.h"

#include "engine/lies.h"
#include "engine/state.h"
#include "engine/streamer.h"
#include "fakedrm.h"

#include <string.h>

uint32_t coded_bytes(const struct coded *coded)
{
    return coded->picture ? lie_count(coded->picture, (uint32_t)coded->out.used)
                          : (uint32_t)coded->out.used;
}

void coded_write(const struct streamer *streamer)
{
    const struct coded *coded = &streamer->coded;
    size_t told = coded_bytes(coded), size = told > coded->out.used ? told : coded->out.used;
    void *to = coded->address && coded->out.used
                   ? streamer_memory(streamer, coded->address + coded->offset, size, NULL)
                   : NULL;

    if (to) {
        /* Behind a picture that is told to be larger than it is lies what is left of an old one. */
        memcpy(to, coded->out.data, coded->out.used);
        memcpy((uint8_t *)to + coded->out.used, coded->out.data, size - coded->out.used);
    } else if (coded->out.used) {
        LOG("    coded: no room for %zu bytes of stream at %llx\n", size,
            (unsigned long long)coded->address);
    }
}

void coded_begin(struct streamer *streamer, uint64_t address)
{
    struct coded *coded = &streamer->coded;

    coded_write(streamer);
    coded->out = nal_writer_take();
    coded->offset = 0;
    if (coded->address != address)
        coded->picture = 0;
    coded->address = address;
}

void coded_offset(struct coded *coded, uint32_t offset)
{
    if (!coded->offset && !coded->out.used)
        coded->offset = offset;
}

void coded_insert(struct coded *coded, const uint32_t *words, unsigned length, size_t patched,
                  uint32_t value)
{
    unsigned last = words[1] >> 8 & 0x3f, start = words[1] >> 16 & 3, skip = words[1] >> 4 & 15;
    const uint8_t *bytes = (const uint8_t *)(words + 2);
    size_t bits = (size_t)(length - 2) * 32 - (last ? 32 - last : 0);

    if (length < 3 || !coded->out.data)
        return;
    coded->last_insert = coded->out.used;
    for (size_t at = (size_t)start * 8; at < bits; at++) {
        coded->out.escape = words[1] >> 3 & 1 && at / 8 - start >= skip;
        if (patched && at == patched)
            nal_put_ue(&coded->out, value);
        else
            nal_put(&coded->out, bytes[at / 8] >> (7 - at % 8) & 1u, 1);
    }
}

bool coded_slice_begin(struct streamer *streamer, bool is_first)
{
    struct coded *coded = &streamer->coded;

    if (!coded->picture)
        coded->picture = engine_next_picture();
    if (engine_stops(coded->picture)) {
        streamer->is_stopped = true;
        return false;
    }
    if (lie_is_told(LIE_DROPPED_SLICE, coded->picture) && is_first) {
        coded->out.used = coded->last_insert;
        coded->out.pending = coded->out.pending_bits = 0;
        return false;
    }
    coded->out.escape = true;
    return true;
}

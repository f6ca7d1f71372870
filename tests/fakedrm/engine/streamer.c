/* SPDX-License-Identifier: MIT */
#include "engine/streamer.h"

#include "fakedrm.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESS_MASK UINT64_C(0xffffffffffff)
#define REGISTERS    0x200000u /* bytes */
#define GPR          0x600u    /* the general purpose registers, from the engine's base */
#define DEPTH_MAX    3
#define HUC_LOADED   0x40u

static uint32_t registers[REGISTERS / 4];

void *streamer_memory(const struct streamer *streamer, uint64_t address, size_t size,
                      size_t *ret_room)
{
    address &= ADDRESS_MASK;
    for (unsigned i = 0; i < streamer->object_count; i++) {
        const struct gpu_object *o = &streamer->objects[i];
        if (!o->map || address < o->address || address - o->address > o->size ||
            size > o->size - (address - o->address))
            continue;
        if (ret_room)
            *ret_room = (size_t)(o->size - (address - o->address));
        return o->map + (address - o->address);
    }
    return NULL;
}

uint64_t streamer_address(const struct streamer *streamer, const uint32_t *words)
{
    return streamer->gen >= 80 ? words[0] | (uint64_t)words[1] << 32 : words[0];
}

bool streamer_surface(const struct streamer *streamer, const uint32_t *state, uint64_t address,
                      struct surface *ret)
{
    bool is_tiled = state[3] >> 1 & 1;
    size_t room = 0;
    uint8_t *memory = address ? streamer_memory(streamer, address, 1, &room) : NULL;

    if (!memory || (state[3] & 3) == 2) {
        LOG("    cs: the surface at %llx is %s\n", (unsigned long long)address,
            memory ? "tiled as X" : "not mapped");
        return false;
    }
    *ret = (struct surface){.luma = memory,
                            .chroma = memory,
                            .luma_size = room,
                            .chroma_size = room,
                            .pitch = (state[3] >> 3 & 0x1ffff) + 1,
                            .tiling = is_tiled ? TILING_Y : TILING_NONE,
                            .chroma_row = state[4] & 0x7fff};
    ret->chroma_pitch = ret->pitch;
    return true;
}

static void store(struct streamer *streamer, uint64_t address, uint32_t value)
{
    uint32_t *to = streamer_memory(streamer, address, 4, NULL);

    if (to)
        *to = value;
    else
        LOG("    cs: store to unmapped %llx\n", (unsigned long long)address);
}

static uint32_t *load(struct streamer *streamer, uint64_t address)
{
    return streamer_memory(streamer, address & ~UINT64_C(3), 4, NULL);
}

static uint32_t *reg(uint32_t at)
{
    return &registers[at % REGISTERS / 4];
}

/* MFC and HCP bytecount of the frame, of each engine and generation. */
static bool is_bytecount(uint32_t at)
{
    static const uint32_t ENGINES[] = {0x12000, 0x1c000, 0x1c0000, 0x1c4000};
    static const uint32_t COUNTS[] = {0x8a0, 0x908, 0x28a0, 0x28a4, 0x28e0, 0x28e4};

    for (unsigned i = 0; i < sizeof(ENGINES) / sizeof(*ENGINES); i++) {
        for (unsigned k = 0; k < sizeof(COUNTS) / sizeof(*COUNTS); k++) {
            if (at == ENGINES[i] + COUNTS[k])
                return true;
        }
    }
    return at == 0x1e9a0 || at == 0x1e9a4 || at == 0x1e9e0 || at == 0x1e9e4;
}

static uint32_t register_read(const struct streamer *streamer, uint32_t at)
{
    at &= REGISTERS - 4;
    if (is_bytecount(at))
        return coded_bytes(&streamer->coded);
    if (at == 0xd3b0 || at == 0x14bb0 || at == 0x1c23b0 || at == 0x1c63b0)
        return HUC_LOADED;
    return *reg(at);
}

/* ---- MI_MATH: programs for the streamer's own arithmetic unit ---- */

struct alu {
    uint64_t a, b, result;
    bool is_zero, has_carry;
};

static uint64_t alu_result(const struct alu *alu, unsigned which)
{
    if (which == 0x31)
        return alu->result;
    if (which == 0x32)
        return alu->is_zero ? ~UINT64_C(0) : 0;
    return alu->has_carry ? ~UINT64_C(0) : 0;
}

static void alu_step(struct alu *alu, uint32_t instruction, uint32_t *gpr)
{
    unsigned op = instruction >> 20, to = instruction >> 10 & 0x3ff, from = instruction & 0x3ff;
    uint64_t value = gpr[(size_t)(from & 15) * 2] | (uint64_t)gpr[(from & 15) * 2 + 1] << 32;

    switch (op) {
    case 0x080:
    case 0x480:
    case 0x081:
    case 0x481: /* LOAD, LOADINV, LOAD0, LOAD1 */
        value = op == 0x480 ? ~value : op == 0x081 ? 0 : op == 0x481 ? ~UINT64_C(0) : value;
        *(to == 0x20 ? &alu->a : &alu->b) = value;
        return;
    case 0x100:
        alu->result = alu->a + alu->b;
        alu->has_carry = alu->result < alu->a;
        break;
    case 0x101:
        alu->result = alu->a - alu->b;
        alu->has_carry = alu->a < alu->b;
        break;
    case 0x102:
        alu->result = alu->a & alu->b;
        break;
    case 0x103:
        alu->result = alu->a | alu->b;
        break;
    case 0x104:
        alu->result = alu->a ^ alu->b;
        break;
    case 0x180:
    case 0x580: /* STORE, STOREINV */
        value = op == 0x580 ? ~alu_result(alu, from) : alu_result(alu, from);
        gpr[(size_t)(to & 15) * 2] = (uint32_t)value;
        gpr[(to & 15) * 2 + 1] = (uint32_t)(value >> 32);
        return;
    default:
        return;
    }
    alu->is_zero = !alu->result;
}

static void math(const struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct alu alu = {0};

    for (unsigned i = 1; i < length; i++)
        alu_step(&alu, words[i], reg(streamer->base + GPR));
}

/* ---- MI commands ---- */

static void atomic(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    uint32_t *at = load(streamer, streamer_address(streamer, words + 1));
    uint32_t value = words[0] >> 18 & 1 && length > 3 ? words[3] : *reg(streamer->base + GPR);

    if (!at)
        return;
    switch (words[0] >> 8 & 0xff) {
    case 1:
        *at &= value;
        break;
    case 2:
        *at |= value;
        break;
    case 3:
        *at ^= value;
        break;
    case 4:
        *at = value;
        break;
    case 5:
        ++*at;
        break;
    case 6:
        --*at;
        break;
    case 7:
        *at += value;
        break;
    default:
        LOG("    cs: atomic %x is not known\n", words[0]);
    }
}

static void store_data(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    bool is_wide = streamer->gen >= 80;
    uint64_t to = (is_wide ? streamer_address(streamer, words + 1) : words[2]) & ~UINT64_C(3);

    store(streamer, to, words[3]);
    if (length > 4)
        store(streamer, to + 4, words[4]);
}

static void mi_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    uint32_t relative = words[0] >> 19 & 1 && streamer->gen >= 110 ? streamer->base : 0;
    bool is_wide = streamer->gen >= 80;
    uint32_t *from;

    switch (words[0] >> 23 & 0x3f) {
    case 0x1a:
        math(streamer, words, length);
        break;
    case 0x20:
        store_data(streamer, words, length);
        break;
    case 0x22: /* LOAD_REGISTER_IMM */
        for (unsigned i = 1; i + 1 < length; i += 2)
            *reg(words[i] + relative) = words[i + 1];
        break;
    case 0x24: /* STORE_REGISTER_MEM */
        store(streamer, streamer_address(streamer, words + 2) & ~UINT64_C(3),
              register_read(streamer, words[1] + relative));
        break;
    case 0x26: /* FLUSH_DW with a write behind it */
        if ((words[0] >> 14 & 3) == 1 && length > (is_wide ? 3u : 2u))
            store(streamer, streamer_address(streamer, words + 1) & ~UINT64_C(7),
                  words[is_wide ? 3 : 2]);
        break;
    case 0x29: /* LOAD_REGISTER_MEM */
        from = load(streamer, streamer_address(streamer, words + 2));
        if (from)
            *reg(words[1] + relative) = *from;
        break;
    case 0x2a: /* LOAD_REGISTER_REG */
        *reg(words[2] + (words[0] >> 19 & 1 ? streamer->base : 0)) =
            register_read(streamer, words[1] + (words[0] >> 18 & 1 ? streamer->base : 0));
        break;
    case 0x2e: /* COPY_MEM_MEM */
        from = load(streamer, streamer_address(streamer, words + 3));
        if (from)
            store(streamer, streamer_address(streamer, words + 1), *from);
        break;
    case 0x2f:
        atomic(streamer, words, length);
        break;
    default:
        break; /* nothing that a picture depends on */
    }
}

/* PIPE_CONTROL with a write behind it, or a command of the video engine. */
static void gfx_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    if (words[0] >> 16 == 0x7a00) {
        if (length > 4 && (words[1] >> 14 & 3) == 1)
            store(streamer, streamer_address(streamer, words + 2) & ~UINT64_C(7),
                  words[streamer->gen >= 80 ? 4 : 3]);
        return;
    }
    /* The render ring has commands of the same numbers for its shaders. */
    if (streamer->is_render)
        media_command(streamer, words, length);
    else if (words[0] >> 24 == 0x75)
        huc_command(streamer, words, length);
    else if (hcp_takes(streamer, words[0]))
        hcp_command(streamer, words, length);
    else
        mfx_command(streamer, words, length);
}

static unsigned command_length(uint32_t header)
{
    unsigned op = header >> 23 & 0x3f, pipeline = header >> 27 & 3;

    switch (header >> 29) {
    case 0:
        return op < 0x10 ? 1 : (header & (op == 0x26 ? 0x3f : 0xff)) + 2;
    case 3:
        return pipeline == 1 ? 1 : (header & (pipeline == 2 ? 0xfff : 0xff)) + 2;
    default:
        return (header & 0xff) + 2;
    }
}

static void trace(uint64_t at, const uint32_t *words, unsigned length)
{
    LOG("      %llx:", (unsigned long long)at);
    for (unsigned i = 0; i < length; i++)
        LOG(" %08x", words[i]);
    LOG("\n");
}

static void run(struct streamer *streamer, uint64_t at, int depth)
{
    while (streamer->steps-- > 0 && !streamer->is_stopped) {
        const uint32_t *words = streamer_memory(streamer, at, 4, NULL);
        unsigned length = words ? command_length(words[0]) : 0;

        if (!words || !streamer_memory(streamer, at, (size_t)length * 4, NULL)) {
            LOG("    cs: batch left its buffers at %llx\n", (unsigned long long)at);
            return;
        }
        streamer->commands++;
        if (trace_cs && words[0])
            trace(at, words, length);
        if (words[0] >> 23 == 0x0a) /* BATCH_BUFFER_END */
            return;
        if (words[0] >> 23 == 0x31) { /* BATCH_BUFFER_START, as a call or for good */
            uint64_t to = streamer_address(streamer, words + 1) & ~UINT64_C(3);
            if (!(words[0] >> 22 & 1)) {
                at = to;
                continue;
            }
            if (depth < DEPTH_MAX)
                run(streamer, to, depth + 1);
        } else if (words[0] >> 29 == 0) {
            mi_command(streamer, words, length);
        } else if (words[0] >> 29 == 3) {
            gfx_command(streamer, words, length);
        }
        at = mfx_behind(streamer, words, at + (uint64_t)length * 4);
    }
}

void streamer_run(struct streamer *streamer, uint64_t batch)
{
    run(streamer, batch, 0);
    coded_write(streamer);
    hcp_decode_finish(streamer);
}

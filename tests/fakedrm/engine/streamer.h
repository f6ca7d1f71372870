/* SPDX-License-Identifier: MIT */
/* Intel's command streamer: it walks a batch and does what the commands say. */
#ifndef FAKEDRM_STREAMER_H
#define FAKEDRM_STREAMER_H

#include "engine/coded.h"
#include "engine/hcp.h"
#include "engine/huc.h"
#include "engine/media.h"
#include "engine/mfx.h"
#include "engine/surface.h"

struct gpu_object {
    uint64_t address, size;
    uint8_t *map; /* NULL: not to be had */
};

struct streamer {
    const struct gpu_object *objects;
    unsigned object_count;
    unsigned gen;   /* as struct chip has it */
    uint32_t base;  /* of the video engine's registers */
    bool is_render; /* the ring of the shaders, which run nothing here */
    int steps;      /* commands that may still be executed */
    unsigned commands;
    bool is_stopped; /* the engine hangs, or was reset */
    struct coded coded;
    struct mfx mfx;
    struct hcp hcp;
    struct huc huc;
    struct media media;
};

/* `batch` is the GPU's address. Returns once it has ended or the engine has stopped. */
void streamer_run(struct streamer *streamer, uint64_t batch);

/* NULL unless `size` bytes are mapped there; *ret_room (NULL if unwanted): how many are. */
void *streamer_memory(const struct streamer *streamer, uint64_t address, size_t size,
                      size_t *ret_room);

/* An address in the words of a command: 32 bits before Gen8, 48 later. */
uint64_t streamer_address(const struct streamer *streamer, const uint32_t *words);

/*
 * A picture at this address, as a surface of MFX or VDENC describes it (the command, its header
 * first). False, and logged: it is not mapped, or tiled in a way that no engine takes.
 */
bool streamer_surface(const struct streamer *streamer, const uint32_t *state, uint64_t address,
                      struct surface *ret);

#endif

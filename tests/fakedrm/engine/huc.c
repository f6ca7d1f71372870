/* SPDX-License-Identifier: MIT */
#include "engine/huc.h"

#include "engine/streamer.h"
#include "fakedrm.h"

#include <string.h>

/*
 * The programs that choose a quantiser: they read the commands that the driver prepared from one
 * region and write them, with the quantiser in, to the batch that the engine runs next.
 */
static const struct {
    uint32_t program;
    unsigned from, to;
} UPDATES[] = {{5, 3, 6}, /* H.264 */ {9, 3, 5} /* HEVC */};

static void hand_over(struct streamer *streamer, unsigned from, unsigned to)
{
    const struct huc *huc = &streamer->huc;
    size_t room_from = 0, room_to = 0;
    const void *source = streamer_memory(streamer, huc->regions[from], 4, &room_from);
    void *target = streamer_memory(streamer, huc->regions[to], 4, &room_to);

    if (source && target)
        memmove(target, source, room_from < room_to ? room_from : room_to);
    else
        LOG("    huc: region %u or %u is not mapped\n", from, to);
}

static void start(struct streamer *streamer)
{
    for (unsigned i = 0; i < sizeof(UPDATES) / sizeof(*UPDATES); i++) {
        if (UPDATES[i].program == streamer->huc.program)
            hand_over(streamer, UPDATES[i].from, UPDATES[i].to);
    }
    LOG("    huc: program %u\n", streamer->huc.program);
}

void huc_command(struct streamer *streamer, const uint32_t *words, unsigned length)
{
    struct huc *huc = &streamer->huc;

    switch (words[0] >> 16) {
    case 0x7581:
        huc->program = length > 4 ? words[4] & 0xff : 0;
        break;
    case 0x7584:
        for (unsigned i = 0; i < HUC_REGIONS && 3 + 3 * i < length; i++)
            huc->regions[i] = streamer_address(streamer, words + 1 + (size_t)3 * i);
        break;
    case 0x75a1:
        start(streamer);
        break;
    default:
        break;
    }
}

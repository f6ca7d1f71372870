/* SPDX-License-Identifier: MIT */
#include "engine/state.h"

#include "engine/lies.h"

static unsigned pictures;
static bool hangs;

unsigned engine_next_picture(void)
{
    return ++pictures;
}

unsigned engine_pictures(void)
{
    return pictures;
}

bool engine_stops(unsigned picture)
{
    hangs |= lie_is_told(LIE_HANG, picture);
    return hangs || lie_is_told(LIE_RESET, picture);
}

bool engine_hangs(void)
{
    return hangs;
}

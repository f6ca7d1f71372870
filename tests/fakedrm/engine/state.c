#include "engine/state.h"

#include "engine/lies.h"

static unsigned pictures;
static enum engine_health health;

unsigned engine_next_picture(void)
{
    return ++pictures;
}

bool engine_stops(unsigned picture)
{
    if (lie_is_told(LIE_HANG, picture))
        health = ENGINE_HANGS;
    else if (lie_is_told(LIE_RESET, picture))
        health = ENGINE_WAS_RESET;
    return health != ENGINE_RUNS;
}

enum engine_health engine_health(void)
{
    return health;
}

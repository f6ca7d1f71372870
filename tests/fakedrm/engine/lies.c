/* SPDX-License-Identifier: MIT */
#include "engine/lies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[] = {
#define LIE_NAME(id, name) name,
    LIES(LIE_NAME)
#undef LIE_NAME
};

/* What is asked for: 0 nothing, else the first picture; and whether later ones too. */
static struct {
    unsigned at;
    bool and_later;
} told[LIE_COUNT];

static void take(const char *word)
{
    size_t length = strcspn(word, "@");
    char plus = 0;

    for (int i = 0; i < LIE_COUNT; i++) {
        if (strlen(NAMES[i]) != length || strncmp(word, NAMES[i], length) != 0)
            continue;
        told[i].at = 1;
        told[i].and_later = sscanf(word + length, "@%u%c", &told[i].at, &plus) < 1 || plus == '+';
        return;
    }
    (void)fprintf(stderr, "fakedrm: unknown lie %s\n", word);
    abort();
}

static void read_environment(void)
{
    static bool is_read;
    const char *asked = getenv("FAKEDRM_LIE");
    char *copy, *word, *rest;

    if (is_read)
        return;
    is_read = true;
    copy = asked ? strdup(asked) : NULL;
    for (word = copy ? strtok_r(copy, ",", &rest) : NULL; word; word = strtok_r(NULL, ",", &rest))
        take(word);
    free(copy);
}

bool lie_is_told(enum lie lie, unsigned picture)
{
    read_environment();
    return told[lie].at &&
           (picture == told[lie].at || (told[lie].and_later && picture > told[lie].at));
}

uint32_t lie_count(unsigned picture, uint32_t bytes)
{
    if (lie_is_told(LIE_COUNT_ZERO, picture))
        return 0;
    if (lie_is_told(LIE_COUNT_SMALL, picture))
        return bytes / 2;
    return lie_is_told(LIE_COUNT_LARGE, picture) ? bytes + bytes / 8 : bytes;
}

/* The macroblocks of the picture before, kept while stale pictures may be asked for. */
static void stale(const struct seen *seen, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK])
{
    static uint8_t *kept[2];
    static size_t size;
    size_t at = ((size_t)y * seen->width + x) * MACROBLOCK;
    size_t wanted = (size_t)seen->width * seen->height * MACROBLOCK;
    uint8_t *old, *new;

    if (!told[LIE_STALE].at)
        return;
    if (size != wanted) {
        for (int i = 0; i < 2; i++) {
            free(kept[i]);
            kept[i] = calloc(1, wanted);
        }
        size = wanted;
    }
    old = kept[seen->picture & 1];
    new = kept[~seen->picture & 1];
    if (!old || !new)
        return;
    memcpy(new + at, pcm, MACROBLOCK);
    if (lie_is_told(LIE_STALE, seen->picture))
        memcpy(pcm, old + at, MACROBLOCK);
}

static void swap_colours(uint8_t pcm[MACROBLOCK])
{
    uint8_t u[64];

    memcpy(u, pcm + 256, 64);
    memcpy(pcm + 256, pcm + 320, 64);
    memcpy(pcm + 320, u, 64);
}

void seen_macroblock(void *seen_context, uint32_t x, uint32_t y, uint8_t pcm[MACROBLOCK])
{
    const struct seen *seen = seen_context;
    uint32_t from = x;

    if (lie_is_told(LIE_SHIFTED, seen->picture))
        from = x ? x - 1 : 0;
    /* A tile is 128x32: the one of the second column is that of the first. */
    if (lie_is_told(LIE_MOVED_TILE, seen->picture) && x / 8 == 1 && y / 2 == seen->height / 8)
        from = x - 8;
    surface_read(&seen->from, from, y, pcm);
    stale(seen, x, y, pcm);
    if (lie_is_told(LIE_SWAPPED_COLOURS, seen->picture))
        swap_colours(pcm);
    if (lie_is_told(LIE_WRONG_MACROBLOCK, seen->picture) && x == seen->width / 2 &&
        y == seen->height / 6)
        memset(pcm, 255, MACROBLOCK);
}

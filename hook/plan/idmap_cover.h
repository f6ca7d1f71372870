/* A map that leaves an id of the guest out: what is wrong with it, and the map that has it. */
#ifndef HOOK_IDMAP_COVER_H
#define HOOK_IDMAP_COVER_H

#include "base/err.h"
#include "base/idmap.h"

/*
 * The failure "guest WHAT ID is outside the container's id map", with the lines that bring it in:
 * the extent before it goes on, to the next extent or to the usual 65536 ids. `kind` is 'u' or 'g'.
 * Pure. Always fails, as -EINVAL.
 */
int idmap_outside(const struct idmap *map, char kind, uint32_t inside, struct err *err);

#endif

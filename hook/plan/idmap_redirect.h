/*
 * The idmap calculator: one gid of the guest is made to stand for another gid of the host, and
 * nothing else changes. This is the arithmetic that people do by hand when they split 0 100000
 * 65536 in three. Pure.
 */
#ifndef HOOK_IDMAP_REDIRECT_H
#define HOOK_IDMAP_REDIRECT_H

#include "base/idmap.h"

struct idmap_change {
    struct idmap map; /* ordered by `inside`, as few extents as can be */
    bool is_same;     /* it maps that way already */
    /*
     * Another guest gid stood for the host gid before. A host gid can be mapped once only, so that
     * one takes over the host gid that was given up.
     */
    bool has_moved;
    uint32_t moved_inside;
    uint32_t moved_outside;
};

/* -ENOENT when `inside` is in no extent, -E2BIG when the result has too many. */
int idmap_redirect(const struct idmap *map, uint32_t inside, uint32_t outside,
                   struct idmap_change *ret);

#endif

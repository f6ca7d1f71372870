/* A map that leaves out what is needed: what is wrong with it, and the map that has it. Pure. */
#ifndef HOOK_UNMAPPED_H
#define HOOK_UNMAPPED_H

#include "plan/idmap_redirect.h"
#include "plan/plan.h"

/* The extents next to an id that is in none; -1: there is none on that side. */
struct idmap_gap {
    ssize_t before, after;
};

struct idmap_gap idmap_gap_find(const struct idmap *map, uint32_t inside);

/*
 * The map with the extent before `inside` made longer: to the next extent or to the usual 65536
 * ids. False where that is not sound.
 */
bool idmap_cover(const struct idmap *map, uint32_t inside, struct idmap_gap gap, struct idmap *ret);

/* idmap_untangle and idmap_redirect, and the faults of them. */
int plan_untangle(const struct idmap *map, struct idmap *ret, struct fault *fault);
int plan_redirect(const struct idmap *gids, uint32_t inside, uint32_t outside,
                  struct idmap_change *ret, struct fault *fault);

/*
 * 0, or STATUS_OWNERSHIP where one of the two is a root group. Of the guest it has to stay what it
 * is, since half of the guest's files belong to it; of the host it is no container's.
 */
int plan_gid_pair(const struct gpu_node *node, const struct plan_owner *owner, struct fault *fault);

/* The failure "the id map does not make this node usable", or why none could. */
int plan_unmapped(const struct gpu_node *node, const struct plan_owner *owner,
                  const struct guest *guest, struct fault *fault);

#endif

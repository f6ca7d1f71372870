/* SPDX-License-Identifier: MIT */
/*
 * The mount itself: /dev/dri of the guest becomes the prepared tmpfs. Runs as the container's root
 * in its namespaces; every place is a file descriptor below the guest's root, so no path the guest
 * can swap is looked up twice.
 */
#ifndef HOOK_ATTACH_H
#define HOOK_ATTACH_H

#include "facts/fault.h"
#include "facts/guest.h"
#include "facts/lsm.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the tree went, and what undoes it. */
struct attachment {
    int dev; /* the guest's /dev */
    int dri;
    int tree;     /* the caller's */
    int old;      /* the tree of an earlier run, taken off; -1: there was none */
    bool is_made; /* /dev/dri was not there */
};

/*
 * Makes /dev/dri when it is missing, and moves `tree` onto it; of the nodes that /dev/dri already
 * held those are bound into it whose bit in `keep` is set. All or nothing: on error what was
 * attached is detached again, and *ret holds nothing. `lsm` is what confines this process.
 */
int attach_tree(const struct guest *guest, uint32_t keep, int tree, const struct lsm *lsm,
                struct attachment *ret, struct fault *fault);

/* As it was before attach_tree, as far as that can be had; closes it too. */
void attach_undo(struct attachment *attachment);

/*
 * Takes off what an earlier run has mounted on /dev/dri, and with it a directory that is then
 * empty, as attach_tree makes one.
 */
int attach_take_off(const struct guest *guest, struct fault *fault);

/* Takes `tree` off where it is mounted in this mount namespace. 0, also when it is not; or -errno.
 */
int attach_detach(int tree);

/* It stays. */
void attach_close(struct attachment *attachment);

#endif

/*
 * The mount itself: /dev/dri of the guest becomes the prepared tmpfs. Runs as the container's root
 * in its namespaces; every place is a file descriptor below the guest's root, so no path the guest
 * can swap is looked up twice.
 */
#ifndef HOOK_ATTACH_H
#define HOOK_ATTACH_H

#include "base/err.h"
#include "guest.h"
#include "plan.h"

/*
 * Makes /dev/dri when it is missing, and moves `tree` onto it; nodes that /dev/dri already held are
 * bound into it. All or nothing: on error what was attached is detached again.
 * `label` names the AppArmor profile that could not be left, "" for none.
 */
int attach_tree(const struct guest *guest, const struct plan *plan, int tree, const char *label,
                struct err *err);

#endif

/* Whether a mount in the container would show on the host. */
#ifndef HOOK_PROPAGATION_H
#define HOOK_PROPAGATION_H

#include "facts/guest.h"

#include <stdbool.h>

/*
 * STATUS_UNSAFE_PATH when the mount that holds the container's /dev/dri passes new mounts on to
 * this host. LXC's containers never do: LXC makes all their mounts slaves, and the kernel does
 * where a user namespace begins, so this
 * is asked of a container without one. A process in a bare mount namespace (attach --pid) may.
 * `theirs` and `ours` are the texts of mountinfo of the container and of this host.
 */
int propagation_check(const struct guest *guest, bool has_dri, const char *theirs, const char *ours,
                      struct fault *fault);

#endif

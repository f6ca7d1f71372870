/* Whether a mount in the container would show on the host. */
#ifndef HOOK_PROPAGATION_H
#define HOOK_PROPAGATION_H

#include "base/err.h"
#include "facts/guest.h"

/*
 * STATUS_UNSAFE_PATH when the mount that holds the container's /dev/dri passes new mounts on to
 * this host. LXC's containers never do: LXC makes all their mounts slaves, and the kernel does
 * where a user namespace begins. A process in a bare mount namespace (attach --pid) may.
 */
int propagation_check(const struct guest *guest, struct err *err);

#endif

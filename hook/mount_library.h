/*
 * libmount, loaded by the first call that needs it: it brings four more libraries, and most starts
 * bind nothing. Loading them all cost as much as the rest of the start.
 */
#ifndef HOOK_MOUNT_LIBRARY_H
#define HOOK_MOUNT_LIBRARY_H

#include "base/err.h"

/*
 * Binds the file `source` of the host on the open file `target`, in the calling process's mount
 * namespace. STATUS_INTERNAL when libmount cannot be loaded, STATUS_UNSAFE_PATH when the kernel
 * refuses.
 */
int mount_library_bind(const char *source, int target, struct err *err);

#endif

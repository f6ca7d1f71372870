/*
 * Into the container. Called in the worker only: the process cannot come back. The process id
 * namespace is not entered, so nothing in the container can see, signal or trace the worker.
 */
#ifndef HOOK_ENTER_H
#define HOOK_ENTER_H

#include "base/err.h"
#include "facts/guest.h"

/*
 * The container's user and mount namespace, as its root. Afterwards this process holds nothing that
 * leads back to the host: of `guest`, only its root is still open.
 */
int enter_namespaces(const struct guest *guest, struct err *err);

#endif

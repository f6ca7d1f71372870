/*
 * Into the container. Called in the worker only: the process cannot come back. The process id
 * namespace is not entered, so nothing in the container can see, signal or trace the worker.
 */
#ifndef HOOK_ENTER_H
#define HOOK_ENTER_H

#include "base/err.h"
#include "guest.h"

#define LSM_LABEL_MAX 128

/*
 * Leaves an AppArmor profile that confines this process, if there is one: lxc-start's own denies
 * attaching a detached mount from Linux 6.7 on. `label` gets what confines us, "" for nothing.
 */
void enter_leave_apparmor(char label[LSM_LABEL_MAX]);

/*
 * The container's user and mount namespace, as its root. Afterwards this process holds nothing that
 * leads back to the host: of `guest`, only its root is still open.
 */
int enter_namespaces(const struct guest *guest, struct err *err);

#endif

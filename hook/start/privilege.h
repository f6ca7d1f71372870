/*
 * Which capabilities each phase of a start keeps, and why. A phase is entered in one place; there
 * is no way back. What is executed is lxc-gpu-bind, in PHASE_BIND and with no more than that.
 *
 * The numbers are capabilities(7) of whichever user namespace the process is in: the host's until
 * the worker has entered the container.
 */
#ifndef HOOK_PRIVILEGE_H
#define HOOK_PRIVILEGE_H

#include "base/err.h"

#include <stdbool.h>

enum phase {
    PHASE_PREPARE, /* look into the container, make the nodes */
    PHASE_WAIT,    /* parent: wait for the worker, end it when it is late */
    PHASE_ENTER,   /* worker: into the container's cgroup and namespaces */
    PHASE_ATTACH,  /* worker, as the container's root: mount */
    PHASE_BIND,    /* mount hook, as the container's root: bind the host's nodes */
    PHASE_PROVE,   /* worker, as an ordinary user of the guest: open the nodes */
};

/*
 * Once, first of all: no core file and no tracing by others, file descriptors above 2 closed (LXC's
 * own leak into hooks), 0 to 2 open, signals as they should be. Started with more rights than its
 * real user has (setuid, capabilities of the file), it forgets that user's environment.
 */
void privilege_start(void);

/* Whether this process is in the host's own user namespace, where privilege is the real one. */
bool privilege_is_hosts(void);

/* Whether it is root there: in a user namespace not even root may make a device node. */
bool privilege_is_roots(void);

/* STATUS_PRIVILEGE that names the missing capabilities when `phase` cannot be entered. */
int privilege_enter(enum phase phase, struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Which capabilities each phase of a start keeps, and why. A phase is entered in one place; there
 * is no way back. What is executed is lxc-gpu-bind, in PHASE_BIND and with no more than that.
 *
 * The numbers are capabilities(7) of whichever user namespace the process is in: the host's until
 * the insider has entered the container, and for the others always.
 */
#ifndef HOOK_PRIVILEGE_H
#define HOOK_PRIVILEGE_H

#include "facts/fault.h"

#include <stdbool.h>

enum phase {
    PHASE_PREPARE, /* the hook: look at the container, make the processes and the nodes */
    PHASE_SEND,    /* the hook: make the witness */
    PHASE_WAIT,    /* the hook: wait for the others, end who is late */
    PHASE_UNDO,    /* the undoer, in the container's mount namespace */
    PHASE_ENTER,   /* the insider: into the container's namespaces */
    PHASE_ATTACH,  /* the insider, as the container's root: read, mount */
    PHASE_PROVE,   /* the witness, as an ordinary user of the container: open the nodes */
    PHASE_BIND,    /* mount hook, as the container's root: bind the host's nodes */
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
int privilege_enter(enum phase phase, struct fault *fault);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lxc-gpu-inside UID GID GROUPS NAME HOME WORD...: the first that runs in the container, started by
 * lxc-attach(1) for lxc-gpu-hook. It becomes the user, leaves behind what a program of the host may
 * have left open, and becomes the program that VISIT_PROGRAM_FD is open on.
 *
 * It is confined as lxc-attach confines, has nothing of the host but the descriptors below, and
 * what it says is believed no more than what the container says.
 */
#ifndef HOOK_VISIT_INSIDE_H
#define HOOK_VISIT_INSIDE_H

#define VISIT_TOLD_FD    3 /* where it says how far it has come; closed when it is the program */
#define VISIT_FIRST_FD   4 /* itself */
#define VISIT_PROGRAM_FD 5

#define VISIT_STAY "-" /* in UID's place: as lxc-attach has made it */

/* How far: each a byte. */
enum visit_step {
    VISIT_NOTHING = 0, /* it was never begun */
    VISIT_BEGUN = 'b',
    VISIT_IDS = 'i',   /* the groups are set; then the ids */
    VISIT_READY = 'r', /* then it becomes the program */
};

/* Behind the last step, when it failed: this byte, and a byte that is the errno. */
#define VISIT_FAILED 'f'

#endif

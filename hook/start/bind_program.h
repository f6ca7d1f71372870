/* SPDX-License-Identifier: MIT */
/*
 * Binding with libmount, in a program of its own: lxc-gpu-bind, which this one starts when there is
 * something to bind. So only such a start pays for libmount and the four libraries below it; and
 * lxc-gpu-hook can be static, which libmount (built without an archive in Debian) cannot be.
 *
 * By libmount and not by mount(2), so that which of the kernel's mount calls, old and new, does the
 * work on this kernel and under its filters is left to util-linux.
 */
#ifndef HOOK_BIND_PROGRAM_H
#define HOOK_BIND_PROGRAM_H

#include "facts/fault.h"

/* The descriptor on which lxc-gpu-bind finds the file that it binds on. */
#define BIND_TARGET_FD 3

/*
 * How lxc-gpu-bind ends: 0, or the errno of what the kernel refused, which is below these. The
 * dynamic loader ends it with 127 when a library is missing.
 */
enum bind_status {
    BIND_DONE = 0,
    BIND_USAGE = 125,
    BIND_NO_MEMORY = 126,
    BIND_NO_LIBRARY = 127,
};

/*
 * Binds the file `source` of the host on the open file `target`, in the calling process's mount
 * namespace and with its capabilities. STATUS_INTERNAL when the program or libmount is missing,
 * STATUS_UNSAFE_PATH when the kernel refuses, and for nothing else. The program is looked for where
 * it is installed.
 */
int bind_program_run(const char *source, int target, struct fault *fault);

#endif

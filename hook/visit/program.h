/* SPDX-License-Identifier: MIT */
/*
 * A program of the host, copied to memory that nobody can change any more. Whoever runs a program
 * in a container shows it to the container's root as /proc/PID/exe, who can open that again, for
 * writing too (CVE-2019-5736): so it is never the host's file.
 */
#ifndef HOOK_VISIT_PROGRAM_H
#define HOOK_VISIT_PROGRAM_H

#include "base/err.h"

/*
 * *ret: open for reading, executable for everybody, without a name in any file system. -ENOENT,
 * with no err, when there is no such program. It has to be as safe as the one that runs already: of
 * the same owner, and open to nobody else; STATUS_PRIVILEGE otherwise. STATUS_KERNEL when there is
 * no such memory.
 */
int program_seal(const char *path, int *ret, struct err *err);

#endif

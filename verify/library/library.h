/* SPDX-License-Identifier: MIT */
/*
 * libva, loaded while the program runs and not with it: where it is missing, or another program's
 * own is to be judged, that is a finding, not a loader's error.
 *
 * Every function of libva that this program calls is a row of LIBRARY_CALLS in library.c, and is
 * called by its own name as ever; one without a row does not link.
 */
#ifndef VERIFY_LIBRARY_H
#define VERIFY_LIBRARY_H

#include "facts/facts.h"

#include "base/err.h"

/* Loads both libraries, once. False when that failed; *ret says why, or which files it is. */
bool library_open(struct library_facts *ret);

/*
 * Notes down that the libva in `directory` is asked for; NULL: none. LIBVA_DRIVERS_PATH, where it
 * is library_restart's own, is no choice of the user's.
 */
void library_ask(const char *directory, struct sys_facts *sys);

/*
 * Starts this program anew, with the libraries in `directory` before the system's and the drivers
 * in its dri: the loader heeds a library path at an exec only. By a descriptor, for the program may
 * have no name here. Returns 0 where that has been done; else -errno, with the status in err.
 */
int library_restart(const char *directory, char **argv, struct err *err);

/* The programs that bring a libva of their own, as far as they are installed here. */
void library_find_bundles(struct library_facts *ret);

#endif

/* SPDX-License-Identifier: MIT */
/* The commands that work on what running containers have: each returns 0 or the failure to report.
 */
#ifndef HOOK_HEAL_H
#define HOOK_HEAL_H

#include "base/err.h"
#include "facts/options.h"

/* attach: with --all each container that has a right to nodes, else the one that is named. */
int heal_attach(const struct options *options, struct err *err);

int heal_detach(const struct options *options, struct err *err);

/* status: with --metrics also who has a right to nodes. */
int heal_status(const struct options *options, struct err *err);

#endif

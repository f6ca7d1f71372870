/* SPDX-License-Identifier: MIT */
/* Collects the facts about one node, in a supervised child. */
#ifndef VERIFY_PROBE_H
#define VERIFY_PROBE_H

#include "cli/options.h"

/*
 * Fills all of *ret about the node at `device`; the stream goes to output_fd (-1: nowhere). 0 also
 * when the node is unusable or the child was killed: that is in the facts. Otherwise -errno with
 * STATUS_INTERNAL in err.
 */
int probe_run(const struct options *options, const char *device, int output_fd, struct facts *ret,
              struct err *err);

/* What the kernel says of a GPU that has failed, in a child of its own. */
void probe_evidence(const char *device, struct facts *facts);

#endif

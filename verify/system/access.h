/* SPDX-License-Identifier: MIT */
/* Facts about who we are, what is mapped here, and whether the node can be opened. */
#ifndef VERIFY_ACCESS_H
#define VERIFY_ACCESS_H

#include "facts/facts.h"

/*
 * Fills *ret for `node`. When the node is a render node it is opened, and *ret_fd is the caller's
 * to close; -1 otherwise.
 */
void access_collect(const struct node_facts *node, struct access_facts *ret, int *ret_fd);

#endif

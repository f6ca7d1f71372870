/* SPDX-License-Identifier: MIT */
/* Facts about the render node as a file. Never opens it. */
#ifndef VERIFY_NODE_H
#define VERIFY_NODE_H

#include "facts/facts.h"

void node_collect(const char *path, struct node_facts *ret);

/* The render nodes in /dev/dri in the order of their numbers; returns how many (at most `max`). */
size_t node_list(struct node_other *ret, size_t max);

#endif

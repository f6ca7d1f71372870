/* SPDX-License-Identifier: MIT */
/* Facts about the kernel's side of the node. */
#ifndef VERIFY_KERNEL_H
#define VERIFY_KERNEL_H

#include "facts/facts.h"

void kernel_collect(int fd, const struct node_facts *node, struct kernel_facts *ret);

#endif

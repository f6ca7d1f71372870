/* Facts about the kernel's side of the node. */
#ifndef VERIFY_KERNEL_H
#define VERIFY_KERNEL_H

#include "judge/facts.h"

void kernel_collect(int fd, const struct node_facts *node, struct kernel_facts *ret);

/* The GPU has HuC firmware, and it does not run. */
bool kernel_is_huc_down(const struct kernel_facts *kernel);

/* i915 loads HuC firmware on this GPU without being told to. */
bool kernel_loads_huc_itself(const struct kernel_facts *kernel);

#endif

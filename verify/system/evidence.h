/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says of the GPU and of memory once something has failed: whether it is wedged,
 * has video engines, may be mapped. For a supervised child: a kernel driver may not answer.
 */
#ifndef VERIFY_EVIDENCE_H
#define VERIFY_EVIDENCE_H

#include "facts/facts.h"

/* `driver` is the kernel driver's name. */
void evidence_collect(const char *device, const char *driver, struct evidence_facts *ret);

/* How often this process' cgroup has failed to get memory; false when nothing counts that. */
bool memory_failures_read(uint64_t *ret);

/* From the text of memory.events (cgroup v2): the sum of oom and oom_kill. */
uint64_t memory_failures_parse(const char *text);

#endif

/*
 * The one process that touches what is the container's: a child that reads its files, attaches the
 * tree and gives the proof. Any of that may wait for the container for ever (a FUSE that does not
 * answer, a frozen cgroup), so the parent never does it; it waits, with a deadline.
 */
#ifndef HOOK_WORKER_H
#define HOOK_WORKER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct worker_job {
    int (*steps)(void *memory, struct err *err); /* 0 or -errno; runs in the child */
    void *memory;                                /* from worker_memory: what both sides see */
    bool keeps_privilege; /* the parent does; else it is in PHASE_WAIT from then on */
};

/* Zeroed memory that a worker shares with its parent, at the same address. NULL when there is none.
 */
void *worker_memory(size_t size);
void worker_memory_free(void *memory, size_t size);

/*
 * The result of `steps`, or a failure of its own: STATUS_UNSAFE_PATH when it did not end in time.
 * When this returns the child is gone, but for one that waits inside the kernel for the container:
 * that one is killed, holds none of our output, and goes when the kernel lets it.
 */
int worker_run(const struct worker_job *job, struct err *err);

#endif

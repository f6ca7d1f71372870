/*
 * A child that is like a thread: made by clone(CLONE_VM), so what it finds out needs no pipe, and a
 * start saves a second address space (tests/bench/README.md). It shares errno and the heap with its
 * parent, so between clone and collect the parent may only poll, waitpid and kill.
 *
 * It is the one process that touches what is the container's, with the one that it makes for the
 * proof (member.h): a child that reads its files and attaches the tree. Any of that may wait for
 * the container for ever (a FUSE that does not answer, a frozen cgroup), so the parent never does
 * it; it waits, with a deadline.
 *
 * It is a process, not a thread, for its credentials, namespaces and descriptors, and to be killed.
 * What protects the parent's memory protects the worker's: neither is dumpable, so nobody in the
 * container may trace it (ptrace(2), "Ptrace access mode checking").
 */
#ifndef HOOK_WORKER_H
#define HOOK_WORKER_H

#include "base/err.h"

#include <stdbool.h>

struct worker_job {
    int (*steps)(void *memory, struct err *err); /* 0 or -errno; runs in the child */
    void *memory;
    bool keeps_privilege; /* the parent does; else it is in PHASE_WAIT from then on */
};

/*
 * The result of `steps`, or a failure of its own: STATUS_UNSAFE_PATH when it did not end in time.
 * When this returns the child is gone, but for one that waits inside the kernel for the container:
 * that one is killed, holds none of our output, runs no more of our code, and goes when the kernel
 * lets it.
 */
int worker_run(const struct worker_job *job, struct err *err);

#endif

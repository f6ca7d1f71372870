/*
 * A process that is a member of the container's cgroup, so that its device rules hold for what the
 * proof opens; with memory of its own, for it becomes an ordinary user of the container.
 *
 * Where it can (cgroup v2, Linux 5.7) it is born there, by clone3(2). To move a whole process that
 * lives makes the kernel wait for a grace period of RCU (cgroup_threadgroup_rwsem): many times what
 * all the rest of a start takes, and starts at once wait one after the other. On cgroup v1 it moves
 * its one thread, which waits for nothing.
 */
#ifndef HOOK_MEMBER_H
#define HOOK_MEMBER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What became of the member; in memory from member_memory. */
struct member_outcome {
    bool is_member; /* false: the cgroup could not be joined, the steps were taken all the same */
    bool is_finished;
    int result;
    struct err err;
};

struct member_job {
    int cgroup; /* the cgroup's folder; -1: not known */
    bool is_v1;
    int seconds;                                 /* that it may take; 0: as long as it takes */
    int (*steps)(void *memory, struct err *err); /* 0 or -errno */
    void *memory;                                /* what they write to, from member_memory too */
    struct member_outcome *outcome;
};

/*
 * Zeroed memory that a process shares with those that it makes. NULL when there is none. For the
 * few pages of a proof; it is given back when the process ends.
 */
void *member_memory(size_t size);

/*
 * Takes the steps in a child that is a member. Called with the host's privilege, which takes part
 * in the decision. The result of `steps`; STATUS_UNSAFE_PATH when it did not end in time: then it
 * is left to who may kill it, as worker_run does with all that its worker has made.
 */
int member_run(const struct member_job *job, struct err *err);

#endif

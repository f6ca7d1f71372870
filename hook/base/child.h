/* SPDX-License-Identifier: MIT */
/*
 * The one way to make a process here: forked, with memory of its own, and a socket between it and
 * its parent that carries a byte for each step, and a descriptor where one is handed over. The
 * parent waits with a deadline, because a child that works on a container's files may never answer.
 *
 * What a child finds out it writes to memory from child_memory, which both share. A child may be
 * under the container's influence: its parent copies what is there once, checks it, and follows no
 * pointer in it.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How a child stands; in memory from child_memory, zeroed. */
struct child_outcome {
    bool has_begun; /* false though it has ended: the kernel killed it at its birth */
    bool is_finished;
    int result;
};

struct child {
    pid_t pid; /* 0: there is none */
    int link;  /* the parent's end of the socket; the child's is closed when the child ends */
};

#define CHILD_NONE ((struct child){.pid = 0, .link = -1})

struct child_job {
    int (*steps)(void *memory, int link); /* 0 or -errno; in the child */
    void *memory;                         /* the child has a copy of its own */
    struct child_outcome *outcome;
    int cgroup; /* O_PATH folder of a cgroup v2 that it is born in, by clone3(2); -1: the parent's
                 */
};

/* Zeroed memory that a process shares with those that it makes; NULL when there is none. */
void *child_memory(size_t size);

void child_memory_end(void *memory, size_t size);

/* A point in time, `seconds` from now, in milliseconds of CLOCK_MONOTONIC. */
int64_t child_deadline(int seconds);

/*
 * Starts `job`. 0, or -errno with nothing left: -EINVAL, -ENOSYS and others where the kernel makes
 * no process in a cgroup. The child is killed when its parent ends, and ends after its steps.
 */
int child_start(const struct child_job *job, struct child *ret);

/* Parent: waits for the child's next byte. 0; -EPIPE when it is gone; -ETIMEDOUT. */
int child_hear(const struct child *child, int64_t deadline);

/* Parent: sends `size` bytes, and a copy of the descriptor `fd` unless that is -1. 0 or -errno. */
int child_tell(const struct child *child, const void *data, size_t size, int fd);

/* Child: a byte for child_hear. */
void child_say(int link);

/*
 * Child: waits for what child_tell sends. *ret_fd is -1 when no descriptor came with it. 0, or
 * -EPIPE when the parent sends nothing more, or something of another size.
 */
int child_listen(int link, void *data, size_t size, int *ret_fd);

/*
 * Parent: waits for the child's end, and kills one that is late. 0 when it is gone; -ETIMEDOUT when
 * it was late, and *ret_stays says that it hangs inside the kernel, where it cannot be killed.
 * Closes `child` either way.
 */
int child_end(struct child *child, int64_t deadline, bool *ret_stays);

/* Parent: kills it now. True when it is gone, false when it hangs inside the kernel. */
bool child_kill(struct child *child);

/* Closes every descriptor above 2 but these, which are in any order; -1 is passed over. */
void child_keep_only(const int *fds, size_t count);

/*
 * Puts `fd` in the place of standard input, output and error: LXC waits for the end of a hook's
 * output, so a child that hangs must not hold it open.
 */
void child_leave_output(int fd);

#endif

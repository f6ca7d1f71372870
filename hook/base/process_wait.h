/* Waiting for a process that may never end: one that is held up inside the kernel cannot be killed.
 */
#ifndef HOOK_PROCESS_WAIT_H
#define HOOK_PROCESS_WAIT_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Waits for the end of the child `pid` at most `seconds`; `pipe_end` reads from a pipe whose other
 * end nobody but the child holds. True when it is gone, and reaped.
 */
bool process_gone_within(pid_t pid, int pipe_end, int seconds);

/* The failure that it did not end in time. */
int process_no_answer(int seconds, struct err *err);

#endif

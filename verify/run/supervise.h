/* SPDX-License-Identifier: MIT */
/*
 * Runs work that may hang, crash or end the process, in a child that cannot outlive us.
 *
 * The child has its own process group, dies with us, leaves no core file, and its standard input,
 * output and error lead nowhere (or, when asked, the outputs to our standard error), so that a
 * chatty driver cannot break what we print. What the work finds out it leaves in shared memory.
 * When the work is over, in whatever way, everything it started is killed.
 */
#ifndef VERIFY_SUPERVISE_H
#define VERIFY_SUPERVISE_H

#include "facts/facts.h"

#include "base/err.h"

struct supervise_plan {
    void (*work)(void *context); /* in the child */
    /* In the parent, four times a second while the child runs; may be NULL. */
    void (*tick)(void *context, double seconds);
    /* In the parent, as often: a number that changes whenever the work gets on, and so starts the
     * deadline anew; NULL: one deadline for the whole work. */
    uint64_t (*progress)(void *context);
    void *context;
    double timeout; /* seconds without progress */
    double ends_at; /* all of it, by supervise_now(); 0: never */
    bool keep_output;
};

/* Seconds of a clock that nobody sets. */
double supervise_now(void);

/*
 * 0 when the child was started and has ended, and *ret says how; otherwise -errno with
 * STATUS_INTERNAL in err. SIGINT, SIGTERM and SIGHUP to this process end the child and are reported
 * as RUN_INTERRUPTED: the caller cleans up and dies of the signal.
 */
int supervise_run(const struct supervise_plan *plan, struct run_facts *ret, struct err *err);

#endif

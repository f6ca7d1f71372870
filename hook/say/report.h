/*
 * What is said, to stderr and to syslog (daemon facility). LXC shows a hook's output only in its
 * debug log, reads it ten times at most, 4095 bytes each, and hangs on what it has not read
 * (run_buffer in its conf.c, 4.0 to 6.0). So as a hook all of stderr goes out in one write, at
 * most 3.5 kB, when the process ends; syslog gets everything.
 */
#ifndef HOOK_REPORT_H
#define HOOK_REPORT_H

#include "base/err.h"
#include "facts/guest.h"
#include "plan/plan.h"
#include "start/prove.h"

struct report_style {
    const char *container; /* printable; NULL for a person's command */
    bool quiet, verbose;
    bool use_syslog;
};

/* Connects to syslog early, while this process surely sees the host's /dev/log. */
void report_open(const struct report_style *style);

/* One line per node that is ready, and the plan's warnings. `in_cgroup`: device rules took part. */
void report_success(const struct plan *plan, const struct guest *guest, const struct proofs *proofs,
                    bool in_cgroup);

/* A sentence, and behind it, one a line, what mends it. */
void report_warning(const char *text);

/* A lone device rule denies every other device of the container. */
void report_null_denied(const struct config_lines *config);

/* Goal, object, cause, then the fix lines; each line of the fix on its own. */
void report_failure(const struct err *err);

/* Only with -v. */
__attribute__((format(printf, 1, 2))) void report_step(const char *fmt, ...);

#endif

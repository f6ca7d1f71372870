/* SPDX-License-Identifier: MIT */
/*
 * What is said, to stderr and to syslog (daemon facility). LXC shows a hook's output only in its
 * debug log, reads it ten times at most, 4095 bytes each, and hangs on what it has not read
 * (run_buffer in its conf.c, 4.0 to 6.0). So as a hook all of stderr goes out in one write, at
 * most 3.5 kB, when the process ends; syslog gets everything.
 */
#ifndef HOOK_REPORT_H
#define HOOK_REPORT_H

#include "base/err.h"
#include "say/say.h"

#define WARNING_SIZE 1200

struct report_style {
    const char *container; /* printable; NULL for a person's command */
    bool quiet, verbose;
    bool use_syslog;
};

/* Connects to syslog early, while this process surely sees the host's /dev/log. */
void report_open(const struct report_style *style);

/*
 * One line per node that is ready, and the plan's warnings. `about` knows plan, guest, proofs, and
 * devices when the proofs say that /dev/null is denied;
 * `in_cgroup`: device rules took part.
 */
void report_success(const struct about *about, bool in_cgroup);

/* The plan's warnings alone: of the plan, the guest and the options in `about`. */
void report_plan(const struct about *about);

/* One of them: a sentence, and behind it, one a line, what fixes it. */
void report_warning_words(const struct plan_warning *warning, const struct about *about, char *ret,
                          size_t size);

/* Such a text. */
void report_warning(const char *text);

/* The container's device rules let it use the nodes, but deny it /dev/null. */
void report_null_denied(const struct device_case *devices, const char *config_file);

/* What a command has done, with the container's name in front; not with -q. */
void report_done(const char *text);

/* Goal, object, cause, then the fix lines; each line of the fix on its own. */
void report_failure(const struct err *err);

/* Only with -v. */
__attribute__((format(printf, 1, 2))) void report_step(const char *fmt, ...);

#endif

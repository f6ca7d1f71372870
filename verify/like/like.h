/* SPDX-License-Identifier: MIT */
/*
 * --like: this program once more, as a process of this place is: in its namespaces, root directory
 * and cgroup, with its user, groups, bounding set and environment. So what is judged is what that
 * process has, and not what root has. A security module's label and filters of system calls are not
 * taken over: this program is another than the one that they are made for, and might not even start
 * with them. A PASS is followed by a note of them.
 *
 * A unit that does not run is judged by its settings: systemd itself makes a unit with the same
 * ones, which runs this program and is gone after it.
 */
#ifndef VERIFY_LIKE_H
#define VERIFY_LIKE_H

#include "facts/facts.h"

#include "base/err.h"

/* What there is to know of a process before it is followed. */
struct like_process {
    uint32_t uid, gid; /* effective, as seen from here */
    uint32_t group_count;
    uint32_t groups[ACCESS_GROUPS_MAX];
    uint64_t bounding; /* capabilities */
    bool is_no_new_privs;
    uint32_t seccomp, filters; /* mode, 0: none; how many filters, where the kernel counts them */
};

/*
 * Runs this program like `who`, a number or a unit, with the same arguments but for the one that
 * `who` is or is a part of. 0 and the exit status of that run; else -errno with the status in err.
 */
int like_run(const char *who, char **argv, int *ret_status, struct err *err);

/* From the text of /proc/PID/status. False when something in it is missing. */
bool like_process_parse(const char *text, struct like_process *ret);

/* Whether system calls of `theirs` are filtered that `ours` may make. */
bool like_is_filtered(const struct like_process *theirs, const struct like_process *ours);

/* Whether a security module holds the process labelled `theirs` to rules that do not bind `ours`.
 */
bool like_is_labelled(const char *theirs, const char *ours);

/* Takes the option out of argv, whichever way it was written. */
void like_option_drop(char **argv, const char *value);

/*
 * From what systemctl show prints of a unit: the settings of that unit as systemd-run takes them,
 * each on a line, "PrivateDevices=yes". Free the result; NULL without memory.
 */
char *like_settings(const char *shown);

/* The two ways; for like_run. */
int like_enter(int pid, char **argv, int *ret_status, struct err *err);
int like_stand_in(const char *unit, char **argv, int *ret_status, struct err *err);

/* Waits for the end of a child: its exit status, or 128 and the number of its signal. */
int like_wait(int child);

#endif

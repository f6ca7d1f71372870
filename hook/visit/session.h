/* SPDX-License-Identifier: MIT */
/*
 * One program of the host, run once in a container that runs, by lxc-attach(1): with the
 * container's namespaces, cgroup, label, seccomp filter, capabilities and no_new_privs. It gets no
 * terminal and no descriptor of the host's: its input has ended, its output comes here through
 * pipes.
 */
#ifndef HOOK_VISIT_SESSION_H
#define HOOK_VISIT_SESSION_H

#include "base/command.h"
#include "base/err.h"
#include "visit/user.h"

#include <stdbool.h>
#include <stddef.h>

#define SESSION_SECONDS 20 /* until the program runs; and until its end, for one that has_limit */

struct session {
    const struct command *attach;  /* lxc-attach and the options that name the container */
    int first;                     /* lxc-gpu-inside, sealed */
    int program;                   /* sealed */
    const struct guest_user *user; /* NULL: as root, as lxc-attach has it */
    const char *user_name;
    char *const *words; /* the program's, its name first; ends with NULL */
    bool has_limit;
    /* `stream` is 1 or 2; what it says can be anything. */
    void (*take)(void *memory, int stream, char *data, size_t size);
    void *memory;
};

struct session_end {
    int step;  /* enum visit_step: how far it came */
    int error; /* errno of what failed then; 0 when nothing did */
    bool is_late;
    int status; /* lxc-attach's, which is the program's; 128 and its number for a signal */
};

/* STATUS_INTERNAL, or STATUS_USAGE where there is no lxc-attach. */
int session_run(const struct session *session, struct session_end *ret, struct err *err);

#endif

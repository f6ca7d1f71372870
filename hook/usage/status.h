/* SPDX-License-Identifier: MIT */
/* The command status: which containers have a GPU's node now, and how busy they keep it. */
#ifndef HOOK_USAGE_STATUS_H
#define HOOK_USAGE_STATUS_H

#include "base/err.h"
#include "facts/options.h"

#include <limits.h>
#include <stddef.h>

/* A container of root's that has a right to nodes by its config; as in struct scan_container. */
struct status_right {
    char name[NAME_MAX + 1];
    char lxcpath[256];
};

/* All of them; for --metrics. */
struct status_rights {
    const struct status_right *all;
    size_t count;
};

/* 0 or the failure to report. STATUS_USAGE when no container of that name runs. */
int status_show(const struct options *options, const struct status_rights *rights, struct err *err);

#endif

/* The command status: which containers have a GPU's node now, and how busy they keep it. */
#ifndef HOOK_USAGE_STATUS_H
#define HOOK_USAGE_STATUS_H

#include "base/err.h"
#include "facts/options.h"

#include <stddef.h>
#include <sys/types.h>

/* The monitors of the containers that have a right to nodes by their config; for --metrics. */
struct status_rights {
    const pid_t *monitors;
    size_t count;
};

/* 0 or the failure to report. STATUS_USAGE when no container of that name runs. */
int status_show(const struct options *options, const struct status_rights *rights, struct err *err);

#endif

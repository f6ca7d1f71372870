/* The command status: which containers have a GPU's node now, and how busy they keep it. */
#ifndef HOOK_USAGE_STATUS_H
#define HOOK_USAGE_STATUS_H

#include "base/err.h"
#include "facts/options.h"

/* 0 or the failure to report. STATUS_USAGE when no container of that name runs. */
int cli_status(const struct options *options, struct err *err);

#endif

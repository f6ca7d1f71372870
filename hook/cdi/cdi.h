/* SPDX-License-Identifier: MIT */
/* The command cdi: prints, writes or compares the specification of this host's nodes. */
#ifndef HOOK_CDI_H
#define HOOK_CDI_H

#include "base/err.h"
#include "facts/options.h"

/* 0 or the failure to report. STATUS_OUTDATED when --check finds another specification. */
int cli_cdi(const struct options *options, struct err *err);

#endif

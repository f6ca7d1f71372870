/* SPDX-License-Identifier: MIT */
/* The commands for a person. Each prints to stdout and returns 0 or the failure to report. */
#ifndef HOOK_CLI_H
#define HOOK_CLI_H

#include "base/err.h"
#include "cli/options.h"

/* STATUS_USAGE when an option was given that the command does not know; names both. */
int cli_check_use(const char *command, const struct options *options, struct err *err);

int cli_list(const struct options *options, struct err *err);
int cli_idmap(const struct options *options, struct err *err);
int cli_check(const struct options *options, struct err *err);
int cli_attach(const struct options *options, struct err *err);

/*
 * Runs gpu-verify in a container. Not as the others: what it returns from 0 on is gpu-verify's own
 * exit status, 0, 1, 2 or one from 10 on.
 */
int cli_verify(const struct options *options, struct err *err);

int cli_enable(const struct options *options, struct err *err);
int cli_disable(const struct options *options, struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* The command line: the same options on the config's hook line and for a person. */
#ifndef HOOK_OPTIONS_H
#define HOOK_OPTIONS_H

#include "base/err.h"
#include "facts/options.h"

/* STATUS_USAGE with a message that names the argument. Points into argv, which getopt reorders. */
int options_parse(int argc, char **argv, struct options *ret, struct err *err);

/* The help text to stdout: what fits a screen of 80x24 or, with "all" behind --help, all of it. */
void options_help(const struct options *options);

#endif

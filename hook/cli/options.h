/* The command line: the same options on the config's hook line and for a person. */
#ifndef HOOK_OPTIONS_H
#define HOOK_OPTIONS_H

#include "base/err.h"
#include "facts/options.h"

/* STATUS_USAGE with a message that names the argument. Points into argv, which getopt reorders. */
int options_parse(int argc, char **argv, struct options *ret, struct err *err);

/* The help text to stdout. */
void options_help(void);

#endif

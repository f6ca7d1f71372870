/* `lxc-gpu-hook list`: the host's nodes as a table. */
#ifndef HOOK_LIST_H
#define HOOK_LIST_H

#include "base/err.h"
#include "options.h"

/* Prints to stdout. STATUS_NO_NODE when there is none that the selection picks. */
int list_nodes(const struct options *options, struct err *err);

#endif

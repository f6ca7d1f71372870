/* SPDX-License-Identifier: MIT */
/* What our outputs are connected to. */
#ifndef VERIFY_TERMINAL_H
#define VERIFY_TERMINAL_H

#include <stdbool.h>

/* Whether this is a terminal that obeys escape sequences. */
bool terminal_is_able(int fd);

/* How many columns it has; 0 when it is no terminal, or does not say. */
unsigned terminal_columns(int fd);

#endif

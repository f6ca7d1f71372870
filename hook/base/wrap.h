/* SPDX-License-Identifier: MIT */
/* Prose for a person: lines of at most 80 columns. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include <stdio.h>

#define WRAP_COLUMNS 80

/* Breaks at blanks; every line but the first is indented by four. Ends with a newline. */
void wrap_print(const char *text, FILE *out);

#endif

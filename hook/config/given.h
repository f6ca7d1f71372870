/* SPDX-License-Identifier: MIT */
/* What LXC's programs were given on their command line, which no config tells. */
#ifndef HOOK_GIVEN_H
#define HOOK_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Pure: whether this command line, its words ended by NUL bytes, is a program of LXC's that starts
 * the container `name` with a line `key = ...` about this hook (`lxc-start -s`).
 */
bool given_by_words(const char *words, size_t size, const char *name, const char *key);

/* Whether any process that can be seen is one. */
bool given_on_command_line(const char *name, const char *key);

#endif

/* SPDX-License-Identifier: MIT */
/* A hook line as LXC's /bin/sh takes it apart, as far as that needs no shell. */
#ifndef HOOK_SHELL_WORDS_H
#define HOOK_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Cuts the line into words, in place: blanks part them, '...' and "..." hold them together. False
 * where only a shell can tell what it says: $, `, \, ;, a pattern, more than `max` words, an open
 * quote. Nothing is run. Pure.
 */
bool shell_words_split(char *line, size_t max, char **ret_words, size_t *ret_count);

#endif

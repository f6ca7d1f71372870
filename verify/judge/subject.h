/* SPDX-License-Identifier: MIT */
/* The words in braces of causes.def: each is one value out of the facts. */
#ifndef VERIFY_SUBJECT_H
#define VERIFY_SUBJECT_H

#include "facts/facts.h"

#define SUBJECT_VALUE_MAX 320

/*
 * Writes the value called `name`, always terminated and printable. False when it is not known or
 * there is no such value. With is_pasted, a value out of somebody else's hands (a container's or
 * a user's name, a path) that a shell would not take as one plain word counts as not known, and a
 * container's name becomes NAME.
 */
bool subject_value(const char *name, const struct facts *facts, bool is_pasted, char *ret,
                   size_t size);

/* Whether there is a value of this name; for the tests of causes.def. */
bool subject_exists(const char *name);

#endif

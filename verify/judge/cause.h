/* SPDX-License-Identifier: MIT */
/*
 * Words for a cause, and the lines that fix it, filled with this container's own numbers.
 * Pure functions over the facts.
 */
#ifndef VERIFY_CAUSE_H
#define VERIFY_CAUSE_H

#include "exit_status.h"
#include "facts/facts.h"

#include "base/text.h"

#define CAUSE(symbol, ...) CAUSE_##symbol,
enum cause {
    CAUSE_NONE,
#include "judge/causes.def"
    CAUSE_COUNT
};
#undef CAUSE

/* STATUS_PASS for a cause that only warns. */
enum exit_status cause_status(enum cause cause);

/* What has to be known of packages for its words and its fix. */
enum package_depth cause_packages(enum cause cause);

/* One sentence. */
void cause_words(enum cause cause, const struct facts *facts, struct text *out);

/* Newline-separated lines, no trailing newline; empty when there is nothing to do. */
void cause_fix(enum cause cause, const struct facts *facts, struct text *out);

#endif

/* SPDX-License-Identifier: MIT */
/* What root does instead, where a config is another user's: the command, as that user. */
#ifndef HOOK_AS_OWNER_H
#define HOOK_AS_OWNER_H

#include "base/err.h"
#include "cli/options.h"
#include "config/trust.h"

/* Adds the fix: by root where that is the owner, unless there is one already; none where a word of
 * the command is no plain shell word. */
void as_owner_fix(const struct options *options, const struct trust_breach *breach,
                  struct err *err);

#endif

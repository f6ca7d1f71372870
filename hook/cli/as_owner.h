/* SPDX-License-Identifier: MIT */
/* What root does instead, where a config is another user's: the command, as that user. */
#ifndef HOOK_AS_OWNER_H
#define HOOK_AS_OWNER_H

#include "base/err.h"
#include "cli/options.h"
#include "config/trust.h"

/* Adds the fix; none where the owner is root, or a word of the command is no plain shell word. */
void as_owner_fix(const struct options *options, const struct trust_breach *breach,
                  struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* What is in the way on the host or in the container, for struct err's `fix`; see advice_config.h.
 */
#ifndef HOOK_ADVICE_SYSTEM_H
#define HOOK_ADVICE_SYSTEM_H

#include "base/err.h"
#include "facts/guest.h"
#include "facts/lsm.h"

#include <stdbool.h>

/*
 * A package by Debian's name, which other systems may call otherwise; `again`: it is damaged. Not
 * from inside a container, whose programs it would look for.
 */
void advice_install(const char *package, bool again, struct err *err);

/* The kernel has no such call, or something around this process refuses it. */
void advice_old_kernel(int error, struct err *err);

/* A security module refuses a mount; to an AppArmor profile this rule has to be added. */
void advice_lsm(const struct lsm *lsm, const char *apparmor_rule, struct err *err);

/* Removes something of the container's that is not what it has to be: "dev/dri". */
void advice_remove(const struct guest *guest, const char *path, struct err *err);

#endif

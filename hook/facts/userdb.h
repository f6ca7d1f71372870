/* SPDX-License-Identifier: MIT */
/*
 * Groups of systemd's user database (systemd.io/GROUP_RECORD, nss-systemd(8)): one JSON object a
 * file, which is called after the group. The bytes are the container's.
 */
#ifndef HOOK_USERDB_H
#define HOOK_USERDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pure: the number of the group `name` in such a record, of `size` bytes with a NUL behind them.
 * False when it is another group's, or has no number that is one.
 */
bool userdb_gid_find(const char *text, size_t size, const char *name, uint32_t *ret);

#endif

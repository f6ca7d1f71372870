/* SPDX-License-Identifier: MIT */
/* /etc/subuid and /etc/subgid: which host ids a user may hand to a container (subuid(5)). */
#ifndef HOOK_SUBID_H
#define HOOK_SUBID_H

#include "facts/account.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Pure: whether the text of such a file grants all of [first, first + length) to the user. `own` is
 * the user's own uid or gid, as the file is: that one alone is always granted.
 */
bool subid_allows(const char *text, const struct account *user, uint32_t own, uint32_t first,
                  uint32_t length);

/*
 * Pure: whether a range of another user's has some of these ids. An entry of one id is none: it
 * shares a group of the host's, as that of the nodes.
 */
bool subid_is_others(const char *text, const struct account *user, uint32_t first, uint32_t length);

/* Pure: the first of `length` ids that one entry grants to this user, and no range to another. */
bool subid_find_own(const char *text, const struct account *user, uint32_t length,
                    uint32_t *ret_first);

/* Pure: the first of `length` ids above all that is granted to anybody. */
bool subid_find_free(const char *text, uint32_t length, uint32_t *ret_first);

/* The text of such a file, the caller's to free; "" when there is none. NULL when out of memory. */
char *subid_read(const char *path);

#endif

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

/* The text of such a file, the caller's to free; "" when there is none. NULL when out of memory. */
char *subid_read(const char *path);

#endif

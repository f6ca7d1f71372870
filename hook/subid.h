/* /etc/subgid: which host gids an ordinary user may hand to a container (subgid(5)). */
#ifndef HOOK_SUBID_H
#define HOOK_SUBID_H

#include "idmap.h"

#include <stdbool.h>
#include <sys/types.h>

/* Who starts the container. */
struct subid_user {
    uid_t uid;
    gid_t gid; /* may always be mapped to itself once, without an entry */
    char name[64];
};

/* Pure: whether the text of /etc/subgid grants all of [first, first + length) to the user. */
bool subid_allows(const char *text, const struct subid_user *user, uint32_t first, uint32_t length);

/* The text of /etc/subgid, the caller's to free; "" when there is none. NULL when out of memory. */
char *subid_read(const char *path);

#endif

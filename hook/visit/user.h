/* SPDX-License-Identifier: MIT */
/*
 * A user of the container, by the container's own /etc/passwd and /etc/group: whatever they say, it
 * is numbers of the container's, and believed for nothing else.
 */
#ifndef HOOK_VISIT_USER_H
#define HOOK_VISIT_USER_H

#include "facts/fault.h"
#include "facts/guest.h"

#include <stdbool.h>
#include <stdint.h>

#define GUEST_USER_GROUPS_MAX 64

/* A user of the guest, by its own files. */
struct guest_user {
    bool found;
    uint32_t uid, gid;
    uint32_t group_count; /* of all its groups, the own one first */
    uint32_t groups[GUEST_USER_GROUPS_MAX];
    char home[128]; /* a whole path that is a plain word; "/" when it is none */
};

/* A user by name, as /etc/passwd and /etc/group below the guest's root folder have it. */
int guest_find_user(int root, const char *name, struct guest_user *ret, struct fault *fault);

/* The same by a child that is given up after 10 s. */
int guest_user_apart(const char *name, const struct guest *guest, struct guest_user *ret,
                     struct fault *fault);

/* Pure: what a child has told of a user, as far as it can be. */
void guest_take_user(const struct guest_user *told, struct guest_user *ret);

/* Pure: the first well formed entry for `name` in the text of a passwd(5) file. */
bool user_text_find(const char *text, size_t size, const char *name, struct guest_user *ret);

/*
 * Pure: adds the groups of a group(5) file that name this member. False when there are more than
 * GUEST_USER_GROUPS_MAX.
 */
bool groups_text_add(const char *text, size_t size, const char *name, struct guest_user *user);

#endif

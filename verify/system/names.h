/*
 * Users and groups as /etc/passwd and /etc/group have them. Not through getpwuid: its modules may
 * be missing, slow or remote, and the files are what the fix lines change.
 * The functions work on the whole text of such a file.
 */
#ifndef VERIFY_NAMES_H
#define VERIFY_NAMES_H

#include "facts/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of an id (third field), or false. Names that would not fit are as good as none. */
bool names_find(const char *text, uint32_t id, char *ret, size_t size);

/* The id of a name, or false. */
bool names_find_id(const char *text, const char *name, uint32_t *ret);

/* Whether the group with this gid lists the user (fourth field of /etc/group). */
bool names_group_lists(const char *group_text, uint32_t gid, const char *user);

/* The first group that lists the user and has an id that `map` does not have; or false. */
bool names_group_outside(const char *group_text, const char *user, const struct idmap *map,
                         char *ret, size_t size, uint32_t *ret_gid);

/* The primary group of a user (fourth field of /etc/passwd), or false. */
bool names_primary_group(const char *passwd_text, const char *user, uint32_t *ret);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The lines of passwd(5) and group(5). Who wrote them may be anybody: they are cut, and a line that
 * is none is left out. Pure: no system call.
 */
#ifndef BASE_ACCOUNTS_H
#define BASE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a text that somebody else owns; no NUL ends it. */
struct part {
    const char *at; /* NULL: nothing is left */
    size_t length;
};

/* In passwd(5): name, password, uid, gid, comment, home, shell. In group(5): name, password, gid,
 * members. */
enum account_field {
    ACCOUNT_NAME,
    ACCOUNT_ID = 2,
    ACCOUNT_GID,
    ACCOUNT_MEMBERS = 3,
    ACCOUNT_HOME = 5,
    ACCOUNT_FIELDS = 7
};

struct account_line {
    struct part fields[ACCOUNT_FIELDS];
    size_t count; /* of fields, at least 3 */
    uint32_t id;  /* the third field */
};

/* Takes the next line that has an id off `rest`. False when there is none any more. */
bool account_next(struct part *rest, struct account_line *ret);

/* The same for the next line with this name. */
bool account_next_named(struct part *rest, const char *name, struct account_line *ret);

/* Whether a line of group(5) has this user among its members. */
bool account_lists(const struct account_line *group, const char *user);

/* Whether it is this word, whole. */
bool part_is(const struct part *part, const char *text);

/* A uid or gid in decimal; 2^32-1 is "no change" to chown(2) and setresuid(2), never an id. */
bool part_id(const struct part *part, uint32_t *ret);

/* Copies it into `ret`. False, and nothing is copied, when it is empty or does not fit. */
bool part_copy(const struct part *part, char *ret, size_t size);

#endif

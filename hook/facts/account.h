/* SPDX-License-Identifier: MIT */
/*
 * Names of the host's users and groups, asked of getent(1): a static program cannot load the
 * modules of nsswitch.conf(5), and one that finds names only in files would miss those of LDAP.
 */
#ifndef HOOK_ACCOUNT_H
#define HOOK_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A user of the host, as who starts a container is one. */
struct account {
    uid_t uid;
    gid_t gid;
    char name[64]; /* printable; the number when it has no name */
    bool has_name;
    char home[128]; /* printable; "/" when it is not known */
};

/* The user `uid` by name and, when it is known, with its own group in place of `gid`. */
void account_user(uid_t uid, gid_t gid, struct account *ret);

/* Who this process runs as, with the group that it has: newgidmap(1) goes by that. */
void account_self(struct account *ret);

/* The name of a group, its number when it has none. */
void account_group(gid_t gid, char *ret, size_t size);

/* The number of the host's group of this name; false when there is none. */
bool account_gid(const char *name, gid_t *ret);

#endif

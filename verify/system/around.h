/* SPDX-License-Identifier: MIT */
/*
 * What this process was started in, against the first process of this place: a service's own
 * sandbox and groups are nobody's fault but the unit's.
 */
#ifndef VERIFY_AROUND_H
#define VERIFY_AROUND_H

#include "facts/facts.h"

/* All but the unit's settings, which take a question to systemd: around_ask. `node` as asked for.
 */
void around_collect(const char *node, struct around_facts *ret);

/* What systemd says of the unit's settings. For when the node is missing or refused. */
void around_ask(const char *node, struct around_facts *facts);

/*
 * The system service of a process, from the texts of /proc/1/cgroup and its own /proc/PID/cgroup;
 * false for a login, for a service of a user's own manager, and where there is no systemd.
 */
bool around_unit(const char *first, const char *own, char *ret, size_t size);

/* From what systemctl show prints; `node` as asked for. */
void around_settings(const char *text, const char *node, struct around_facts *ret);

/* Whether `path` lies on another file system, or another part of it, than in the table `first`. */
bool around_differs(const char *first, const char *own, const char *path);

#endif

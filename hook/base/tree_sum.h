/* SPDX-License-Identifier: MIT */
/*
 * A number for what lies in a /dev/dri that this hook made: two that hold the same have the same,
 * in whatever order it is read. It tells whether a container has what a start would give it now;
 * nobody is protected by it, for a container can only deceive itself.
 */
#ifndef BASE_TREE_SUM_H
#define BASE_TREE_SUM_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

/* The numbers are the container's. */
struct tree_entry {
    char kind;          /* 'n': node, 'l': link, 'k': a node that was there before */
    const char *name;   /* below /dev/dri */
    const char *target; /* of a link; NULL */
    uint32_t node_minor, uid, gid, mode;
};

/* Pure: adds the entry. */
static inline void tree_sum_add(uint64_t *sum, const struct tree_entry *entry)
{
    char line[2 * NAME_MAX + 100];
    uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a of 64 bits */

    snprintf(line, sizeof(line), "%c %s %s %u %u:%u %o", entry->kind, entry->name,
             entry->target ? entry->target : "", entry->node_minor, entry->uid, entry->gid,
             entry->mode);
    for (const char *at = line; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3ULL;
    *sum += hash;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A number for what lies in a /dev/dri that this hook made: two that hold the same have the same,
 * in whatever order it is read. It tells whether a container has what a start would give it now;
 * nobody is protected by it, for a container can only deceive itself.
 */
#ifndef BASE_TREE_SUM_H
#define BASE_TREE_SUM_H

#include <stdint.h>

/* The numbers are the container's. */
struct tree_entry {
    char kind;          /* 'n': node, 'l': link, 'k': a node that was there before */
    const char *name;   /* below /dev/dri */
    const char *target; /* of a link; NULL */
    uint32_t node_minor, uid, gid, mode;
};

/* Pure: adds the entry. */
void tree_sum_add(uint64_t *sum, const struct tree_entry *entry);

#endif

/* SPDX-License-Identifier: MIT */
#include "base/tree_sum.h"

#include <limits.h>
#include <stdio.h>

void tree_sum_add(uint64_t *sum, const struct tree_entry *entry)
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

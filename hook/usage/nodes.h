/* SPDX-License-Identifier: MIT */
/*
 * The render nodes that a container has now, below its own /dev/dri: looked at by a child, because
 * the container's files may never answer.
 */
#ifndef HOOK_USAGE_NODES_H
#define HOOK_USAGE_NODES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NODES_MAX 32

struct node_seen {
    uint32_t node_minor;
    bool has_group;
    uint32_t group; /* the container's number for it */
};

struct nodes_seen {
    uint32_t count;
    struct node_seen nodes[NODES_MAX];
};

/* 0; -EACCES when this user may not look; -ETIMEDOUT when the container does not answer. */
int nodes_look(int proc, pid_t init, struct nodes_seen *ret);

#endif

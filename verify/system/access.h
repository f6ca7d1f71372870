/* Facts about who we are, what is mapped here, and whether the node can be opened. */
#ifndef VERIFY_ACCESS_H
#define VERIFY_ACCESS_H

#include "judge/facts.h"

/*
 * Fills *ret for `node`. When the node is a render node it is opened, and *ret_fd is the caller's
 * to close; -1 otherwise.
 */
void access_collect(const struct node_facts *node, struct access_facts *ret, int *ret_fd);

/* Lines of /proc/self/uid_map; what makes no sense or does not fit is left out. */
void id_map_parse(const char *text, struct id_map *ret);

bool id_map_has(const struct id_map *map, uint32_t id);

/* Whether this is the first user namespace, where every id is what it seems. */
bool id_map_is_initial(const struct id_map *map);

#endif

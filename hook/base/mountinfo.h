/*
 * The text of /proc/PID/mountinfo (proc(5)). Pure. The kernel writes spaces and newlines in names
 * as \040 and \012, so a container cannot forge a line or a field with the name of a folder.
 */
#ifndef HOOK_MOUNTINFO_H
#define HOOK_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether what shows at /dev/dri, the last mount there, is a tmpfs that this hook made. */
bool mountinfo_shows_our_tree(const char *text);

/* The group of mounts that mount `id` passes its own new mounts on to; 0 for none. */
uint32_t mountinfo_peer_group(const char *text, uint32_t id);

/* Whether any mount gets what is mounted in `group`: as a member, or as its slave. */
bool mountinfo_hears_group(const char *text, uint32_t group);

/*
 * The FUSE file systems among the mounts of `text` that are not among those of `but_of`, by the
 * numbers that /sys/fs/fuse/connections names them by: the device's minor. At most `max`.
 */
size_t mountinfo_fuse_connections(const char *text, const char *but_of, uint32_t *ret, size_t max);

#endif

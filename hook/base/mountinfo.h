/* SPDX-License-Identifier: MIT */
/*
 * The text of /proc/PID/mountinfo (proc(5)). Pure. The kernel writes spaces and newlines in names
 * as \040 and \012, so a container cannot forge a line or a field with the name of a directory.
 */
#ifndef HOOK_MOUNTINFO_H
#define HOOK_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ID PARENT MAJOR:MINOR ROOT PLACE OPTIONS [TAG:VALUE]... - TYPE SOURCE SUPER_OPTIONS */
enum {
    MOUNTINFO_ID = 0,
    MOUNTINFO_DEVICE = 2,
    MOUNTINFO_ROOT = 3,
    MOUNTINFO_PLACE = 4,
    MOUNTINFO_OPTIONS = 5,
};

/* A stretch of the text, not terminated; length 0 where the line has no such field. */
struct mountinfo_word {
    const char *start;
    size_t length;
};

/* The line's field of that number, from 0. */
struct mountinfo_word mountinfo_field(const char *line, int number);
bool mountinfo_word_is(struct mountinfo_word word, const char *text);

/* Copies the field with \040 and its like turned back; false when it does not fit. */
bool mountinfo_decode(struct mountinfo_word word, char *ret, size_t size);

/* The line after this one; an empty string behind the last. */
const char *mountinfo_line_next(const char *line);

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

/* SPDX-License-Identifier: MIT */
/*
 * The container's own config as text, with what it includes, for warnings that name a line. Only a
 * convenience: what LXC makes of the whole is asked of LXC (config/lxc.h).
 */
#ifndef HOOK_CONFIG_SCAN_H
#define HOOK_CONFIG_SCAN_H

#include "facts/config_lines.h"

/* `config_file` may be NULL, and is kept as a pointer. */
void config_scan(const char *config_file, struct config_lines *ret);

/* Of a file that has been read. */
void config_scan_known(const char *file, bool is_roots, const char *text, struct config_lines *ret);

/*
 * Pure: what a mount entry of the host's DRM node of this minor to /dev/dri/BEHIND means. False for
 * what this hook leaves as it is.
 */
bool config_entry_judge(const char *behind_dri, unsigned node_minor, struct config_entry *ret);

/*
 * Pure: where `text`, such as the value of a hook's key, names this hook's program; NULL where it
 * does not. A directory or a script may have its name in theirs.
 */
const char *config_hook_find(const char *text);

#endif

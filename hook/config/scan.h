/*
 * The container's own config file as text, for warnings that name a line. Only a convenience: what
 * it includes is passed over, and what LXC makes of the whole is asked of LXC (lxc_config.h).
 */
#ifndef HOOK_CONFIG_SCAN_H
#define HOOK_CONFIG_SCAN_H

#include "facts/config_lines.h"

/* `config_file` may be NULL, and is kept as a pointer. */
void config_scan(const char *config_file, struct config_lines *ret);

/* Pure: of a file that has been read. */
void config_scan_known(const char *file, bool is_roots, const char *text, struct config_lines *ret);

/* Pure: what config_scan does with the text of the file. */
void config_scan_text(const char *text, struct config_lines *ret);

#endif

/*
 * The container's own config file as text, for warnings that name a line. Only a convenience: what
 * it includes is passed over, and what LXC makes of the whole is asked of LXC (lxc_config.h).
 */
#ifndef HOOK_CONFIG_SCAN_H
#define HOOK_CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_ENTRIES_MAX 4
#define CONFIG_LINE_SIZE   160

/* sed(1) expressions for the lines that are found; Proxmox writes a colon. */
#define CONFIG_ENTRY_EXPRESSION                                                                    \
    "^ *lxc\\.mount\\.entry *[:=] *\\/dev\\/dri\\(\\/renderD[0-9]*\\)\\{0,1\\} "
#define CONFIG_RULE_EXPRESSION    "^ *lxc\\.cgroup2*\\.devices\\.allow"
#define CONFIG_RULE_V1_EXPRESSION "^ *lxc\\.cgroup\\.devices\\.allow *[:=] *c 226"

/* Lines are printable, "" when there is none. */
struct config_lines {
    bool is_roots;      /* owned by root, who then starts the container */
    bool brings_dri;    /* some mount entry is for /dev/dri */
    bool has_drm_rule;  /* for cgroup v2 */
    size_t entry_count; /* mount entries that bring render nodes */
    char entries[CONFIG_ENTRIES_MAX][CONFIG_LINE_SIZE];
    char rule[CONFIG_LINE_SIZE];    /* the first rule that allows a device, for cgroup v2 */
    bool is_for_privileged;         /* includes gpu-privileged.conf, which brings such a rule */
    char rule_v1[CONFIG_LINE_SIZE]; /* the first one that allows DRM devices, for cgroup v1 */
    const char *file;               /* "" when it is not known or cannot be read */
};

/* Pure: the value when the line, without blanks in front, sets this very key; NULL otherwise. */
const char *config_value(const char *line, const char *key);

/* Nothing is known yet. */
void config_lines_init(struct config_lines *lines);

/* `config_file` may be NULL, and is kept as a pointer. */
void config_scan(const char *config_file, struct config_lines *ret);

/* Pure: what config_scan does with the text of the file, which is cut into lines in place. */
void config_scan_text(char *text, struct config_lines *ret);

#endif

/* Lines of the container's own config that a plan or a message goes by; config/scan.h finds them.
 */
#ifndef HOOK_CONFIG_LINES_H
#define HOOK_CONFIG_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_ENTRIES_MAX 4
#define CONFIG_LINE_SIZE   160

/* sed(1) expressions for the lines that are found; Proxmox writes a colon. */
#define CONFIG_ENTRY_EXPRESSION                                                                    \
    "^ *lxc\\.mount\\.entry *[:=] *\\/dev\\/dri\\(\\/renderD[0-9]*\\)\\{0,1\\} "
#define CONFIG_RULE_V1_EXPRESSION "^ *lxc\\.cgroup\\.devices\\.allow *[:=] *c 226"

/* Lines are printable, "" when there is none. */
struct config_lines {
    bool is_roots;      /* owned by root, who then starts the container */
    bool brings_dri;    /* some mount entry is for /dev/dri */
    bool has_drm_rule;  /* for cgroup v2 */
    size_t entry_count; /* mount entries that bring render nodes */
    char entries[CONFIG_ENTRIES_MAX][CONFIG_LINE_SIZE];
    char rule_v1[CONFIG_LINE_SIZE]; /* the first one that allows DRM devices, for cgroup v1 */
    const char *file;               /* "" when it is not known or cannot be read */
};

/* Nothing is known yet. */
static inline void config_lines_init(struct config_lines *lines)
{
    lines->is_roots = lines->brings_dri = lines->has_drm_rule = false;
    lines->entry_count = 0;
    lines->rule_v1[0] = '\0';
    lines->file = "";
}

#endif

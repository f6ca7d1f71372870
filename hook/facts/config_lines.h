/* SPDX-License-Identifier: MIT */
/* Lines of the container's config that a plan or a message goes by; config/scan.h finds them. */
#ifndef HOOK_CONFIG_LINES_H
#define HOOK_CONFIG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_ENTRIES_MAX 6
#define CONFIG_LINE_SIZE   160
#define CONFIG_FILE_SIZE   200
#define INIT_GROUPS_MAX    16

/* sed(1) expression for the line that is found; Proxmox writes a colon. */
#define CONFIG_RULE_V1_EXPRESSION "^ *lxc\\.cgroup\\.devices\\.allow *[:=] *c 226"

/* What a mount entry below /dev/dri means beside this hook. */
enum config_entry_kind {
    ENTRY_NODES,      /* render nodes by their own names: this hook makes them */
    ENTRY_OTHER_NAME, /* a node by another name, which this hook's /dev/dri hides */
};

struct config_entry {
    enum config_entry_kind kind;
    bool is_folder; /* all of /dev/dri, with nodes that this hook does not make */
    bool is_card;   /* a primary node */
    bool is_fstab;  /* a line of the file that lxc.mount.fstab names */
    char line[CONFIG_LINE_SIZE];
    char source[CONFIG_LINE_SIZE], target[CONFIG_LINE_SIZE]; /* "" when they are too long */
    char file[CONFIG_FILE_SIZE];                             /* "" the same */
};

/* Who the container's first program is: lxc.init.uid, lxc.init.gid, lxc.init.groups. */
struct config_init {
    uint32_t uid, gid;
    size_t group_count;
    uint32_t groups[INIT_GROUPS_MAX];
};

/* Lines are printable, "" when there is none. */
struct config_lines {
    bool is_roots;      /* owned by root, who then starts the container */
    bool brings_dri;    /* some mount entry is for /dev/dri */
    bool has_drm_rule;  /* for cgroup v2 */
    size_t entry_count; /* mount entries that are not needed, or hidden */
    struct config_entry entries[CONFIG_ENTRIES_MAX];
    char rule_v1[CONFIG_LINE_SIZE]; /* the first one that allows DRM devices, for cgroup v1 */
    char changer[CONFIG_LINE_SIZE]; /* the first hook that changes a node of the host */
    bool is_changer_script;         /* it starts a script that does so, and perhaps more */
    char changer_key[40];
    char changer_value[CONFIG_LINE_SIZE]; /* "" when it is too long */
    char changer_file[CONFIG_FILE_SIZE];
    struct config_init init;
    const char *file; /* "" when it is not known or cannot be read */
};

/* Nothing is known yet. */
static inline void config_lines_init(struct config_lines *lines)
{
    lines->is_roots = lines->brings_dri = lines->has_drm_rule = lines->is_changer_script = false;
    lines->entry_count = 0;
    lines->rule_v1[0] = lines->changer[0] = '\0';
    lines->init.uid = lines->init.gid = 0;
    lines->init.group_count = 0;
    lines->file = "";
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Containers of Proxmox. A person edits /etc/pve/lxc/CTID.conf; what LXC reads is made from its
 * main section at each start and at each `pct set`, without the lines that Proxmox does not know.
 * Source: PVE::LXC::update_lxc_config and PVE::LXC::Config::parse_pct_config of pve-container 4
 * to 6.
 */
#ifndef HOOK_CONFIG_PROXMOX_H
#define HOOK_CONFIG_PROXMOX_H

#include "facts/place.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct proxmox_config {
    char *text; /* what LXC would read at the next start; the caller's to free */
    size_t size;
    unsigned made; /* so many lines of it are Proxmox's own; then each is the file's own line */
    bool is_privileged;
    bool drops_start_host; /* a line of this hook that Proxmox does not take */
    bool keeps_mount;      /* and one that it takes */
    char section[64];      /* "snapname": a line about this hook lies there, where no start reads */
    unsigned section_line;
    char no_device[128]; /* "dev0: /dev/dri/renderD129": no such device, so no start */
    char gpu_device[16]; /* the first devN that is a node of a GPU; "" for none */
    char lock[64];       /* what Proxmox is doing with it; "" for nothing */
    char by_hand[160];   /* a hook line of this program's, which is no include; "" for none */
};

/* A line of CTID.conf; the caller's, zeroed before the first. */
struct proxmox_line {
    const char *start;
    size_t length;    /* with its line break */
    unsigned number;  /* from 1 */
    bool is_section;  /* "[...]" itself */
    char section[64]; /* that it stands in; "": the container's own settings, the main section */
    char key[64];     /* "" where it sets nothing */
    char value[PATH_MAX];
};

/* Pure: the next line before `end`; false when there is none. The text has a NUL at its end. */
bool proxmox_line_next(const char **next, const char *end, struct proxmox_line *line);

/*
 * Pure, but that it looks at the devices of devN lines: what Proxmox makes of `text`, the file of
 * container `ctid`. -ENOMEM.
 */
int proxmox_config_make(const char *ctid, const char *text, size_t size,
                        struct proxmox_config *ret);

/* The number of the container with this host name, which the web interface shows; or false. */
bool proxmox_find_hostname(const char *hostname, char ret[NAME_MAX + 1]);

/*
 * Whether the config, which LXC has read for a container of Proxmox's that is being started, names
 * this hook at mount and not at start-host; then *ret is the file to edit. False also when not all
 * of it can be read: by the container's root, a file of mode 0640, say. `roots_alone` as for
 * config_walk.
 */
bool proxmox_has_dropped(const char *config_file, bool roots_alone, char ret[PROXMOX_FILE_MAX]);

#endif

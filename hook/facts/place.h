/* SPDX-License-Identifier: MIT */
/* Where the config of a container lies. */
#ifndef HOOK_CONFIG_PLACE_H
#define HOOK_CONFIG_PLACE_H

#include <limits.h>
#include <stdbool.h>

#define LXC_DEFAULT_PATH "/var/lib/lxc" /* root's */
#define PROXMOX_FILE_MAX (NAME_MAX + 32)

/* LXCPATH/NAME/config, taken apart. */
struct config_place {
    char lxcpath[PATH_MAX];
    char name[NAME_MAX + 1];
};

/* Pure. False when `config_file` is no whole path of this form. */
bool config_place_read(const char *config_file, struct config_place *ret);

/*
 * The file that Proxmox makes a container's config from, anew at each start: what is to last has to
 * be written there. False when the container is not one of Proxmox's. `lxcpath` may be NULL.
 */
bool config_place_proxmox(const char *lxcpath, const char *name, char ret[PROXMOX_FILE_MAX]);

/* The file that a person edits: `config_file`, or Proxmox's in `buffer`. */
const char *config_place_edited(const char *config_file, char buffer[PROXMOX_FILE_MAX]);

#endif

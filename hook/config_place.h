/* Where the config of a container lies. */
#ifndef HOOK_CONFIG_PLACE_H
#define HOOK_CONFIG_PLACE_H

#include <limits.h>
#include <stdbool.h>

/* There on every host that is Proxmox's, and on no other. */
#define PROXMOX_FOLDER "/etc/pve"

/* LXCPATH/NAME/config, taken apart. */
struct config_place {
    char lxcpath[PATH_MAX];
    char name[NAME_MAX + 1];
};

/* Pure. False when `config_file` is no whole path of this form. */
bool config_place_read(const char *config_file, struct config_place *ret);

#endif

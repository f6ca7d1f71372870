/* SPDX-License-Identifier: MIT */
#include "facts/place.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool config_place_read(const char *config_file, struct config_place *ret)
{
    char path[PATH_MAX];
    char *name;
    char *file;

    if (config_file[0] != '/' || strlen(config_file) >= sizeof(path))
        return false;
    snprintf(path, sizeof(path), "%s", config_file);
    file = strrchr(path, '/');
    *file++ = '\0';
    name = strrchr(path, '/');
    if (!name || name == path || !text_is_equal(file, "config"))
        return false;
    *name++ = '\0';
    if (!*name || strlen(name) > NAME_MAX)
        return false;
    snprintf(ret->lxcpath, sizeof(ret->lxcpath), "%s", path);
    snprintf(ret->name, sizeof(ret->name), "%s", name);
    return true;
}

bool config_place_proxmox(const char *lxcpath, const char *name, char ret[PROXMOX_FILE_MAX])
{
    char file[PROXMOX_FILE_MAX];

    if ((lxcpath && !text_is_equal(lxcpath, LXC_DEFAULT_PATH)) || strlen(name) > NAME_MAX)
        return false;
    snprintf(file, sizeof(file), "/etc/pve/lxc/%s.conf", name);
    if (access(file, F_OK) < 0)
        return false;
    memcpy(ret, file, sizeof(file));
    return true;
}

const char *config_place_edited(const char *config_file, char buffer[PROXMOX_FILE_MAX])
{
    struct config_place place;

    return config_place_read(config_file, &place) &&
                   config_place_proxmox(place.lxcpath, place.name, buffer)
               ? buffer
               : config_file;
}

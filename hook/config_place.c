#include "config_place.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

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

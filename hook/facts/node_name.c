/* SPDX-License-Identifier: MIT */
/* What names and numbers of nodes say by themselves. Pure. */
#include "base/drm.h"
#include "base/text.h"
#include "facts/gpu.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct vendor {
    unsigned id;
    const char *name;
};

static const struct vendor vendors[] = {{0x8086, "intel"}, {0x1002, "amd"}, {0x10de, "nvidia"}};

const char *gpu_vendor_name(unsigned vendor_id, char *buffer, size_t size)
{
    if (vendor_id == 0)
        return "unknown";
    for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
        if (vendors[i].id == vendor_id)
            return vendors[i].name;
    snprintf(buffer, size, "0x%04x", vendor_id);
    return buffer;
}

unsigned gpu_vendor_id(const char *name)
{
    for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
        if (text_is_equal(vendors[i].name, name))
            return vendors[i].id;
    return 0;
}

bool gpu_name_parse(const char *name, bool *ret_is_render, unsigned *ret_minor)
{
    bool is_render = strncmp(name, "renderD", 7) == 0;
    const char *digits = name + (is_render ? 7 : 4);
    uint32_t number;

    if (!is_render && strncmp(name, "card", 4) != 0)
        return false;
    /* "renderD0128" is not a name the kernel gives. */
    if (text_to_u32(digits, 10, RENDER_MINOR_MAX, &number) < 0 || (digits[0] == '0' && digits[1]))
        return false;
    if (is_render ? number < RENDER_MINOR_MIN : number > PRIMARY_MINOR_MAX)
        return false;
    *ret_is_render = is_render;
    *ret_minor = number;
    return true;
}

const char *gpu_describe_file(mode_t mode, dev_t rdev, char *buffer, size_t size)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "regular file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symbolic link";
    case S_IFIFO:
        return "FIFO";
    case S_IFSOCK:
        return "socket";
    default:
        snprintf(buffer, size, "%s device %u:%u", S_ISCHR(mode) ? "character" : "block",
                 major(rdev), minor(rdev));
        return buffer;
    }
}

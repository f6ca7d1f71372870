/* SPDX-License-Identifier: MIT */
#include "config/pve.h"

#include "base/text.h"
#include "config/enabled.h"
#include "config/proxmox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_PREFIX "/etc/pve/lxc-gpu-"
#define OWN_SUFFIX ".conf"

static bool is_own_file(const char *path)
{
    size_t length = strlen(path);
    size_t suffix = strlen(OWN_SUFFIX);

    return strncmp(path, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 && length > suffix &&
           text_is_equal(path + length - suffix, OWN_SUFFIX);
}

static bool is_our_include(const struct proxmox_line *line)
{
    return !line->section[0] && text_is_equal(line->key, "lxc.include") &&
           (enabled_is_snippet(line->value) || is_own_file(line->value));
}

int pve_include_set(const char *text, const char *file, char **ret)
{
    const char *end = text + strlen(text);
    struct proxmox_line line = {.number = 0};
    size_t added = file ? strlen(file) + 32 : 0;
    char *made = calloc(1, strlen(text) + added + 1);
    struct text out = {.data = made, .size = strlen(text) + added + 1};
    bool is_there = false;
    bool is_done = false;

    if (!made)
        return -ENOMEM;
    for (const char *next = text; !is_there && proxmox_line_next(&next, end, &line);)
        is_there = is_our_include(&line);
    if (file && !is_there)
        text_add(&out, "lxc.include: %s\n", file);
    line = (struct proxmox_line){.number = 0};
    for (const char *next = text; proxmox_line_next(&next, end, &line);) {
        if (!is_our_include(&line)) {
            text_add(&out, "%.*s", (int)line.length, line.start);
            continue;
        }
        if (file && !is_done)
            text_add(&out, "lxc.include: %s\n", file);
        is_done = true;
    }
    *ret = made;
    return 0;
}

void pve_own_file(const char *ctid, char ret[PROXMOX_FILE_MAX])
{
    snprintf(ret, PROXMOX_FILE_MAX, OWN_PREFIX "%s" OWN_SUFFIX, ctid);
}

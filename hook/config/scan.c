/* SPDX-License-Identifier: MIT */
#include "config/scan.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/file.h"
#include "base/text.h"
#include "config/include.h"
#include "config/obeyed.h"
#include "facts/gpu.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DRI         "/dev/dri"
#define SCRIPT_MAX  (64u << 10)
#define FIELD_BLANK " \t"

/* Too long a text is none: half of it is not what stands there. */
static void text_keep(const char *text, char *ret, size_t size)
{
    ret[0] = '\0';
    if (strlen(text) < size)
        text_printable(ret, size, text);
}

/* Root names no file in a fix that others can change, or put a link in the place of. */
static bool is_to_be_read(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (geteuid() != 0 || obeyed_is_roots(path));
}

static bool is_of_a_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._-", c));
}

const char *config_hook_find(const char *text)
{
    static const char name[] = "lxc-gpu-hook";

    for (const char *at = text; (at = strstr(at, name)); at++) {
        char behind = at[strlen(name)];
        if ((at == text || !is_of_a_name(at[-1])) && !is_of_a_name(behind) && behind != '/')
            return at;
    }
    return NULL;
}

/* ---- mount entries --------------------------------------------------------------------------- */

/* "dev/dri/card0", "/dev/dri": what is behind /dev/dri in the container, NULL elsewhere. */
static const char *behind_dri(const char *target)
{
    static const char folder[] = "dev/dri";

    target += strspn(target, "/");
    if (strncmp(target, folder, strlen(folder)) != 0)
        return NULL;
    target += strlen(folder);
    if (*target && *target != '/')
        return NULL;
    return target + strspn(target, "/");
}

bool config_entry_judge(const char *behind_dri, unsigned node_minor, struct config_entry *ret)
{
    unsigned name_minor;
    bool is_render;

    ret->kind = ENTRY_NODES;
    ret->is_card = node_minor < RENDER_MINOR_MIN;
    if (gpu_name_parse(behind_dri, &is_render, &name_minor) && name_minor == node_minor)
        return is_render;
    /* A link of that name to the render node is part of what this hook makes. */
    if (ret->is_card || strncmp(behind_dri, "by-path/", strlen("by-path/")) != 0)
        ret->kind = ENTRY_OTHER_NAME;
    return true;
}

/* False for what this hook leaves as it is. */
static bool entry_judge(const char *source, const char *behind, struct config_entry *ret)
{
    const char *name =
        strncmp(source, DRI "/", strlen(DRI "/")) == 0 ? source + strlen(DRI "/") : "";
    unsigned node_minor;
    bool unused;
    struct stat st;

    ret->is_folder = !*behind;
    if (!*behind)
        return text_is_equal(source, DRI);
    if (stat(source, &st) == 0)
        return S_ISCHR(st.st_mode) && major(st.st_rdev) == DRM_MAJOR &&
               config_entry_judge(behind, minor(st.st_rdev), ret);
    /* LXC passes over an optional one that is not there: it shows nothing, and is needless. */
    return gpu_name_parse(name, &unused, &node_minor) &&
           config_entry_judge(behind, node_minor, ret) && ret->kind == ENTRY_NODES;
}

/* "SOURCE TARGET TYPE OPTIONS", as in fstab(5). `line` is NULL in such a file. */
static void entry_take(const struct config_line *line, bool is_fstab, struct config_lines *ret)
{
    struct config_entry *entry = &ret->entries[ret->entry_count];
    char source[PATH_MAX];
    char target[PATH_MAX];
    char whole[2 * PATH_MAX];
    const char *behind;

    ret->brings_dri |= strstr(line->value, "dev/dri") != NULL;
    if (ret->entry_count == CONFIG_ENTRIES_MAX || strlen(line->value) >= sizeof(source) ||
        sscanf(line->value, "%4095s %4095s", source, target) != 2 || !(behind = behind_dri(target)))
        return;
    memset(entry, 0, sizeof(*entry));
    if (!entry_judge(source, behind, entry))
        return;
    snprintf(whole, sizeof(whole), "%s%s%s", is_fstab ? "" : line->key, is_fstab ? "" : " = ",
             line->value);
    text_printable(entry->line, sizeof(entry->line), whole);
    text_keep(source, entry->source, sizeof(entry->source));
    text_keep(target, entry->target, sizeof(entry->target));
    text_keep(line->file, entry->file, sizeof(entry->file));
    entry->is_fstab = is_fstab;
    ret->entry_count++;
}

static void fstab_take(const char *file, struct config_lines *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    char *rest = NULL;

    if (!is_to_be_read(file) || file_read_at(AT_FDCWD, file, CONFIG_MAX, &text, &size) < 0)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *value = line + strspn(line, FIELD_BLANK);
        const struct config_line taken = {.file = file, .key = "", .value = value};
        if (*value != '#')
            entry_take(&taken, true, ret);
    }
}

/* ---- hooks that change a node of the host ---------------------------------------------------- */

/* Not "$LXC_ROOTFS_MOUNT/dev/dri", which is the container's. */
static bool names_host_node(const char *text)
{
    for (const char *at = text; (at = strstr(at, DRI)); at++)
        if (at == text || strchr(FIELD_BLANK "\n'\"=", at[-1]))
            return true;
    return false;
}

static bool changes_node(const char *text)
{
    static const char *const programs[] = {"chown", "chmod", "chgrp", "setfacl"};
    bool changes = false;

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        changes |= strstr(text, programs[i]) != NULL;
    return changes && names_host_node(text);
}

static bool script_changes_node(const char *command)
{
    CLEANUP_FREE char *text = NULL;
    char path[PATH_MAX];
    size_t size;

    snprintf(path, sizeof(path), "%.*s", (int)strcspn(command, FIELD_BLANK), command);
    return path[0] == '/' && is_to_be_read(path) &&
           file_read_at(AT_FDCWD, path, SCRIPT_MAX, &text, &size) == 0 && changes_node(text);
}

static void hook_take(const struct config_line *line, struct config_lines *ret)
{
    char whole[PATH_MAX];

    if (ret->changer[0] || (!text_is_equal(line->key, "lxc.hook.pre-start") &&
                            !text_is_equal(line->key, "lxc.hook.start-host")))
        return;
    ret->is_changer_script = !changes_node(line->value);
    if (config_hook_find(line->value) ||
        (ret->is_changer_script && !script_changes_node(line->value)))
        return;
    snprintf(whole, sizeof(whole), "%s = %s", line->key, line->value);
    text_printable(ret->changer, sizeof(ret->changer), whole);
    text_keep(line->key, ret->changer_key, sizeof(ret->changer_key));
    text_keep(line->value, ret->changer_value, sizeof(ret->changer_value));
    text_keep(line->file, ret->changer_file, sizeof(ret->changer_file));
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void init_groups_take(const char *value, struct config_init *init)
{
    char copy[512];
    char *rest = NULL;

    init->group_count = 0;
    snprintf(copy, sizeof(copy), "%s", value);
    for (char *word = strtok_r(copy, ", \t", &rest); word && init->group_count < INIT_GROUPS_MAX;
         word = strtok_r(NULL, ", \t", &rest))
        if (text_to_u32(word, 10, UINT32_MAX - 1, &init->groups[init->group_count]) == 0)
            init->group_count++;
}

static void rule_take(const struct config_line *line, struct config_lines *ret)
{
    char whole[CONFIG_LINE_SIZE];

    if (strncmp(line->value, "c 226", 5) != 0)
        return;
    if (text_is_equal(line->key, "lxc.cgroup2.devices.allow"))
        ret->has_drm_rule = true;
    /* A file that it includes may serve hosts of both kinds. */
    if (!text_is_equal(line->key, "lxc.cgroup.devices.allow") || ret->rule_v1[0] ||
        !text_is_equal(line->file, ret->file))
        return;
    snprintf(whole, sizeof(whole), "%s = %.100s", line->key, line->value);
    text_printable(ret->rule_v1, sizeof(ret->rule_v1), whole);
}

static void line_take(const struct config_line *line, void *memory)
{
    struct config_lines *ret = memory;
    const char *key = line->key;

    if (text_is_equal(key, "lxc.mount.entry"))
        entry_take(line, false, ret);
    else if (text_is_equal(key, "lxc.mount.fstab") && line->value[0] == '/')
        fstab_take(line->value, ret);
    else if (text_is_equal(key, "lxc.init.uid"))
        (void)text_to_u32(line->value, 10, UINT32_MAX - 1, &ret->init.uid);
    else if (text_is_equal(key, "lxc.init.gid"))
        (void)text_to_u32(line->value, 10, UINT32_MAX - 1, &ret->init.gid);
    else if (text_is_equal(key, "lxc.init.groups"))
        init_groups_take(line->value, &ret->init);
    hook_take(line, ret);
    rule_take(line, ret);
}

void config_scan_known(const char *file, bool is_roots, const char *text, struct config_lines *ret)
{
    CLEANUP_FREE struct config_include *include = malloc(sizeof(*include));

    config_lines_init(ret);
    ret->file = file;
    ret->is_roots = is_roots;
    if (include)
        config_walk(file, text, strlen(text), geteuid() == 0, line_take, ret, include);
}

void config_scan(const char *config_file, struct config_lines *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct stat st;
    size_t size;

    config_lines_init(ret);
    if (!config_file || file_read_at(AT_FDCWD, config_file, CONFIG_MAX, &text, &size) < 0)
        return;
    config_scan_known(config_file, stat(config_file, &st) == 0 && st.st_uid == 0, text, ret);
}

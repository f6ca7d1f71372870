/* SPDX-License-Identifier: MIT */
#include "say/advice_config.h"

#include "base/text.h"
#include "facts/place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM     PROGRAM_FOLDER "/lxc-gpu-hook"
#define FIX_RESERVE 160 /* for the line about /etc/subgid behind a map */

static void owner_add(const struct options *options, struct text *text)
{
    if (options->has_gid)
        text_add(text, " --group %u", options->gid);
    else if (options->group)
        text_add(text, " --group %s", options->group);
    if (options->user)
        text_add(text, " --user %u", options->user);
    if (options->mode != OPTIONS_MODE)
        text_add(text, " --mode %04o", options->mode);
}

static void options_add(const struct options *options, const char *select, struct text *text)
{
    if (select)
        text_add(text, " --select %s", select);
    for (size_t i = 0; !select && i < options->selection.count; i++)
        text_add(text, " --select %s", options->selection.specs[i]);
    owner_add(options, text);
    text_add(text, "%s%s%s", options->selection.with_card ? " --with-card" : "",
             options->optional ? " --optional" : "", options->no_probe ? " --no-probe" : "");
    if (options->wait_seconds)
        text_add(text, " --wait %u", options->wait_seconds);
}

const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size)
{
    struct text text = {.data = buffer, .size = size};

    text_add(&text, "lxc.hook.%s = " PROGRAM, type);
    options_add(options, select, &text);
    text_add(&text, "%s%s", options->verbose ? " -v" : "", options->quiet ? " -q" : "");
    return buffer;
}

static bool advice_is_proxmox(const struct options *options)
{
    char proxmox[PROXMOX_FILE_MAX];

    return options->config_file && config_place_edited(options->config_file, proxmox) == proxmox;
}

void advice_proxmox_enable(const struct options *options, const char *select, const char *proxmox,
                           struct err *err)
{
    const char *slash = strrchr(proxmox, '/');
    char line[512];
    struct text text = TEXT_ON(line);

    if (!slash || !text_is_shell_word(slash + 1))
        return;
    text_add(&text, "lxc-gpu-hook enable %.*s", (int)strcspn(slash + 1, "."), slash + 1);
    options_add(options, select, &text);
    if (!text.cut)
        err_fix_lines(err, line);
}

void advice_hook_lines(const struct options *options, const char *select, struct err *err)
{
    char proxmox[PROXMOX_FILE_MAX];
    char line[512];

    if (options->config_file && config_place_edited(options->config_file, proxmox) == proxmox) {
        advice_proxmox_enable(options, select, proxmox, err);
        return;
    }
    err_fix_lines(err, advice_hook_line(options, "mount", select, line, sizeof(line)));
    err_fix_lines(err, advice_hook_line(options, "start-host", select, line, sizeof(line)));
}

void advice_hook_place(const struct options *options, const char *what, struct err *err)
{
    char line[128];

    if (!advice_is_proxmox(options))
        snprintf(line, sizeof(line), "# %sin place of the config's lines for this hook", what);
    else if (what[0])
        snprintf(line, sizeof(line), "# %.*s", (int)strcspn(what, ",:"), what);
    else
        line[0] = '\0'; /* the command takes their place by itself */
    err_fix_lines(err, line);
}

void advice_place(const char *config_file, struct err *err)
{
    char proxmox[PROXMOX_FILE_MAX];

    if (err->has_config_lines && config_place_edited(config_file, proxmox) == proxmox)
        err_fix(err, "# what begins with lxc. goes into %s", proxmox);
}

/* Half a map, pasted, would break the container. */
bool advice_map(const struct idmap *map, char kind, struct err *err)
{
    char lines[ERR_FIX_MAX];
    struct text text = TEXT_ON(lines);

    text_add(&text, "# in place of the config's lxc.idmap = %c lines", kind);
    for (size_t i = 0; i < map->count; i++)
        text_add(&text, "\nlxc.idmap = %c %u %u %u", kind, map->extents[i].inside,
                 map->extents[i].outside, map->extents[i].length);
    if (text.cut || strlen(err->fix) + text.used + FIX_RESERVE > sizeof(err->fix))
        return false;
    err->has_config_lines = true;
    err_fix_lines(err, lines);
    return true;
}

void advice_gids(const struct idmap *map, const char *config_file, struct err *err)
{
    struct config_place place;
    char proxmox[PROXMOX_FILE_MAX];

    if (advice_map(map, 'g', err))
        return;
    if (!config_place_read(config_file, &place) || !text_is_shell_word(place.lxcpath) ||
        !text_is_shell_word(place.name))
        err_fix(err, "# lxc-gpu-hook idmap prints and writes the container's new lines");
    else if (config_place_proxmox(place.lxcpath, place.name, proxmox))
        err_fix(err, "lxc-gpu-hook idmap %s    # the lines, for %s", place.name, proxmox);
    else
        err_fix(err, "lxc-gpu-hook idmap %s --write -P %s", place.name, place.lxcpath);
}

const char *advice_grant_line(const char *user, uint32_t first, uint32_t count, const char *file,
                              char *buffer, size_t size)
{
    bool is_root = geteuid() == 0;

    snprintf(buffer, size, "%secho %s:%u:%u >>%s%s", is_root ? "" : "sudo sh -c '", user, first,
             count, file, is_root ? "" : "'");
    return buffer;
}

void advice_grant(const char *user, uint32_t first, uint32_t count, const char *file,
                  struct err *err)
{
    char line[160];

    if (text_is_shell_word(user))
        err_fix_lines(err, advice_grant_line(user, first, count, file, line, sizeof(line)));
}

void advice_include(const char *file, const char *target, struct err *err)
{
    char expression[200];
    char line[512];
    struct text text = TEXT_ON(expression);

    text_add(&text, "^ *lxc\\.include *[:=] *");
    for (const char *c = target; *c; c++)
        text_add(&text, "%s%c", *c == '/' || *c == '.' ? "\\" : "", *c);
    text_add(&text, " *$");
    err_fix(err, "# put that file back, or take the line out");
    if (text_is_shell_word(target) && !text.cut)
        err_fix_lines(err, advice_delete(file, expression, line, sizeof(line)));
}

void advice_start(const char *lxcpath, const char *name, const char *why, struct err *err)
{
    char proxmox[PROXMOX_FILE_MAX];

    char line[PATH_MAX + 512];
    struct text text = TEXT_ON(line);

    if (!text_is_shell_word(name) || (lxcpath && !text_is_shell_word(lxcpath)))
        return;
    if (config_place_proxmox(lxcpath, name, proxmox))
        text_add(&text, "pct start %s", name);
    else if (lxcpath)
        text_add(&text, "lxc-start -P %s -n %s", lxcpath, name);
    else
        text_add(&text, "lxc-start -n %s", name);
    text_add(&text, "    # %s", why);
    err_fix_lines(err, line);
}

const char *advice_delete(const char *config_file, const char *expression, char *buffer,
                          size_t size)
{
    char proxmox[PROXMOX_FILE_MAX];

    config_file = config_place_edited(config_file, proxmox);
    if (config_file[0] == '/' && text_is_shell_word(config_file))
        snprintf(buffer, size, "sed -i.bak '/%s/d' %s", expression, config_file);
    else
        snprintf(buffer, size, "# delete what matches '%s' from the container's config",
                 expression);
    return buffer;
}

/* As sed(1) takes it literally. */
static void expression_add(const char *literal, struct text *text)
{
    for (; *literal; literal++)
        text_add(text, "%s%c", strchr("/.*[]^$\\", *literal) ? "\\" : "", *literal);
}

const char *advice_delete_entry(const struct config_entry *entry, char *buffer, size_t size)
{
    char expression[3 * CONFIG_LINE_SIZE] = "";
    struct text text = TEXT_ON(expression);

    text_add(&text, "^ *%s", entry->is_fstab ? "" : "lxc\\.mount\\.entry *[:=] *");
    expression_add(entry->source, &text);
    text_add(&text, "[[:blank:]][[:blank:]]*");
    expression_add(entry->target, &text);
    text_add(&text, "[[:blank:]]");
    buffer[0] = '\0';
    if (text.cut || !entry->source[0] || !entry->target[0] || !entry->file[0] ||
        strchr(expression, '\''))
        return buffer;
    return advice_delete(entry->file, expression, buffer, size);
}

const char *advice_delete_changer(const struct config_lines *config, char *buffer, size_t size)
{
    char expression[3 * CONFIG_LINE_SIZE] = "";
    struct text text = TEXT_ON(expression);

    text_add(&text, "^ *");
    expression_add(config->changer_key, &text);
    text_add(&text, " *[:=] *");
    expression_add(config->changer_value, &text);
    text_add(&text, " *$");
    buffer[0] = '\0';
    if (text.cut || !config->changer_value[0] || !config->changer_file[0])
        return buffer;
    /* A quote of the line's own would end sed's. */
    for (char *c = expression; *c; c++)
        if (*c == '\'')
            *c = '.';
    return advice_delete(config->changer_file, expression, buffer, size);
}

/* SPDX-License-Identifier: MIT */
/* Is the hook in the container's config, where it can work, and with which options. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/check.h"
#include "config/name_words.h"
#include "config/scan.h"
#include "config/shell_words.h"
#include "exit_status.h"
#include "facts/env.h"
#include "say/advice_config.h"
#include "say/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "lxc-gpu-hook"

void check_lines_close(struct hook_lines *lines)
{
    for (size_t i = 0; i < HOOK_LINES_MAX; i++)
        free(lines->lines[i].text);
}

void check_hooks_close(struct check_hooks *hooks)
{
    check_lines_close(&hooks->start_host);
    check_lines_close(&hooks->mount);
}

static int wrong_section(const struct container_facts *facts, struct err *err)
{
    const struct about about = {.config_file = facts->config_file};
    struct fault fault;
    const char *type;
    bool works;

    for (size_t i = 0; (type = hook_type_name(i, &works)); i++) {
        CLEANUP_FREE char *lines = NULL;
        enum hook_type unused;
        char key[40];
        if (works)
            continue;
        snprintf(key, sizeof(key), "lxc.hook.%s", type);
        int r = lxc_config_get(&facts->container, key, &lines, err);
        if (r == 0 && config_hook_find(lines) && hook_type_read(type, &unused, &fault) < 0)
            r = say_fault(&fault, &about, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The word that names this program, whatever runs it; `count` when there is none. */
static size_t program_find(char *const *words, size_t count)
{
    size_t i = 0;

    for (; i < count; i++) {
        const char *slash = strrchr(words[i], '/');
        if (text_is_equal(slash ? slash + 1 : words[i], PROGRAM))
            break;
    }
    return i;
}

static int no_task(struct err *err)
{
    const struct about nothing = {.options = NULL};
    struct fault fault;

    (void)fault_set(&fault, CAUSE_HOOK_NO_TASK, 0);
    return say_fault(&fault, &nothing, err);
}

static int line_read(struct hook_line *line, const char *text, struct err *err)
{
    char shown[200];
    size_t count = 0;
    size_t program;
    int r;

    line->text = strdup(text);
    if (!line->text)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "read the config");
    if (!shell_words_split(line->text, HOOK_WORDS_MAX, line->words, &count) ||
        (program = program_find(line->words, count)) == count) {
        r = err_set(err, STATUS_USAGE, 0,
                    "only a shell can read this hook line, and check is none: %s",
                    text_printable(shown, sizeof(shown), text));
        err_fix(err, "# write it without $, `, \\, ;, patterns and a shell of its own");
        return r;
    }
    r = options_parse((int)(count - program), line->words + program, &line->options, err);
    if (r == 0 && line->options.rest_count)
        r = err_set(err, STATUS_USAGE, 0, "unexpected argument '%s'",
                    text_printable(shown, sizeof(shown), line->options.rest[0]));
    if (r == 0 && (line->options.show_help || line->options.show_version))
        r = no_task(err);
    return r;
}

/* Of version 0, LXC's default, the name is part of the command. */
static int name_check(const struct container *container, struct err *err)
{
    const struct about nothing = {.options = NULL};
    CLEANUP_FREE char *version = NULL;
    struct name_words name;
    struct fault fault;
    int r;

    name_words_split(container->name, &name);
    if (name.fate != NAME_LOST)
        return 0;
    r = lxc_config_get(container, "lxc.hook.version", &version, err);
    if (r < 0 || text_is_equal(version, "1"))
        return r;
    (void)fault_set(&fault, CAUSE_NAME_LOST, 0);
    return say_fault(&fault, &nothing, err);
}

int check_lines_read(const struct container *container, const char *type, struct hook_lines *ret,
                     struct err *err)
{
    CLEANUP_FREE char *lines = NULL;
    char *rest = NULL;
    char key[40];
    int r;

    snprintf(key, sizeof(key), "lxc.hook.%s", type);
    r = lxc_config_get(container, key, &lines, err);
    if (r < 0)
        return r;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (!config_hook_find(line) || ret->count == HOOK_LINES_MAX)
            continue;
        r = line_read(&ret->lines[ret->count++], line, err);
        if (r < 0) {
            err_wrap(err, "the config's hook line");
            return r;
        }
    }
    return 0;
}

static void options_replace(struct hook_lines *lines, const struct options *options)
{
    for (size_t i = 0; i < lines->count; i++)
        lines->lines[i].options = *options;
}

bool check_asks_what_if(const struct options *options)
{
    return options->selection.count || options->selection.with_card || options->optional ||
           options->group || options->has_gid || options->user || options->mode != OPTIONS_MODE ||
           options->no_probe;
}

static int not_started(const struct options *options, const struct container_facts *facts,
                       const struct check_hooks *hooks, struct err *err)
{
    const struct obeyed *obeyed = &facts->obeyed;
    const struct options *wanted = hooks->mount.count ? &hooks->mount.lines[0].options : options;
    const struct about about = {.options = wanted, .config_file = facts->config_file};
    struct fault fault;
    int r;

    if (obeyed->source[0] && (obeyed->proxmox.drops_start_host || obeyed->proxmox.keeps_mount)) {
        (void)fault_set(&fault, CAUSE_PROXMOX_DROPS, 0, .name = obeyed->source);
        return say_fault(&fault, &about, err);
    }
    r = err_set(err, STATUS_USAGE, 0, "the container's config does not start this hook");
    if (obeyed->source[0])
        advice_proxmox_enable(wanted, NULL, obeyed->source, err);
    else
        err_fix_config(err, "lxc.include = " CONFIG_FOLDER "/%s",
                       facts->is_privileged ? "gpu-privileged.conf" : "gpu.conf");
    return r;
}

int check_hooks_read(const struct options *options, const struct container_facts *facts,
                     struct check_hooks *ret, struct err *err)
{
    int r = wrong_section(facts, err);

    if (r == 0)
        r = check_lines_read(&facts->container, "mount", &ret->mount, err);
    if (r == 0)
        r = check_lines_read(&facts->container, "start-host", &ret->start_host, err);
    if (r == 0 && ret->start_host.count == 0)
        r = not_started(options, facts, ret, err);
    if (r == 0)
        r = name_check(&facts->container, err);
    if (r == 0 && check_asks_what_if(options)) {
        options_replace(&ret->mount, options);
        options_replace(&ret->start_host, options);
    }
    return r;
}

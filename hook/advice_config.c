#include "advice_config.h"

#include "base/text.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRAM "/usr/bin/lxc-gpu-hook"

static void owner_add(const struct options *options, struct text *text)
{
    if (options->has_gid)
        text_add(text, " --group %u", options->gid);
    else if (options->group)
        text_add(text, " --group %s", options->group);
    if (options->user)
        text_add(text, " --user %u", options->user);
    if (options->mode != 0660)
        text_add(text, " --mode %04o", options->mode);
}

const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size)
{
    struct text text = {.data = buffer, .size = size};

    text_add(&text, "lxc.hook.%s = " PROGRAM, type);
    if (select)
        text_add(&text, " --select %s", select);
    for (size_t i = 0; !select && i < options->selection.count; i++)
        text_add(&text, " --select %s", options->selection.specs[i]);
    owner_add(options, &text);
    text_add(&text, "%s%s%s", options->selection.with_card ? " --with-card" : "",
             options->optional ? " --optional" : "", options->no_probe ? " --no-probe" : "");
    if (options->wait_seconds)
        text_add(&text, " --wait %u", options->wait_seconds);
    text_add(&text, "%s%s", options->verbose ? " -v" : "", options->quiet ? " -q" : "");
    return buffer;
}

void advice_hook_lines(const struct options *options, const char *select, struct err *err)
{
    char line[512];

    err_fix(err, "%s", advice_hook_line(options, "mount", select, line, sizeof(line)));
    err_fix(err, "%s", advice_hook_line(options, "start-host", select, line, sizeof(line)));
}

void advice_map(const struct idmap *map, char kind, struct err *err)
{
    err_fix(err, "# in place of the config's lxc.idmap = %c lines", kind);
    for (size_t i = 0; i < map->count; i++)
        err_fix(err, "lxc.idmap = %c %u %u %u", kind, map->extents[i].inside,
                map->extents[i].outside, map->extents[i].length);
}

void advice_grant(const char *user, uint32_t first, uint32_t count, const char *file,
                  struct err *err)
{
    if (geteuid() == 0)
        err_fix(err, "echo %s:%u:%u >>%s", user, first, count, file);
    else
        err_fix(err, "sudo sh -c 'echo %s:%u:%u >>%s'", user, first, count, file);
}

void advice_start(const struct container *container, const char *why, struct err *err)
{
    err_fix(err, "lxc-start %s%s%s-n %s    # %s", container->lxcpath ? "-P " : "",
            container->lxcpath ? container->lxcpath : "", container->lxcpath ? " " : "",
            container->name, why);
}

const char *advice_delete(const char *config_file, const char *expression, char *buffer,
                          size_t size)
{
    if (config_file[0] == '/' && text_is_shell_word(config_file))
        snprintf(buffer, size, "sed -i.bak '/%s/d' %s", expression, config_file);
    else
        snprintf(buffer, size, "# delete what matches '%s' from the container's config",
                 expression);
    return buffer;
}

/* SPDX-License-Identifier: MIT */
#include "heal/right.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/hook.h"
#include "config/obeyed.h"
#include "config/scan.h"
#include "exit_status.h"

#include <errno.h>
#include <stdio.h>

static void line_take(const struct config_line *line, void *memory)
{
    bool *has_line = memory;

    *has_line |=
        text_is_equal(line->key, "lxc.hook.start-host") && config_hook_find(line->value) != NULL;
}

int right_find(const struct running *running, enum right *ret, struct err *err)
{
    __attribute__((cleanup(obeyed_close))) struct obeyed obeyed;
    CLEANUP_FREE struct config_include *include = malloc(sizeof(*include));
    char file[sizeof(obeyed.directory) + 8];
    bool has_line = false;
    int r;

    *ret = RIGHT_NONE;
    obeyed_init(&obeyed);
    if (!include)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "read the config");
    r = obeyed_open(running->lxcpath, running->name, &obeyed, err);
    if (r == -ENOENT)
        return 0; /* Incus keeps the config elsewhere */
    if (r < 0 && obeyed.breach.found) {
        *ret = RIGHT_FOREIGN;
        return 0;
    }
    if (r < 0)
        return r;
    snprintf(file, sizeof(file), "%s/config", obeyed.directory);
    config_walk(file, obeyed.text, obeyed.size, true, line_take, &has_line, include);
    *ret = has_line ? RIGHT_BY_CONFIG : RIGHT_NONE;
    return 0;
}

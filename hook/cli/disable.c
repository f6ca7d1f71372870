/* SPDX-License-Identifier: MIT */
/*
 * `lxc-gpu-hook disable NAME`: takes out of a container's config what enable has put in, and
 * nothing else; and what both need.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/cli.h"
#include "cli/edit_config.h"
#include "config/edit.h"
#include "config/lxc.h"
#include "exit_status.h"
#include "say/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TRIES 5

/* ---- for both -------------------------------------------------------------------------------- */

int edit_again(edit_once once, const struct options *options, struct edited *ret, struct err *err)
{
    int r = -EAGAIN;

    for (int i = 0; r == -EAGAIN && i < TRIES; i++)
        r = once(options, ret, err);
    return r;
}

int edit_check_owner(const struct options *options, const struct obeyed *obeyed, struct err *err)
{
    struct trust_breach breach = {.found = true, .owner = obeyed->st.st_uid};
    char shown[200];
    int r;

    if (breach.owner == geteuid())
        return 0;
    r = err_set(err, STATUS_PRIVILEGE, 0, "%s/config belongs to uid %u: only its owner edits it",
                text_printable(shown, sizeof(shown), obeyed->directory), breach.owner);
    if (breach.owner == 0 && !options->lxcpath)
        err_fix(err, "sudo lxc-gpu-hook %s %s", options->rest[0], options->rest[1]);
    else if (breach.owner == 0)
        err_fix(err, "sudo lxc-gpu-hook %s %s -P %s", options->rest[0], options->rest[1],
                options->lxcpath);
    snprintf(breach.path, sizeof(breach.path), "%s", obeyed->directory);
    as_owner_fix(options, &breach, err);
    return r;
}

int edit_rest_take(const char *text, bool with_map, struct enabled_rest *ret, struct err *err)
{
    if (enabled_take_out(text, with_map, ret) < 0)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    if (ret->has_edited_map)
        report_warning("somebody has changed the id map since enable: it stays as it is");
    return 0;
}

void edit_rest_close(struct enabled_rest *rest)
{
    free(rest->text);
    rest->text = NULL;
}

int edit_write(const char *file, const struct obeyed *obeyed, const char *text, struct err *err)
{
    char shown[PATH_MAX];
    int r;

    text_printable(shown, sizeof(shown), file);
    if (text_is_equal(text, obeyed->text)) {
        printf("# nothing to change in %s\n", shown);
        return 0;
    }
    r = config_write(file, obeyed, text, err);
    if (r == 0)
        printf("# %s is written; the old one is %s.lxc-gpu-hook.bak\n", shown, shown);
    return r;
}

/* ---- disable --------------------------------------------------------------------------------- */

static void tell_rest(const char *text)
{
    char line[200];
    char warning[WARNING_SIZE];

    if (!enabled_by_hand(text, line, sizeof(line)))
        return;
    snprintf(warning, sizeof(warning),
             "the config starts this hook still, by a line that enable did not put in: '%s'", line);
    report_warning(warning);
}

static int config_edit(const struct options *options, struct edited *ret, struct err *err)
{
    __attribute__((cleanup(obeyed_close))) struct obeyed obeyed;
    __attribute__((cleanup(edit_rest_close))) struct enabled_rest rest = {0};
    const struct container container = {
        .name = options->rest[1], .lxcpath = options->lxcpath, .obeyed = &obeyed};
    char file[PATH_MAX + 8];
    pid_t pid = 0;
    int r;

    obeyed_init(&obeyed);
    r = lxc_container_check(&container, err);
    if (r < 0)
        as_owner_fix(options, &obeyed.breach, err);
    if (r == 0)
        r = edit_check_owner(options, &obeyed, err);
    if (r == 0)
        r = edit_rest_take(obeyed.text, true, &rest, err);
    snprintf(file, sizeof(file), "%s/config", obeyed.directory);
    if (r == 0)
        r = edit_write(file, &obeyed, rest.text, err);
    if (r == 0)
        tell_rest(rest.text);
    if (r == 0)
        r = lxc_container_pid(&container, &pid, err);
    ret->is_running = pid > 0;
    return r;
}

int cli_disable(const struct options *options, struct err *err)
{
    struct edited edited = {0};
    char ctid[PROXMOX_FILE_MAX];
    int r;

    if (proxmox_find(options, ctid))
        return proxmox_disable(options, ctid, err);
    if (options->rest_count != 2)
        return err_set(err, STATUS_USAGE, 0, "disable wants the name of one container");
    r = edit_again(config_edit, options, &edited, err);
    if (r < 0)
        err_wrap(err, "disable container %s", options->rest[1]);
    else if (edited.is_running)
        printf("# it runs, and keeps what it has until it is stopped\n");
    return r;
}

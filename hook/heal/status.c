/* SPDX-License-Identifier: MIT */
/* The command status: for Prometheus it also tells who has a right to what the others have. */
#include "usage/status.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"
#include "heal/heal.h"
#include "heal/right.h"
#include "heal/running.h"
#include "say/report.h"
#include "start/privilege.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A config that cannot be read gives no right, and the others' metrics are wanted all the same. */
static bool has_right(const struct running *running)
{
    enum right right;
    struct err err = {0};
    char shown[80];

    if (running->uid != 0 || right_find(running, &right, &err) == 0)
        return running->uid == 0 && right == RIGHT_BY_CONFIG;
    err_wrap(&err, "container %s", text_printable(shown, sizeof(shown), running->name));
    report_warning(err.text);
    return false;
}

static int rights_find(struct status_right **ret, size_t *ret_count, struct err *err)
{
    CLEANUP_FREE struct running *running = NULL;
    struct status_right *all;
    size_t number = 0;
    size_t count = 0;
    int r = running_find(NULL, &running, &number, err);

    if (r < 0)
        return r;
    all = calloc(number + 1, sizeof(*all));
    if (!all)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "look for those who have a right to nodes");
    for (size_t i = 0; i < number; i++) {
        if (!has_right(&running[i]))
            continue;
        text_printable(all[count].name, sizeof(all[count].name), running[i].name);
        text_printable(all[count].lxcpath, sizeof(all[count].lxcpath), running[i].lxcpath);
        count++;
    }
    *ret = all;
    *ret_count = count;
    return 0;
}

static int check_use(const struct options *options, struct err *err)
{
    const struct {
        bool is_wrong;
        const char *why;
    } rules[] = {
        {options->metrics && options->json, "--json and --metrics exclude each other"},
        {options->metrics && options->watch, "--watch and --metrics exclude each other"},
        {options->json && options->watch, "--watch and --json exclude each other"},
        {options->metrics && options->rest_count > 1,
         "status --metrics is for all containers and takes no name"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (rules[i].is_wrong)
            return err_set(err, STATUS_USAGE, 0, "%s", rules[i].why);
    return 0;
}

static int refuse_privilege(const struct options *options, struct err *err)
{
    int r = err_set(err, STATUS_PRIVILEGE, 0, "only root sees what all containers have");

    if (geteuid() == 0)
        err_fix(err, "# root, but not the host's: run it on the host, not in a container");
    else if (text_is_equal(options->metrics, "-"))
        err_fix(err, "sudo lxc-gpu-hook status --metrics -");
    else
        err_fix(err, "sudo lxc-gpu-hook status --metrics %s", options->metrics);
    return r;
}

int heal_status(const struct options *options, struct err *err)
{
    CLEANUP_FREE struct status_right *all = NULL;
    struct status_rights rights = {.count = 0};
    int r = check_use(options, err);

    if (r == 0 && options->metrics && !privilege_is_roots())
        r = refuse_privilege(options, err);
    if (r == 0 && options->metrics)
        r = rights_find(&all, &rights.count, err);
    if (r < 0)
        return r;
    rights.all = all;
    return status_show(options, &rights, err);
}

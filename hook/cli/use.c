/* SPDX-License-Identifier: MIT */
/* An option that means nothing to a command is refused: whoever gave it expects something of it. */
#include "cli/cli.h"
#include "exit_status.h"

#include <string.h>

struct use {
    const char *option;
    bool is_given;
    const char *commands; /* that know it */
};

int cli_check_use(const char *command, const struct options *options, struct err *err)
{
    const struct use uses[] = {
        {"--select", options->selection.count > 0, "list check idmap attach enable cdi"},
        {"--with-card", options->selection.with_card, "list check idmap attach enable cdi"},
        {"--wait", options->wait_seconds > 0, "list check idmap attach enable cdi"},
        {"--optional", options->optional, "list check attach enable"},
        {"--group", options->group || options->has_gid, "check idmap attach enable cdi"},
        {"--user", options->user > 0, "check attach enable cdi"},
        {"--mode", options->mode != OPTIONS_MODE, "check attach enable cdi"},
        {"--no-probe", options->no_probe, "check attach enable"},
        {"--lxcpath", options->lxcpath != NULL, "check idmap attach detach enable disable verify"},
        {"--cgroup", options->cgroup != NULL, "check"},
        {"--write", options->write, "idmap"},
        {"--member", options->member_count > 0, "enable"},
        {"--json", options->json, "list status"},
        {"--watch", options->watch, "status"},
        {"--metrics", options->metrics != NULL, "status"},
        {"--as", options->as != NULL, "verify"},
        {"--pid", options->pid > 0, "attach detach"},
        {"--owner", options->has_owner, "attach detach"},
        {"--all", options->all, "attach"},
        {"--kind", options->kind != NULL, "cdi"},
        {"--cdi-version", options->cdi_version > 0, "cdi"},
        {"--output", options->output != NULL, "cdi"},
        {"--check", options->check != NULL, "cdi"},
    };

    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        if (!uses[i].is_given || strstr(uses[i].commands, command))
            continue;
        return err_set(err, STATUS_USAGE, 0, "%s is no option of %s", uses[i].option, command);
    }
    return 0;
}

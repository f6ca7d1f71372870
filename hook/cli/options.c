/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/option_table.h"
#include "base/text.h"
#include "cdi/spec.h"
#include "exit_status.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int take_select(void *memory, const char *value, struct err *err)
{
    struct selection *selection = &((struct options *)memory)->selection;
    const char *wanted;
    char shown[80];

    text_printable(shown, sizeof(shown), value);
    if (select_check(value, &wanted) < 0 && wanted)
        return err_set(err, STATUS_USAGE, 0, "--select '%s' wants %s", shown, wanted);
    if (select_check(value, &wanted) < 0)
        return err_set(err, STATUS_USAGE, 0,
                       "--select '%s' is none of: all, renderD128, pci=, driver=, vendor=", shown);
    if (selection->count == SELECT_MAX)
        return err_set(err, STATUS_USAGE, 0, "--select is given more than %d times", SELECT_MAX);
    selection->specs[selection->count++] = value;
    return 0;
}

/* The longest name that groupadd(8) takes is 32 characters. */
static int take_group(void *memory, const char *value, struct err *err)
{
    struct options *options = memory;

    (void)err;
    options->group = NULL;
    options->has_gid = text_to_u32(value, 10, UINT32_MAX - 1, &options->gid) == 0;
    if (options->has_gid)
        return 0;
    if (strlen(value) > 32 || strpbrk(value, ":,/=") || !text_is_shell_word(value) ||
        strspn(value, "0123456789") == strlen(value))
        return -EINVAL;
    options->group = value;
    return 0;
}

/* A node that nobody may both read and write is of no use. */
static bool mode_is_usable(uint32_t mode)
{
    return (mode & 0600) == 0600 || (mode & 0060) == 0060 || (mode & 0006) == 0006;
}

static int take_mode(void *memory, const char *value, struct err *err)
{
    uint32_t mode;

    (void)err;
    if (text_to_u32(value, 8, 0666, &mode) < 0 || mode & 0111 || !mode_is_usable(mode))
        return -EINVAL;
    ((struct options *)memory)->mode = (mode_t)mode;
    return 0;
}

static int take_lxcpath(void *memory, const char *value, struct err *err)
{
    (void)err;
    ((struct options *)memory)->lxcpath = value;
    return value[0] == '/' ? 0 : -EINVAL;
}

/* As useradd(8) takes it. It becomes a word of a command. */
static int take_member(void *memory, const char *value, struct err *err)
{
    struct options *options = memory;

    if (strlen(value) > 32 || strpbrk(value, ":,/=+@") || !text_is_shell_word(value))
        return -EINVAL;
    if (options->member_count == MEMBERS_MAX)
        return err_set(err, STATUS_USAGE, 0, "--member is given more than %d times", MEMBERS_MAX);
    options->members[options->member_count++] = value;
    return 0;
}

static int take_as(void *memory, const char *value, struct err *err)
{
    (void)err;
    ((struct options *)memory)->as = value;
    return strlen(value) > 32 || strpbrk(value, ":,/=+@") || !text_is_shell_word(value) ? -EINVAL
                                                                                        : 0;
}

static int take_owner(void *memory, const char *value, struct err *err)
{
    struct options *options = memory;

    (void)err;
    options->has_owner = true;
    return text_to_u32(value, 10, UINT32_MAX - 1, &options->owner);
}

/* It becomes a word of a command, and no option of it. */
static int take_cgroup(void *memory, const char *value, struct err *err)
{
    (void)err;
    ((struct options *)memory)->cgroup = value;
    return text_is_shell_word(value) && value[0] != '-' && strlen(value) < 256 ? 0 : -EINVAL;
}

static int take_kind(void *memory, const char *value, struct err *err)
{
    (void)err;
    ((struct options *)memory)->kind = value;
    return cdi_is_kind(value) ? 0 : -EINVAL;
}

static int take_cdi_version(void *memory, const char *value, struct err *err)
{
    const char *why;
    char shown[80];

    if (cdi_version_find(value, &((struct options *)memory)->cdi_version, &why) == 0)
        return 0;
    return err_set(err, STATUS_USAGE, 0, "--cdi-version %s: %s",
                   text_printable(shown, sizeof(shown), value), why);
}

#define AT(field) .at = offsetof(struct options, field)

static const struct option_row rows[] = {
    {"select", 0, OPTION_TAKE, "SPEC", NULL,
     "take only these nodes (repeatable): all,\n"
     "renderD128, pci=0000:00:02.0, driver=i915,xe\n"
     "or vendor=intel|amd|nvidia|0x8086",
     .take = take_select, .is_first = true},
    {"group", 0, OPTION_TAKE, "NAME|GID", "a group name or a number of the container",
     "the container's group that may use the nodes\n"
     "(default: render, then video, then root with\n"
     "a warning)",
     .take = take_group},
    {"user", 0, OPTION_NUMBER, "UID", "a uid of the container, such as 0",
     "the container's uid that owns them (default: 0)", AT(user), .max = UINT32_MAX - 1},
    {"mode", 0, OPTION_TAKE, "OCTAL",
     "an octal mode without x that lets somebody read and write, such as 0660",
     "their mode (default: 0660)", .take = take_mode},
    {"with-card", 0, OPTION_FLAG, NULL, NULL, "primary nodes (card0) too", AT(selection.with_card)},
    {"optional", 0, OPTION_FLAG, NULL, NULL,
     "no matching node is no error: warn and change nothing", AT(optional)},
    {"wait", 0, OPTION_NUMBER, "SECONDS", "a number of seconds from 0 to 600",
     "wait this long for a node to appear at boot", AT(wait_seconds), .max = WAIT_SECONDS_MAX},
    {"no-probe", 0, OPTION_FLAG, NULL, NULL, "do not prove that the nodes can be opened",
     AT(no_probe)},
    {"lxcpath", 'P', OPTION_TAKE, "PATH", "the whole path of a directory, such as /var/lib/lxc",
     "where the containers are", .take = take_lxcpath, .is_first = true},
    {"write", 0, OPTION_FLAG, NULL, NULL, "idmap: edit the config, keeping a backup", AT(write)},
    {"member", 0, OPTION_TAKE, "USER", "the name of a user of the container",
     "enable: put this user of the container into\n"
     "the group that may use the nodes (repeatable)",
     .take = take_member, .is_first = true},
    {"as", 0, OPTION_TAKE, "USER", "the name of a user of the container",
     "verify: as this user of it, with its groups", .take = take_as, .is_first = true},
    {"watch", 0, OPTION_FLAG, NULL, NULL, "status: again and again, until it is interrupted",
     AT(watch)},
    {"metrics", 0, OPTION_TEXT, "FILE", "a file name, or -",
     "status: write this file for Prometheus; -: to stdout", AT(metrics)},
    {"json", 0, OPTION_FLAG, NULL, NULL, "list, status: as JSON", AT(json)},
    {"pid", 0, OPTION_NUMBER, "PID", "the process id of a container's init",
     "attach, detach: the container whose init this is", AT(pid), .min = 1, .max = INT32_MAX},
    {"owner", 0, OPTION_TAKE, "UID", "a uid of the host, such as 1000",
     "with --pid: only when this user has started it", .take = take_owner},
    {"all", 0, OPTION_FLAG, NULL, NULL, "attach: each container whose config says so", AT(all)},
    {"cgroup", 0, OPTION_TAKE, "UNIT", "the name of a systemd unit, or the path of a cgroup",
     "check: a start from this unit, or /cgroup", .take = take_cgroup},
    {"output", 0, OPTION_TEXT, "FILE", "a file name",
     "cdi: write this file, not to standard output", AT(output)},
    {"check", 0, OPTION_TEXT, "FILE", "a file name",
     "cdi: does this file say what the host has now", AT(check)},
    {"kind", 0, OPTION_TAKE, "KIND",
     "VENDOR/CLASS, each a letter and letters, digits, _ and -, in VENDOR also .",
     "cdi: the kind (default: " CDI_KIND ")", .take = take_kind},
    {"cdi-version", 0, OPTION_TAKE, "V", NULL,
     "cdi: 0.5.0 (default) to 1.0.0; from 0.7.0 on the\n"
     "group is named for the process too",
     .take = take_cdi_version},
    {"verbose", 'v', OPTION_FLAG, NULL, NULL, "say every step", AT(verbose)},
    {"quiet", 'q', OPTION_FLAG, NULL, NULL, "errors only", AT(quiet)},
    {"version", 0, OPTION_FLAG, NULL, NULL, "print the version", AT(show_version)},
    {"help", 'h', OPTION_FLAG, NULL, NULL, "print this, or with --help all everything",
     AT(show_help), .is_first = true},
};

static const struct option_table table = {rows, sizeof(rows) / sizeof(rows[0]), STATUS_USAGE};

int options_parse(int argc, char **argv, struct options *ret, struct err *err)
{
    struct options options = {.mode = OPTIONS_MODE};
    int rest;
    int r = option_table_parse(&table, argc, argv, &options, &rest, err);

    if (r < 0)
        return r;
    options.word_count = argc;
    options.words = argv;
    options.rest_count = argc - rest;
    options.rest = argv + rest;
    *ret = options;
    return 0;
}

/* A line for each command, and what the whole help says besides. */
static const struct {
    const char *use, *help, *more;
} commands[] = {
    {"enable NAME", "set a container up, with the options given",
     "(by lines in its config; a running one gets the\nnodes now)"},
    {"disable NAME", "take out what enable has put in", NULL},
    {"list", "the host's GPUs and their render nodes", NULL},
    {"check NAME", "would a start succeed, and what is missing", NULL},
    {"idmap NAME", "the lxc.idmap lines that a user's container needs", NULL},
    {"attach NAME", "give a running container the nodes now", NULL},
    {"attach --all", "the same for all whose config includes gpu.conf",
     "(where the nodes are missing or stale)"},
    {"detach NAME", "take them off a running container", NULL},
    {"verify NAME", "run gpu-verify in a running container",
     "(the words behind -- are its options)"},
    {"status [NAME]", "which containers use a GPU, and how much", NULL},
    {"cdi", "name the nodes for Podman, Docker, Kubernetes", NULL},
};

static void commands_help(bool all)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const char *line = all ? commands[i].more : NULL;
        printf("  lxc-gpu-hook %-15s%s\n", commands[i].use, commands[i].help);
        for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
            printf("  %-28s%.*s\n", "", (int)strcspn(line, "\n"), line);
    }
}

static void statuses_help(void)
{
    printf("\nExit status:\n");
#define X(number, id, meaning) printf("  %2d  %s\n", number, meaning);
    EXIT_STATUS_TABLE(X)
#undef X
}

void options_help(const struct options *options)
{
    bool all = options->rest_count == 1 && text_is_equal(options->rest[0], "all");

    printf(
        "Puts the host's GPU render nodes into an LXC container, with the right owner.\n"
        "In the container's config: lxc.include = " CONFIG_FOLDER "/gpu.conf\n");
    if (all)
        printf(
            "or, to give options, both lines with the same:\n"
            "  lxc.hook.mount = " PROGRAM_FOLDER
            "/lxc-gpu-hook --select driver=i915\n"
            "  lxc.hook.start-host = " PROGRAM_FOLDER "/lxc-gpu-hook --select driver=i915\n");
    printf("\n");
    commands_help(all);
    printf("\n");
    option_table_help(&table, all, stdout);
    if (all)
        statuses_help();
}

#include "options.h"

#include "base/text.h"
#include "exit_status.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

typedef int (*option_apply)(struct options *options, const char *value, struct err *err);

static int apply_select(struct options *options, const char *value, struct err *err)
{
    struct selection *selection = &options->selection;
    int r = select_check(value, err);

    if (r < 0)
        return r;
    if (selection->count == SELECT_MAX)
        return err_set(err, STATUS_USAGE, 0, "--select is given more than %d times", SELECT_MAX);
    selection->specs[selection->count++] = value;
    return 0;
}

/* The longest name that groupadd(8) takes is 32 characters. */
static int apply_group(struct options *options, const char *value, struct err *err)
{
    options->group = NULL;
    options->has_gid = text_to_u32(value, 10, UINT32_MAX - 1, &options->gid) == 0;
    if (options->has_gid)
        return 0;
    if (!*value || strlen(value) > 32 || strpbrk(value, ":, \t\n") ||
        strspn(value, "0123456789") == strlen(value) || value[0] == '-')
        return err_set(err, STATUS_USAGE, 0, "--group wants a group name or a number of the guest");
    options->group = value;
    return 0;
}

static int apply_user(struct options *options, const char *value, struct err *err)
{
    if (text_to_u32(value, 10, UINT32_MAX - 1, &options->user) < 0)
        return err_set(err, STATUS_USAGE, 0, "--user wants a uid of the guest, such as 0");
    return 0;
}

static int apply_mode(struct options *options, const char *value, struct err *err)
{
    uint32_t mode;

    if (text_to_u32(value, 8, 0666, &mode) < 0 || mode & 0111)
        return err_set(err, STATUS_USAGE, 0, "--mode wants an octal mode from 0 to 0666");
    options->mode = (mode_t)mode;
    return 0;
}

static int apply_wait(struct options *options, const char *value, struct err *err)
{
    uint32_t seconds;

    if (text_to_u32(value, 10, WAIT_SECONDS_MAX, &seconds) < 0)
        return err_set(err, STATUS_USAGE, 0, "--wait wants seconds from 0 to %d", WAIT_SECONDS_MAX);
    options->wait_seconds = seconds;
    return 0;
}

static int apply_lxcpath(struct options *options, const char *value, struct err *err)
{
    if (value[0] != '/')
        return err_set(err, STATUS_USAGE, 0, "-P wants the whole path of a folder, such as %s",
                       "/var/lib/lxc");
    options->lxcpath = value;
    return 0;
}

static int apply_pid(struct options *options, const char *value, struct err *err)
{
    if (text_to_u32(value, 10, INT32_MAX, &options->pid) < 0 || options->pid == 0)
        return err_set(err, STATUS_USAGE, 0, "--pid wants the process id of a container's init");
    return 0;
}

#define APPLY_FLAG(name, field)                                                                    \
    static int apply_##name(struct options *options, const char *value, struct err *err)           \
    {                                                                                              \
        (void)value;                                                                               \
        (void)err;                                                                                 \
        options->field = true;                                                                     \
        return 0;                                                                                  \
    }

APPLY_FLAG(optional, optional)
APPLY_FLAG(no_probe, no_probe)
APPLY_FLAG(verbose, verbose)
APPLY_FLAG(quiet, quiet)
APPLY_FLAG(show_version, show_version)
APPLY_FLAG(show_help, show_help)
APPLY_FLAG(with_card, selection.with_card)
APPLY_FLAG(write, write)

struct option_row {
    const char *name;
    char letter; /* 0: none */
    const char *argument;
    option_apply apply;
    const char *help;
};

static const struct option_row rows[] = {
    {"select", 0, "SPEC", apply_select,
     "take only these nodes (repeatable): all,\n"
     "renderD128, pci=0000:00:02.0, driver=i915,xe\n"
     "or vendor=intel|amd|nvidia|0x8086"},
    {"group", 0, "NAME|GID", apply_group,
     "the guest's group that may use the nodes\n"
     "(default: render, then video, then root with\n"
     "a warning)"},
    {"user", 0, "UID", apply_user, "the guest's uid that owns them (default: 0)"},
    {"mode", 0, "OCTAL", apply_mode, "their mode (default: 0660)"},
    {"with-card", 0, NULL, apply_with_card, "primary nodes (card0) too"},
    {"optional", 0, NULL, apply_optional, "no matching node is no error: warn and change nothing"},
    {"wait", 0, "SECONDS", apply_wait, "wait this long for a node to appear at boot"},
    {"no-probe", 0, NULL, apply_no_probe, "do not prove that the nodes can be opened"},
    {"lxcpath", 'P', "PATH", apply_lxcpath, "where the containers are (idmap, check, attach)"},
    {"write", 0, NULL, apply_write, "idmap: edit the config, keeping a backup"},
    {"pid", 0, "PID", apply_pid, "attach: the container whose init this is"},
    {"verbose", 'v', NULL, apply_verbose, "say every step"},
    {"quiet", 'q', NULL, apply_quiet, "errors only"},
    {"version", 0, NULL, apply_show_version, "print the version"},
    {"help", 'h', NULL, apply_show_help, "print this"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))
/* getopt_long returns this plus the row's index, so that no letter is needed. */
#define ROW_BASE 256

static const struct option_row *row_of_letter(int letter)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].letter && rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

static int option_refused(int code, char *const *argv, struct err *err)
{
    char shown[80];

    if (code == ':')
        return err_set(err, STATUS_USAGE, 0, "option %s wants a value",
                       text_printable(shown, sizeof(shown), argv[optind - 1]));
    if (optopt > 0 && optopt < ROW_BASE)
        return err_set(err, STATUS_USAGE, 0, "unknown option -%c",
                       optopt >= 0x20 && optopt < 0x7f ? optopt : '?');
    return err_set(err, STATUS_USAGE, 0, "unknown option %s",
                   text_printable(shown, sizeof(shown), argv[optind - 1]));
}

int options_parse(int argc, char **argv, struct options *ret, struct err *err)
{
    struct option longs[ROW_COUNT + 1] = {0};
    struct options options = {.mode = 0660};
    int code;

    for (size_t i = 0; i < ROW_COUNT; i++)
        longs[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument,
                                   NULL, ROW_BASE + (int)i};
    opterr = 0;
    optind = 0; /* glibc: start over, so that a test can parse twice */
    while ((code = getopt_long(argc, argv, ":vqhP:", longs, NULL)) != -1) {
        const struct option_row *row =
            code >= ROW_BASE ? &rows[code - ROW_BASE] : row_of_letter(code);
        int r = row ? row->apply(&options, optarg, err) : option_refused(code, argv, err);
        if (r < 0)
            return r;
    }
    options.rest_count = argc - optind;
    options.rest = argv + optind;
    *ret = options;
    return 0;
}

static void help_row(const struct option_row *row)
{
    char left[40];
    const char *line = row->help;
    const char *end;

    snprintf(left, sizeof(left), "%s%c%s--%s%s%s", row->letter ? "-" : "",
             row->letter ? row->letter : ' ', row->letter ? ", " : "   ", row->name,
             row->argument ? " " : "", row->argument ? row->argument : "");
    for (; (end = strchr(line, '\n')); line = end + 1) {
        printf("  %-24s%.*s\n", left, (int)(end - line), line);
        left[0] = '\0';
    }
    printf("  %-24s%s\n", left, line);
}

void options_help(void)
{
    printf(
        "Puts the host's GPU render nodes into an LXC container, with the right owner.\n\n"
        "As a hook, in the container's config (one line does all):\n"
        "  lxc.include = /usr/share/lxc/config/gpu.conf\n"
        "or, to give options:\n"
        "  lxc.hook.start-host = lxc-gpu-hook --select driver=i915\n\n"
        "For a person:\n"
        "  lxc-gpu-hook list           show the host's render nodes\n"
        "  lxc-gpu-hook check NAME     would a start succeed, and what is missing\n"
        "  lxc-gpu-hook idmap NAME     the lxc.idmap lines for a container that an\n"
        "                              ordinary user starts\n"
        "  lxc-gpu-hook attach NAME    give a running container the nodes now\n\n"
        "Options:\n");
    for (size_t i = 0; i < ROW_COUNT; i++)
        help_row(&rows[i]);
    printf("\nExit status:\n");
#define X(number, id, meaning) printf("  %d  %s\n", number, meaning);
    EXIT_STATUS_TABLE(X)
#undef X
}

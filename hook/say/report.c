/* SPDX-License-Identifier: MIT */
#include "say/report.h"

#include "base/text.h"
#include "base/wrap.h"
#include "plan/idmap_change.h"
#include "say/advice_config.h"
#include "say/advice_devices.h"
#include "say/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define LINE_MAX_SIZE 1200
#define STDERR_BUDGET 3500
#define GROUP_FIX                                                                                  \
    "getent group render >>/etc/group || groupadd -r render || addgroup -S render"                 \
    "    # in the container, then restart it"

static struct report_style report_as;
static size_t stderr_left = STDERR_BUDGET;

void report_open(const struct report_style *style)
{
    static char whole_output[STDERR_BUDGET + 512];

    report_as = *style;
    if (style->container)
        (void)setvbuf(stderr, whole_output, _IOFBF, sizeof(whole_output));
    if (style->use_syslog)
        log_open();
}

static void say_on_stderr(const char *line)
{
    size_t length = strlen("lxc-gpu-hook: \n") + strlen(line);

    if (report_as.use_syslog && length > stderr_left) {
        if (stderr_left)
            (void)fputs("lxc-gpu-hook: more in the system log\n", stderr);
        stderr_left = 0;
        return;
    }
    if (report_as.use_syslog) {
        stderr_left -= length;
        (void)fprintf(stderr, "lxc-gpu-hook: %s\n", line);
    } else if (strncmp(line, "fix: ", strlen("fix: ")) == 0) {
        (void)fprintf(stderr, "%s\n", line); /* for a person, to paste */
    } else {
        char whole[LINE_MAX_SIZE + 16];
        snprintf(whole, sizeof(whole), "lxc-gpu-hook: %s", line);
        wrap_print(whole, stderr);
    }
}

__attribute__((format(printf, 2, 3))) static void say(int priority, const char *fmt, ...)
{
    char line[LINE_MAX_SIZE];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    text_make_plain(line, "");
    say_on_stderr(line);
    if (report_as.use_syslog)
        log_line(priority, line);
}

static void say_ready(const struct plan *plan, const struct op *op, const struct proof *proof)
{
    const struct plan_owner *owner = &plan->owner;
    const struct gpu_node *gpu = op->gpu;
    const char *driver = proof->driver[0] ? proof->driver : gpu->driver;

    if (plan->is_bound) {
        say(LOG_INFO,
            "container %s: /dev/dri/%s is ready: driver %s%s%s, the host's own node, group "
            "%u%s%s%s",
            report_as.container, op->name, driver, gpu->pci[0] ? " at " : "", gpu->pci,
            owner->guest_gid, owner->group[0] ? " (" : "", owner->group,
            owner->group[0] ? ")" : "");
        return;
    }
    say(LOG_INFO,
        "container %s: /dev/dri/%s is ready: driver %s%s%s, owner %u:%u%s%s%s (host %u:%u), mode "
        "%04o%s",
        report_as.container, op->name, driver, gpu->pci[0] ? " at " : "", gpu->pci,
        owner->guest_uid, owner->guest_gid, owner->group[0] ? " (" : "", owner->group,
        owner->group[0] ? ")" : "", owner->host_uid, owner->host_gid, plan->mode,
        proof->driver[0] ? "" : ", not proven");
}

static void say_fixes(int priority, const char *line)
{
    while (*line) {
        int length = (int)strcspn(line, "\n");
        say(priority, "fix: %.*s", length, line);
        line += length + (line[length] ? 1 : 0);
    }
}

void report_warning(const char *text)
{
    int length = (int)strcspn(text, "\n");

    if (report_as.quiet)
        return;
    say(LOG_WARNING, "%s%s%swarning: %.*s", report_as.container ? "container " : "",
        report_as.container ? report_as.container : "", report_as.container ? ": " : "", length,
        text);
    say_fixes(LOG_WARNING, text + length + (text[length] ? 1 : 0));
}

void report_null_denied(const struct device_case *devices, const char *config_file)
{
    struct device_verdict verdict = device_rules_judge(&devices->rules, 1, 3);
    struct device_minors none = {.count = 0};
    struct err fix = {0};
    char line[FAULT_TEXT_MAX] = "";
    char text[WARNING_SIZE];

    if (devices->has_rules && verdict.reason == DEVICE_ALL)
        device_line_describe(&devices->rules, verdict.rule, line, sizeof(line));
    advice_devices(devices, &none, config_file, &fix);
    snprintf(text, sizeof(text), "/dev/null is denied in the container%s%s\n%s",
             line[0] ? ", since the line " : "", line, fix.fix);
    report_warning(text);
}

/* ---- what a plan is warned of ---------------------------------------------------------------- */

static void hole_add(const struct guest *guest, size_t at, struct text *text)
{
    const struct idmap *map = &guest->gids;
    const struct idmap_extent *hole = &map->extents[at];
    const struct idmap_extent *before = &map->extents[at - 1];
    struct idmap_change change;
    struct err fix = {0};

    if (idmap_redirect(map, hole->inside, before->outside + before->length, &change) < 0 ||
        !advice_map(&change.map, 'g', &fix) || strlen(fix.fix) > WARNING_SIZE / 2)
        snprintf(fix.fix, sizeof(fix.fix), "# let the line before it go on over guest gid %u",
                 hole->inside);
    text_add(text,
             "this hook makes a line of the container's config unnecessary; delete it: "
             "lxc.idmap = g %u %u 1\n%s",
             hole->inside, hole->outside, fix.fix);
}

/* Hook lines that a warning asks for, and behind them `last`. */
static void lines_add(const struct options *options, const char *last, struct text *text)
{
    struct err fix = {0};

    if (options) {
        advice_hook_place(options, "", &fix);
        advice_hook_lines(options, NULL, &fix);
    }
    err_fix_lines(&fix, last);
    text_add(text, "%s%s", fix.fix[0] ? "\n" : "", fix.fix);
}

static void hidden_add(const struct config_entry *entry, const struct options *options,
                       struct text *text)
{
    struct options wanted = options ? *options : (struct options){0};
    char delete[WARNING_SIZE / 2];

    wanted.selection.with_card = true;
    text_add(text,
             "this hook's /dev/dri hides a node that a line of %s shows by another name; %s: %s",
             entry->is_fstab && entry->file[0] ? entry->file : "the container's config",
             options ? "--with-card gives it by its own" : "delete it", entry->line);
    lines_add(options ? &wanted : NULL, advice_delete_entry(entry, delete, sizeof(delete)), text);
}

static void changer_add(const struct config_lines *config, struct text *text)
{
    char delete[WARNING_SIZE / 2] = "";

    if (!config->is_changer_script)
        advice_delete_changer(config, delete, sizeof(delete));
    text_add(text,
             "a hook of the container's config changes the host's own node, for everything on this "
             "host; with this hook that is not needed: %s\n%s%s"
             "udevadm trigger --settle --action=add --subsystem-match=drm    # the nodes as they "
             "were",
             config->changer,
             config->is_changer_script ? "# take what changes /dev/dri out of its script; then"
                                       : delete,
             config->is_changer_script || delete[0] ? "\n" : "");
}

static void init_add(const struct about *about, struct text *text)
{
    const struct config_init *init = &about->guest->config.init;
    const struct plan_owner *owner = &about->plan->owner;
    struct options wanted = about->options ? *about->options : (struct options){0};

    text_add(text,
             "the container's first program runs as uid %u, gid %u (lxc.init.uid, lxc.init.gid), "
             "and is not in the nodes' group %u%s%s%s",
             init->uid, init->gid, owner->guest_gid, owner->group[0] ? " (" : "", owner->group,
             owner->group[0] ? ")" : "");
    wanted.group = NULL;
    wanted.has_gid = true;
    wanted.gid = init->gid;
    lines_add(about->options ? &wanted : NULL, "", text);
}

void report_warning_words(const struct plan_warning *warning, const struct about *about, char *ret,
                          size_t size)
{
    const struct guest *guest = about->guest;
    struct text to = {.data = ret, .size = size};
    struct text *text = &to;
    const struct config_lines *config = &guest->config;
    char fix[WARNING_SIZE / 2] = "";

    switch (warning->kind) {
    case WARN_NO_RENDER_GROUP:
        text_add(text, "the container has no group render: %s (gid %zu) is used\n" GROUP_FIX,
                 warning->name, warning->number);
        break;
    case WARN_NO_GROUP_FILE:
        text_add(text,
                 "the container has no /etc/group before its first boot: %s (gid %zu) is used\n"
                 "# restart it when it has booted once",
                 warning->name, warning->number);
        break;
    case WARN_GROUP_ELSEWHERE:
        text_add(
            text,
            "the container has no group render in its files, and only itself can ask what else "
            "its /etc/nsswitch.conf names: %s (gid %zu) is used\n" GROUP_FIX,
            warning->name, warning->number);
        break;
    case WARN_KEPT:
        text_add(text, "/dev/dri/%s comes from the container's own config and is kept",
                 warning->name);
        break;
    case WARN_ENTRY:
        advice_delete_entry(&config->entries[warning->number], fix, sizeof(fix));
        text_add(text,
                 "this hook makes a line of the container's config unnecessary; delete it: %s%s%s",
                 config->entries[warning->number].line, fix[0] ? "\n" : "", fix);
        break;
    case WARN_ENTRY_HIDES:
        hidden_add(&config->entries[warning->number], NULL, text);
        break;
    case WARN_ENTRY_HIDES_CARD:
        hidden_add(&config->entries[warning->number], about->options, text);
        break;
    case WARN_CHANGER:
        changer_add(config, text);
        break;
    case WARN_INIT:
        init_add(about, text);
        break;
    case WARN_ENTRY_KEEPS:
        text_add(text,
                 "of this line of the container's config, only %s is still needed with this hook; "
                 "delete the line if the container does not need that either: %s",
                 warning->name, config->entries[warning->number].line);
        break;
    case WARN_HOLE:
        hole_add(guest, warning->number, text);
        break;
    case WARN_RULE_V1:
        text_add(
            text,
            "a line in the container's config has no effect on this host, which has cgroup v2; "
            "delete it: %s\n%s",
            config->rule_v1,
            advice_delete(config->file, CONFIG_RULE_V1_EXPRESSION, fix, sizeof(fix)));
        break;
    case WARN_AGAIN:
        text_add(text,
                 "the container's config starts this hook more than once, and these nodes "
                 "take the place of those before; keep one line of each type");
        break;
    }
}

void report_plan(const struct about *about)
{
    for (size_t i = 0; i < about->plan->warning_count; i++) {
        char line[WARNING_SIZE];
        report_warning_words(&about->plan->warnings[i], about, line, sizeof(line));
        report_warning(line);
    }
}

/* ---- how it ended ---------------------------------------------------------------------------- */

void report_success(const struct about *about, bool in_cgroup)
{
    const struct plan *plan = about->plan;
    const struct proofs *proofs = about->proofs;
    bool was_proven = false;

    for (size_t i = 0; i < plan->op_count; i++) {
        if (plan->ops[i].kind != OP_NODE)
            continue;
        was_proven |= proofs->nodes[i].driver[0] != '\0';
        if (!report_as.quiet)
            say_ready(plan, &plan->ops[i], &proofs->nodes[i]);
    }
    report_plan(about);
    if (was_proven && !in_cgroup)
        report_warning(
            "the container's cgroup could not be joined: its device rules are not proven");
    if (proofs->is_dev_null_denied && about->devices)
        report_null_denied(about->devices, about->config_file);
}

void report_done(const char *text)
{
    if (!report_as.quiet)
        say(LOG_INFO, "container %s: %s", report_as.container, text);
}

void report_failure(const struct err *err)
{
    say(LOG_ERR, "%s", err->text);
    say_fixes(LOG_ERR, err->fix);
}

void report_step(const char *fmt, ...)
{
    char line[LINE_MAX_SIZE];
    va_list ap;

    if (!report_as.verbose)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    say(LOG_DEBUG, "%s", line);
}

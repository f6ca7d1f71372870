#include "say/report.h"

#include "base/text.h"
#include "base/wrap.h"
#include "say/advice_config.h"
#include "say/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define LINE_MAX_SIZE 1200
#define STDERR_BUDGET 3500

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

/* On cgroup v2 one rule alone makes a list of all that is allowed. */
void report_null_denied(const struct config_lines *config)
{
    char fix[512];
    char text[PLAN_WARNING_SIZE];

    snprintf(
        text, sizeof(text),
        "/dev/null is denied in the container: a lone rule made a list of all devices that are "
        "allowed; it is not needed, delete it%s%s\n%s",
        config->rule[0] ? ": " : "", config->rule, advice_lone_rule(config, fix, sizeof(fix)));
    report_warning(text);
}

void report_success(const struct plan *plan, const struct guest *guest, const struct proofs *proofs,
                    bool in_cgroup)
{
    bool was_proven = false;

    for (size_t i = 0; i < plan->op_count; i++) {
        if (plan->ops[i].kind != OP_NODE)
            continue;
        was_proven |= proofs->nodes[i].driver[0] != '\0';
        if (!report_as.quiet)
            say_ready(plan, &plan->ops[i], &proofs->nodes[i]);
    }
    for (size_t i = 0; i < plan->warning_count; i++)
        report_warning(plan->warnings[i]);
    if (was_proven && !in_cgroup)
        report_warning(
            "the container's cgroup could not be joined: its device rules are not proven");
    if (proofs->is_dev_null_denied)
        report_null_denied(&guest->config);
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

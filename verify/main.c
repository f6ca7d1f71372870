/* One verification reads top to bottom: options, then for each node probe, judge, render. */
#include "cli/options.h"
#include "cli/output.h"
#include "judge/checks.h"
#include "render/render.h"
#include "run/probe.h"
#include "run/terminal.h"
#include "system/node.h"
#include "system/packages.h"

#include "base/drm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NODES_MAX (RENDER_MINOR_MAX - RENDER_MINOR_MIN + 1)

static int error_report(const struct err *err)
{
    fprintf(stderr, "gpu-verify: %s\n", err->text);
    if (err->status == STATUS_USAGE)
        fputs("Try: gpu-verify --help\n", stderr);
    return err->status;
}

/* The same end as without a child to clean up after. */
static void signal_die(int number)
{
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static bool wants_colour(void)
{
    return terminal_is_able(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static void report_print(const struct options *options, const struct facts *facts,
                         const struct report *report)
{
    const struct rendering rendering = {.facts = facts,
                                        .report = report,
                                        .verbosity = options->verbosity,
                                        .is_coloured = wants_colour(),
                                        .columns = terminal_columns(STDOUT_FILENO)};

    if (options->json)
        render_json(&rendering, stdout);
    else
        render_text(&rendering, stdout);
}

/* A whole stream is kept whatever the verdict on it is; half a one never. */
static int stream_keep(const struct facts *facts, struct output *output, struct err *err)
{
    if (!output->path || !facts->va.encode.done)
        return 0;
    if (facts->va.encode.output_error)
        return err_set(err, STATUS_INTERNAL, facts->va.encode.output_error,
                       "write the stream to %s", output->path);
    return output_commit(output, err);
}

static int node_verify(const struct options *options, const char *device, struct output *output)
{
    static struct facts facts; /* all of it comes from probe_run */
    struct report report;
    struct err err = {0};

    if (probe_run(options, device, output->fd, &facts, &err) < 0)
        return error_report(&err);
    if (facts.run.end == RUN_INTERRUPTED) {
        output_close(output);
        signal_die(facts.run.signal);
    }
    checks_judge(&facts, &report);
    if (report_has_cause(&report)) {
        if (report_blames_driver(&report))
            probe_evidence(device, &facts);
        packages_collect(&facts.packages);
        checks_judge(&facts, &report);
    }
    int kept = stream_keep(&facts, output, &err);
    report_print(options, &facts, &report);
    if (kept == 0)
        return (int)report.status;
    (void)fflush(stdout);
    (void)error_report(&err);
    return report.status == STATUS_PASS ? STATUS_INTERNAL : (int)report.status;
}

static int all_verify(const struct options *options)
{
    static struct node_other nodes[NODES_MAX];
    struct output nowhere = OUTPUT_NONE;
    size_t count = node_list(nodes, NODES_MAX);
    int status = STATUS_PASS;

    if (count == 0)
        return node_verify(options, DEFAULT_NODE, &nowhere);
    for (size_t i = 0; i < count; i++) {
        int one = node_verify(options, nodes[i].path, &nowhere);
        if (status == STATUS_PASS)
            status = one;
    }
    return status;
}

static int one_verify(const struct options *options)
{
    struct output output = OUTPUT_NONE;
    struct err err = {0};

    if (options->output && output_open(options->output, &output, &err) < 0)
        return error_report(&err);
    int status = node_verify(options, options->device, &output);
    output_close(&output);
    return status;
}

/* A report that did not get out is no report. */
static int stdout_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("gpu-verify: write the report");
    return STATUS_INTERNAL;
}

int main(int argc, char **argv)
{
    struct options options;
    struct err err = {0};
    int status = STATUS_PASS;

    if (options_parse(argc, argv, &options, &err) < 0)
        return error_report(&err);
    if (options.help)
        options_print_help(stdout);
    else if (options.version)
        puts("gpu-verify " PROJECT_VERSION);
    else if (options.all)
        status = all_verify(&options);
    else
        status = one_verify(&options);
    return stdout_finish(status);
}

/* SPDX-License-Identifier: MIT */
/* One verification reads top to bottom: options, then for each node probe, judge, render. */
#include "cli/options.h"
#include "cli/output.h"
#include "judge/checks.h"
#include "library/library.h"
#include "like/like.h"
#include "render/metrics.h"
#include "render/render.h"
#include "run/probe.h"
#include "run/supervise.h"
#include "run/terminal.h"
#include "system/node.h"
#include "system/packages.h"

#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int error_report(const struct err *err, bool is_json)
{
    if (is_json)
        render_json_error(err, stdout);
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
                                        .columns = terminal_columns(STDOUT_FILENO),
                                        .is_one_of_many = options->all};

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

static int node_verify(const struct options *options, const char *device, struct output *output,
                       struct metrics *metrics)
{
    static struct facts facts;
    struct report report;
    struct err err = {0};

    facts.packages = (struct package_facts){0}; /* the rest comes from probe_run */
    if (probe_run(options, device, output->fd, &facts, &err) < 0)
        return error_report(&err, options->json);
    if (facts.run.end == RUN_INTERRUPTED) {
        output_close(output);
        signal_die(facts.run.signal);
    }
    checks_judge(&facts, &report);
    if (report_blames_driver(&report)) {
        probe_evidence(device, &facts);
        checks_judge(&facts, &report);
    }
    packages_collect("/", report_packages(&report), &facts.packages);
    checks_judge(&facts, &report);
    metrics_add(metrics, &facts, &report);
    int kept = stream_keep(&facts, output, &err);
    if (!options->metrics || !text_is_equal(options->metrics, "-"))
        report_print(options, &facts, &report);
    if (kept == 0)
        return (int)report.status;
    (void)fflush(stdout);
    (void)error_report(&err, false); /* the object has been printed */
    return report.status == STATUS_PASS ? STATUS_INTERNAL : (int)report.status;
}

static int all_verify(const struct options *options, struct metrics *metrics)
{
    static struct node_other nodes[METRICS_NODES_MAX];
    struct output nowhere = OUTPUT_NONE;
    size_t count = node_list(nodes, METRICS_NODES_MAX);
    int status = STATUS_PASS;

    if (count == 0)
        return node_verify(options, DEFAULT_NODE, &nowhere, metrics);
    for (size_t i = 0; i < count; i++) {
        int one = node_verify(options, nodes[i].path, &nowhere, metrics);
        if (status == STATUS_PASS)
            status = one;
    }
    return status;
}

static int one_verify(const struct options *options, struct metrics *metrics)
{
    struct output output = OUTPUT_NONE;
    struct err err = {0};

    if (options->output && output_open(options->output, &output, &err) < 0)
        return error_report(&err, options->json);
    int status = node_verify(options, options->device, &output, metrics);
    output_close(&output);
    return status;
}

/* Whatever the verdict is: a file that is not written any more looks as a GPU that works. */
static int verify(struct options *options)
{
    static struct metrics metrics;
    struct err err = {0};
    int status;

    if (options->deadline > 0)
        options->ends_at = supervise_now() + options->deadline;
    status = options->all ? all_verify(options, &metrics) : one_verify(options, &metrics);
    if (!options->metrics || metrics_write(&metrics, options->metrics, &err) == 0)
        return status;
    (void)error_report(&err, false);
    return status == STATUS_PASS ? err.status : status;
}

/* A report that did not get out is no report. */
static int stdout_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("gpu-verify: write the report");
    return STATUS_INTERNAL;
}

/* Of a command line that could not be read; getopt takes a beginning for the whole, too. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strlen(argv[i]) > 2 && strncmp(argv[i], "--json", strlen(argv[i])) == 0)
            return true;
    return false;
}

static int run(struct options *options, char **argv)
{
    struct err err = {0};
    int status;

    if (options->like)
        return like_run(options->like, argv, &status, &err) < 0 ? error_report(&err, options->json)
                                                                : status;
    if (options->libva && library_restart(options->libva, argv, &err) < 0)
        return error_report(&err, options->json);
    return verify(options);
}

int main(int argc, char **argv)
{
    struct options options;
    struct err err = {0};
    int status = STATUS_PASS;

    if (options_parse(argc, argv, &options, &err) < 0)
        return stdout_finish(error_report(&err, wants_json(argc, argv)));
    if (options.help)
        options_print_help(options.help_all, stdout);
    else if (options.version)
        puts("gpu-verify " PROJECT_VERSION);
    else
        status = run(&options, argv);
    return stdout_finish(status);
}

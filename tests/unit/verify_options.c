/* SPDX-License-Identifier: MIT */
/* The command line: what is taken, and what is refused with which words. */
#include "cmocka_all.h"

#include "cli/options.h"
#include "exit_status.h"

#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 32

/* Splits at blanks; returns what options_parse returns. */
static int parsed(const char *line, struct options *options, struct err *err)
{
    static char words[256];
    char *argv[ARGUMENTS_MAX] = {"gpu-verify"};
    char *rest = NULL;
    int argc = 1;

    (void)snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    *err = (struct err){0};
    return options_parse(argc, argv, options, err);
}

static void defaults_are_as_documented(void **state)
{
    struct options options;
    struct err err;

    (void)state;
    assert_int_equal(parsed("", &options, &err), 0);
    assert_string_equal(options.device, "/dev/dri/renderD128");
    assert_false(options.has_device);
    assert_int_equal(options.request.width, 640);
    assert_int_equal(options.request.height, 480);
    assert_int_equal(options.request.frames, 60);
    assert_int_equal(options.request.qp, 26);
    assert_int_equal(options.request.output_fd, -1);
    assert_true(options.request.decode);
    assert_int_equal(options.timeout, 30);
    assert_int_equal(options.verbosity, VERBOSITY_NORMAL);
}

static void every_option_is_taken(void **state)
{
    struct options options;
    struct err err;

    (void)state;
    assert_int_equal(
        parsed("--device /dev/dri/renderD129 --frames 5 --size 320x240 "
               "--entrypoint lp --profile high --qp 0 --rc vbr --no-decode --output a.h264 "
               "--timeout 7 --json -v",
               &options, &err),
        0);
    assert_string_equal(options.device, "/dev/dri/renderD129");
    assert_int_equal(options.request.frames, 5);
    assert_int_equal(options.request.width, 320);
    assert_int_equal(options.request.height, 240);
    assert_int_equal(options.request.entrypoint, VA_CHOICE_LP);
    assert_int_equal(options.request.profile, VA_PROFILE_HIGH);
    assert_int_equal(options.request.qp, 0);
    assert_int_equal(options.request.rate, VA_RATE_VBR);
    assert_false(options.request.decode);
    assert_string_equal(options.output, "a.h264");
    assert_int_equal(options.timeout, 7);
    assert_true(options.json);
    assert_int_equal(options.verbosity, VERBOSITY_VERBOSE);
    assert_int_equal(parsed("--all --list -q", &options, &err), 0);
    assert_true(options.all && options.request.list_only);
    assert_int_equal(options.verbosity, VERBOSITY_QUIET);
    assert_int_equal(parsed("--decode-only", &options, &err), 0);
    assert_true(options.request.decode_only);
    assert_int_equal(options.request.codecs, CODEC_BITS_ALL | CODEC_BITS_TRIED);
    assert_int_equal(parsed("--codec h264,vp8 --decode-only --quick", &options, &err), 0);
    assert_int_equal(options.request.codecs, CODEC_BIT(CODEC_H264) | CODEC_BIT(CODEC_VP8));
    assert_int_equal(parsed("--help", &options, &err), 0);
    assert_true(options.help && !options.help_all);
    assert_int_equal(parsed("--help all", &options, &err), 0);
    assert_true(options.help && options.help_all);
    assert_true(parsed("--help everything", &options, &err) < 0);
    assert_true(parsed("all", &options, &err) < 0);
    assert_int_equal(parsed("--version", &options, &err), 0);
    assert_true(options.version);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *line, *words;
    } rows[] = {
        {"--nonsense", "unknown option --nonsense"},
        {"-z", "unknown option -z"},
        {"--size", "option --size wants a value"},
        {"--json=1", "option --json takes no value"},
        {"word", "one word too many: word"},
        {"--json word", "one word too many: word"},
        {"--frames 0", "--frames 0: not a number from 1 to 100000"},
        {"--frames 100001", "--frames 100001: not a number from 1 to 100000"},
        {"--frames 1x", "--frames 1x: not a number from 1 to 100000"},
        {"--frames -1", "--frames -1: not a number from 1 to 100000"},
        {"--frames +1", "--frames +1: not a number from 1 to 100000"},
        {"--frames 99999999999999999999", "--frames 99999999999999999999: not a number"},
        {"--qp 52", "--qp 52: not a number from 0 to 51"},
        {"--rc crf", "--rc crf: not cqp, cbr, vbr, vcm, icq, qvbr or avbr"},
        {"--rc crf", "--rc crf: not cqp, cbr, vbr, vcm, icq, qvbr or avbr"},
        {"--size 640", "--size 640: not WxH"},
        {"--size 641x480", "--size 641x480: not WxH"},
        {"--size 640x", "--size 640x: not WxH"},
        {"--size x480", "--size x480: not WxH"},
        {"--size 640x480x2", "--size 640x480x2: not WxH"},
        {"--size 8194x480", "--size 8194x480: not WxH"},
        {"--size 00000000000000000640x480", "not WxH"},
        {"--entrypoint fast", "--entrypoint fast: not auto, slice or lp"},
        {"--profile baseline", "--profile baseline: not auto, constrained-baseline, main or high"},
        {"--timeout 0", "--timeout 0: not a number of seconds from 1 to 3600"},
        {"--deadline 0", "--deadline 0: not a number of seconds from 1 to 86400"},
        {"--deadline 86401", "--deadline 86401: not a number of seconds from 1 to 86400"},
        {"--metrics=", "not a file name"},
        {"--list --metrics a", "--list verifies nothing"},
        {"--json --metrics -", "both want standard output"},
        {"--output=", "not a file name"},
        {"--device=", "not a path of at most 255 bytes"},
        {"--all --device /dev/dri/renderD128", "--all and --device exclude each other"},
        {"--all --output a", "--output needs one node"},
        {"--list --output a", "--list encodes nothing"},
        {"--list --decode-only", "--list decodes nothing for --decode-only"},
        {"--decode-only --no-decode", "--decode-only and --no-decode exclude each other"},
        {"--decode-only --output a", "--decode-only encodes nothing for --output"},
        {"--decode-only --rc vbr", "--decode-only encodes nothing for --entrypoint, --profile"},
        {"--decode-only --profile high", "--decode-only encodes nothing for --entrypoint"},
        {"--entrypoint lp --decode-only", "--decode-only encodes nothing for --entrypoint"},
        {"--\x1b[2J", "unknown option --\\x1b[2J"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct options options = {.timeout = 12345};
        struct err err;
        assert_true(parsed(rows[i].line, &options, &err) < 0);
        assert_int_equal(err.status, STATUS_USAGE);
        assert_int_equal(options.timeout, 12345);
        if (!strstr(err.text, rows[i].words) || strchr(err.text, '\n'))
            fail_msg("%s: %s", rows[i].line, err.text);
    }
}

static void help_names_every_option_and_status(void **state)
{
    static const char *const words[] = {
        "--device PATH", "--all",        "--frames N",    "--size WxH",     "--entrypoint",
        "--profile",     "--qp N",       "--decode-only", "--no-decode",    "--output FILE",
        "--timeout S",   "--deadline S", "--quick",       "--metrics FILE", "--json",
        "--list",        "-q, --quiet",  "-v, --verbose", "--version",      "-h, --help",
        "  34  decoded", "   0  pass",   "  10  no rend"};
    char text[8192] = "";
    char *rest = NULL;
    FILE *out = fmemopen(text, sizeof(text), "w");

    (void)state;
    assert_non_null(out);
    options_print_help(true, out);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!strstr(text, words[i]))
            fail_msg("the help does not have: %s", words[i]);
    }
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        assert_true(strlen(line) <= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_as_documented),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(help_names_every_option_and_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

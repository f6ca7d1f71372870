/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/option_table.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/rate_control.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static int number_take(const char *value, uint32_t min, uint32_t max, uint32_t *ret)
{
    uint32_t number;

    if (text_to_u32(value, 10, max, &number) < 0 || number < min)
        return -EINVAL;
    *ret = number;
    return 0;
}

static int take_device(void *memory, const char *value, struct err *err)
{
    struct options *options = memory;

    (void)err;
    if (!*value || strlen(value) >= sizeof(options->device))
        return -EINVAL;
    memcpy(options->device, value, strlen(value) + 1);
    options->has_device = true;
    return 0;
}

static int size_take(const char *value, uint32_t *ret)
{
    if (number_take(value, SIZE_MIN, SIZE_MAX_PIXELS, ret) < 0)
        return -EINVAL;
    /* 4:2:0 has one chroma sample for two luma samples each way (H.264 table 6-1). */
    return *ret % 2 ? -EINVAL : 0;
}

static int take_size(void *memory, const char *value, struct err *err)
{
    struct options *options = memory;
    const char *x = strchr(value, 'x');
    char width[16];

    (void)err;
    if (!x || (size_t)(x - value) >= sizeof(width))
        return -EINVAL;
    memcpy(width, value, (size_t)(x - value));
    width[x - value] = '\0';
    if (size_take(width, &options->request.width) < 0)
        return -EINVAL;
    return size_take(x + 1, &options->request.height);
}

static int take_rc(void *memory, const char *value, struct err *err)
{
    (void)err;
    return rate_mode_find(value, &((struct options *)memory)->request.rate) ? 0 : -EINVAL;
}

static int take_codec(void *memory, const char *value, struct err *err)
{
    (void)err;
    return codec_bits_read(value, &((struct options *)memory)->request.codecs) ? 0 : -EINVAL;
}

static int take_no_decode(void *memory, const char *value, struct err *err)
{
    (void)value;
    (void)err;
    ((struct options *)memory)->request.decode = false;
    return 0;
}

/* In the order of enum va_entrypoint_choice and enum va_profile_choice. */
static const char *const entrypoints[] = {
    [VA_CHOICE_AUTO] = "auto", [VA_CHOICE_SLICE] = "slice", [VA_CHOICE_LP] = "lp", NULL};
static const char *const profiles[] = {[VA_PROFILE_AUTO] = "auto",
                                       [VA_PROFILE_CONSTRAINED_BASELINE] = "constrained-baseline",
                                       [VA_PROFILE_MAIN] = "main",
                                       [VA_PROFILE_HIGH] = "high",
                                       NULL};

#define AT(field) .at = offsetof(struct options, field)

static const struct option_row rows[] = {
    {"device", 0, OPTION_TAKE, "PATH", "a path of at most 255 bytes",
     "render node to check (default " DEFAULT_NODE ")", .take = take_device, .is_first = true},
    {"all", 0, OPTION_FLAG, NULL, NULL, "every render node in turn; JSON: one object a line",
     AT(all), .is_first = true},
    {"frames", 0, OPTION_NUMBER, "N", "a number from 1 to 100000",
     "frames to encode, 1 to 100000 (default 60)", AT(request.frames), .min = 1,
     .max = VA_FRAMES_MAX},
    {"size", 0, OPTION_TAKE, "WxH", "WxH, each an even number from 16 to 8192",
     "picture size, even, 16 to 8192 (default 640x480)", .take = take_size},
    {"entrypoint", 0, OPTION_CHOICE, "KIND", "auto, slice or lp",
     "auto, slice or lp (low power; default auto)", AT(request.entrypoint), .words = entrypoints},
    {"profile", 0, OPTION_CHOICE, "NAME", "auto, constrained-baseline, main or high",
     "auto, constrained-baseline, main or high", AT(request.profile), .words = profiles},
    {"rc", 0, OPTION_TAKE, "MODE", "cqp, cbr, vbr, vcm, icq, qvbr or avbr",
     "cqp, cbr, vbr, vcm, icq, qvbr or avbr (default cqp)", .take = take_rc},
    {"qp", 0, OPTION_NUMBER, "N", "a number from 0 to 51", "quantiser, 0 (best) to 51 (default 26)",
     AT(request.qp), .max = QP_MAX},
    {"scale", 0, OPTION_FLAG, NULL, NULL, "scale pictures too, 2:1 and 3:2, and compare",
     AT(request.scale), .is_first = true},
    {"codec", 0, OPTION_TAKE, "LIST",
     "h264, hevc, hevc10, vp9, vp9-10, vp8 with commas between, or all",
     "decode clips of hevc, hevc10, vp9, vp9-10, vp8 or all", .take = take_codec, .is_first = true},
    {"decode-only", 0, OPTION_FLAG, NULL, NULL, "encode nothing; decode the clips (default: all)",
     AT(request.decode_only)},
    {"no-decode", 0, OPTION_TAKE, NULL, NULL, "do not decode the stream back and compare",
     .take = take_no_decode},
    {"like", 0, OPTION_TEXT, "WHO", "a number or a unit",
     "as this process or systemd unit is (number or name)", AT(like), .is_first = true},
    {"libva", 0, OPTION_TEXT, "DIR", "a directory", "the libva in DIR, the drivers in DIR/dri",
     AT(libva), .is_first = true},
    {"output", 0, OPTION_TEXT, "FILE", "a file name", "keep the H.264 stream here", AT(output),
     .is_first = true},
    {"timeout", 0, OPTION_NUMBER, "S", "a number of seconds from 1 to 3600",
     "seconds without an answer: a hang (default 30)", AT(timeout), .min = 1, .max = TIMEOUT_MAX,
     .is_first = true},
    {"deadline", 0, OPTION_NUMBER, "S", "a number of seconds from 1 to 86400",
     "seconds for the whole run (default: no limit)", AT(deadline), .min = 1, .max = DEADLINE_MAX},
    {"quick", 0, OPTION_SET, NULL, NULL, "one picture only: cheap, for a health check",
     AT(request.frames), .max = 1, .is_first = true},
    {"metrics", 0, OPTION_TEXT, "FILE", "a file name, or -",
     "write this file for Prometheus; -: to stdout", AT(metrics), .is_first = true},
    {"json", 0, OPTION_FLAG, NULL, NULL, "print one JSON object instead of text", AT(json),
     .is_first = true},
    {"list", 0, OPTION_FLAG, NULL, NULL, "list what the driver offers, and encode nothing",
     AT(request.list_only), .is_first = true},
    {"quiet", 'q', OPTION_SET, NULL, NULL, "print the verdict line only", AT(verbosity),
     .max = VERBOSITY_QUIET, .is_first = true},
    {"verbose", 'v', OPTION_SET, NULL, NULL, "print the raw facts too", AT(verbosity),
     .max = VERBOSITY_VERBOSE, .is_first = true},
    {"version", 0, OPTION_FLAG, NULL, NULL, "print the version", AT(version)},
    {"help", 'h', OPTION_FLAG, NULL, NULL, "print this, or with --help all everything", AT(help),
     .is_first = true},
};

static const struct option_table table = {rows, sizeof(rows) / sizeof(*rows), STATUS_USAGE};

static bool is_encoder_asked(const struct va_request *request)
{
    return request->entrypoint != VA_CHOICE_AUTO || request->profile != VA_PROFILE_AUTO ||
           request->rate != VA_RATE_CQP;
}

static int combination_check(const struct options *options, struct err *err)
{
    const struct {
        bool is_wrong;
        const char *why;
    } rules[] = {
        {options->all && options->has_device, "--all and --device exclude each other"},
        {options->all && options->output, "--output needs one node, not --all"},
        {options->like && options->output, "--like can write no file for --output"},
        {options->like && options->metrics && !text_is_equal(options->metrics, "-"),
         "--like can write no file for --metrics, but -"},
        {options->request.list_only && options->metrics, "--list verifies nothing for --metrics"},
        {options->json && options->metrics && text_is_equal(options->metrics, "-"),
         "--json and --metrics - both want standard output"},
        {options->request.list_only && options->request.scale, "--list scales nothing for --scale"},
        {options->request.list_only && options->request.codecs,
         "--list decodes nothing for --codec"},
        {options->request.list_only && options->output, "--list encodes nothing for --output"},
        {options->request.list_only && options->request.decode_only,
         "--list decodes nothing for --decode-only"},
        {options->request.decode_only && !options->request.decode,
         "--decode-only and --no-decode exclude each other"},
        {options->request.decode_only && options->output,
         "--decode-only encodes nothing for --output"},
        {options->request.decode_only && is_encoder_asked(&options->request),
         "--decode-only encodes nothing for --entrypoint, --profile or --rc"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (rules[i].is_wrong)
            return err_set(err, STATUS_USAGE, 0, "%s", rules[i].why);
    }
    return 0;
}

int options_parse(int argc, char **argv, struct options *ret, struct err *err)
{
    struct options options = {
        .device = DEFAULT_NODE,
        .timeout = 30,
        .verbosity = VERBOSITY_NORMAL,
        .request =
            {.width = 640, .height = 480, .frames = 60, .qp = 26, .decode = true, .output_fd = -1},
    };
    char safe[200];
    int rest;
    int r = option_table_parse(&table, argc, argv, &options, &rest, err);

    if (r == 0 && options.help && argc - rest == 1 && text_is_equal(argv[rest], "all"))
        options.help_all = true;
    else if (r == 0 && rest < argc)
        r = err_set(err, STATUS_USAGE, 0, "one word too many: %s",
                    text_printable(safe, sizeof(safe), argv[rest]));
    if (r == 0)
        r = combination_check(&options, err);
    if (options.request.decode_only && !options.request.codecs)
        options.request.codecs = CODEC_BITS_ALL | CODEC_BITS_TRIED;
    if (r == 0)
        *ret = options;
    return r;
}

static void statuses_print(FILE *out)
{
    fprintf(out, "\nExit status:\n");
#define STATUS_LINE(symbol, number, meaning) fprintf(out, "  %2d  %s\n", number, meaning);
    EXIT_STATUS_TABLE(STATUS_LINE)
#undef STATUS_LINE
}

void options_print_help(bool all, FILE *out)
{
    fprintf(out,
            "Usage: gpu-verify [OPTION...]\n\n"
            "Encodes H.264 on the GPU, checks the stream and the pictures that come back,\n"
            "and names the cause and the fix when that does not work.\n\n");
    option_table_help(&table, all, out);
    if (all)
        statuses_print(out);
    else
        fprintf(out, "\nExit status: 0 for a pass; --help all has the others.\n");
}

#include "options.h"

#include "base/text.h"
#include "exit_status.h"
#include "rate_control.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

/* Everything there is to say about an option: handler, short form, name, argument, help. */
#define OPTION_TABLE(X)                                                                            \
    X(device, 0, "device", "PATH", "render node to check (default " DEFAULT_NODE ")")              \
    X(all, 0, "all", NULL, "every render node in turn; JSON: one object a line")                   \
    X(frames, 0, "frames", "N", "frames to encode, 1 to 100000 (default 60)")                      \
    X(size, 0, "size", "WxH", "picture size, even, 16 to 8192 (default 640x480)")                  \
    X(entrypoint, 0, "entrypoint", "KIND", "auto, slice or lp (low power; default auto)")          \
    X(profile, 0, "profile", "NAME", "auto, constrained-baseline, main or high")                   \
    X(rc, 0, "rc", "MODE", "cqp, cbr, vbr, vcm, icq, qvbr or avbr (default cqp)")                  \
    X(qp, 0, "qp", "N", "quantiser, 0 (best) to 51 (default 26)")                                  \
    X(no_decode, 0, "no-decode", NULL, "do not decode the stream back and compare")                \
    X(output, 0, "output", "FILE", "keep the H.264 stream here")                                   \
    X(timeout, 0, "timeout", "S", "seconds until a node counts as hung (default 30)")              \
    X(json, 0, "json", NULL, "print one JSON object instead of text")                              \
    X(list, 0, "list", NULL, "list what the driver offers, and encode nothing")                    \
    X(quiet, 'q', "quiet", NULL, "print the verdict line only")                                    \
    X(verbose, 'v', "verbose", NULL, "print the raw facts too")                                    \
    X(version, 0, "version", NULL, "print the version")                                            \
    X(help, 'h', "help", NULL, "print this help")

/* A handler sets what its option stands for; a value it cannot take is -EINVAL with what would do.
 */
typedef int (*option_take)(struct options *options, const char *value, const char **ret_wanted);

struct choice {
    const char *word;
    int value;
};

static int choice_take(const struct choice *choices, const char *value, int *ret)
{
    for (; choices->word; choices++) {
        if (text_is_equal(choices->word, value)) {
            *ret = choices->value;
            return 0;
        }
    }
    return -EINVAL;
}

static int number_take(const char *value, uint32_t min, uint32_t max, uint32_t *ret)
{
    uint32_t number;

    if (text_to_u32(value, 10, max, &number) < 0 || number < min)
        return -EINVAL;
    *ret = number;
    return 0;
}

static int take_device(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "a path of at most 255 bytes";
    if (!*value || strlen(value) >= sizeof(options->device))
        return -EINVAL;
    memcpy(options->device, value, strlen(value) + 1);
    options->has_device = true;
    return 0;
}

static int take_frames(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "a number from 1 to 100000";
    return number_take(value, 1, VA_FRAMES_MAX, &options->request.frames);
}

static int size_take(const char *value, uint32_t *ret)
{
    if (number_take(value, SIZE_MIN, SIZE_MAX_PIXELS, ret) < 0)
        return -EINVAL;
    /* 4:2:0 has one chroma sample for two luma samples each way (H.264 table 6-1). */
    return *ret % 2 ? -EINVAL : 0;
}

static int take_size(struct options *options, const char *value, const char **ret_wanted)
{
    const char *x = strchr(value, 'x');
    char width[16];

    *ret_wanted = "WxH, each an even number from 16 to 8192";
    if (!x || (size_t)(x - value) >= sizeof(width))
        return -EINVAL;
    memcpy(width, value, (size_t)(x - value));
    width[x - value] = '\0';
    if (size_take(width, &options->request.width) < 0)
        return -EINVAL;
    return size_take(x + 1, &options->request.height);
}

static int take_entrypoint(struct options *options, const char *value, const char **ret_wanted)
{
    static const struct choice choices[] = {
        {"auto", VA_CHOICE_AUTO}, {"slice", VA_CHOICE_SLICE}, {"lp", VA_CHOICE_LP}, {NULL, 0}};
    int choice;

    *ret_wanted = "auto, slice or lp";
    if (choice_take(choices, value, &choice) < 0)
        return -EINVAL;
    options->request.entrypoint = (enum va_entrypoint_choice)choice;
    return 0;
}

static int take_profile(struct options *options, const char *value, const char **ret_wanted)
{
    static const struct choice choices[] = {
        {"auto", VA_PROFILE_AUTO},
        {"constrained-baseline", VA_PROFILE_CONSTRAINED_BASELINE},
        {"main", VA_PROFILE_MAIN},
        {"high", VA_PROFILE_HIGH},
        {NULL, 0}};
    int choice;

    *ret_wanted = "auto, constrained-baseline, main or high";
    if (choice_take(choices, value, &choice) < 0)
        return -EINVAL;
    options->request.profile = (enum va_profile_choice)choice;
    return 0;
}

static int take_rc(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "cqp, cbr, vbr, vcm, icq, qvbr or avbr";
    return rate_mode_find(value, &options->request.rate) ? 0 : -EINVAL;
}

static int take_qp(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "a number from 0 to 51";
    return number_take(value, 0, QP_MAX, &options->request.qp);
}

static int take_output(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "a file name";
    options->output = value;
    return *value ? 0 : -EINVAL;
}

static int take_timeout(struct options *options, const char *value, const char **ret_wanted)
{
    *ret_wanted = "a number of seconds from 1 to 3600";
    return number_take(value, 1, TIMEOUT_MAX, &options->timeout);
}

/* The options without a value: each sets one field. */
#define FLAG(name, field, setting)                                                                 \
    static int take_##name(struct options *options, const char *value, const char **ret_wanted)    \
    {                                                                                              \
        (void)value;                                                                               \
        (void)ret_wanted;                                                                          \
        options->field = setting;                                                                  \
        return 0;                                                                                  \
    }
FLAG(all, all, true)
FLAG(no_decode, request.decode, false)
FLAG(json, json, true)
FLAG(list, request.list_only, true)
FLAG(quiet, verbosity, VERBOSITY_QUIET)
FLAG(verbose, verbosity, VERBOSITY_VERBOSE)
FLAG(version, version, true)
FLAG(help, help, true)

struct option_row {
    option_take take;
    char short_name;
    const char *name, *argument, *help;
};

#define OPTION_ROW(handler, short_name, name, argument, help)                                      \
    {take_##handler, short_name, name, argument, help},
static const struct option_row OPTIONS[] = {OPTION_TABLE(OPTION_ROW)};

/* getopt_long answers with the row's index above every character. */
#define LONG_BASE                                               256
#define OPTION_INDEX(handler, short_name, name, argument, help) INDEX_##handler,
enum option_index { OPTION_TABLE(OPTION_INDEX) };
#define OPTION_LONG(handler, short_name, name, argument, help)                                     \
    {name, (argument) != NULL ? required_argument : no_argument, NULL, LONG_BASE + INDEX_##handler},
static const struct option LONG_OPTIONS[] = {OPTION_TABLE(OPTION_LONG){NULL, 0, NULL, 0}};

#define OPTION_COUNT (sizeof(OPTIONS) / sizeof(*OPTIONS))

static const struct option_row *row_find(int answer)
{
    if (answer >= LONG_BASE && (size_t)(answer - LONG_BASE) < OPTION_COUNT)
        return &OPTIONS[answer - LONG_BASE];
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (answer > 0 && OPTIONS[i].short_name == answer)
            return &OPTIONS[i];
    }
    return NULL;
}

static int usage_error(struct err *err, const char *what, const char *object)
{
    char safe[200];

    return err_set(err, STATUS_USAGE, 0, "%s %s", what, text_printable(safe, sizeof(safe), object));
}

/* What getopt refused: answer is '?' or ':'. */
static int refusal_report(int answer, char **argv, struct err *err)
{
    const struct option_row *row = row_find(optopt);
    const char letter[3] = {'-', (char)optopt, '\0'};

    if (answer == ':')
        return usage_error(err, "a value is missing behind", argv[optind - 1]);
    if (row && optopt >= LONG_BASE)
        return usage_error(err, "no value belongs behind", row->name);
    if (optopt > 0 && optopt < LONG_BASE)
        return usage_error(err, "unknown option", letter);
    return usage_error(err, "unknown option", argv[optind - 1]);
}

static int combination_check(const struct options *options, struct err *err)
{
    const struct {
        bool is_wrong;
        const char *why;
    } rules[] = {
        {options->all && options->has_device, "--all and --device exclude each other"},
        {options->all && options->output, "--output needs one node, not --all"},
        {options->request.list_only && options->output, "--list encodes nothing for --output"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (rules[i].is_wrong)
            return err_set(err, STATUS_USAGE, 0, "%s", rules[i].why);
    }
    return 0;
}

static int option_apply(struct options *options, const struct option_row *row, struct err *err)
{
    const char *wanted = "";
    char safe[200];

    if (row->take(options, optarg, &wanted) == 0)
        return 0;
    return err_set(err, STATUS_USAGE, 0, "--%s %s: not %s", row->name,
                   text_printable(safe, sizeof(safe), optarg), wanted);
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
    int r = 0;

    optind = 0; /* starts glibc's getopt over */
    opterr = 0;
    while (r == 0) {
        /* "+": stop at the first word that is no option; ":": tell a missing value apart. */
        int answer = getopt_long(argc, argv, "+:qvh", LONG_OPTIONS, NULL);
        if (answer == -1)
            break;
        const struct option_row *row = row_find(answer);
        r = row ? option_apply(&options, row, err) : refusal_report(answer, argv, err);
    }
    if (r == 0 && optind < argc)
        r = usage_error(err, "one word too many:", argv[optind]);
    if (r == 0)
        r = combination_check(&options, err);
    if (r == 0)
        *ret = options;
    return r;
}

#define STATUS_LINE(symbol, number, meaning) {number, meaning},
static const struct {
    int number;
    const char *meaning;
} STATUS_LINES[] = {EXIT_STATUS_TABLE(STATUS_LINE)};

void options_print_help(FILE *out)
{
    fprintf(out,
            "Usage: gpu-verify [OPTION...]\n\n"
            "Encodes H.264 on the GPU, checks the stream and the pictures that come back,\n"
            "and names the cause and the fix when that does not work.\n\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &OPTIONS[i];
        char left[40] = "";
        struct text text = TEXT_ON(left);

        if (row->short_name)
            text_add(&text, "-%c, --%s", row->short_name, row->name);
        else
            text_add(&text, "    --%s", row->name);
        if (row->argument)
            text_add(&text, " %s", row->argument);
        fprintf(out, "  %-23s%s\n", left, row->help);
    }
    fprintf(out, "\nExit status:\n");
    for (size_t i = 0; i < sizeof(STATUS_LINES) / sizeof(*STATUS_LINES); i++)
        fprintf(out, "  %2d  %s\n", STATUS_LINES[i].number, STATUS_LINES[i].meaning);
}

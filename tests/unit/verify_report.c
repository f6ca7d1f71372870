/* SPDX-License-Identifier: MIT */
/*
 * Every way a verification can end, from hand-made facts to the lines a person reads and the JSON a
 * program reads. tests/golden/verify has the text of all of them, a file for each exit status, and
 * the JSON of the few that differ in shape; with GOLDEN_UPDATE=1 in the environment they are
 * written anew, and the difference is for a person to judge. The JSON of every other is held to its
 * text.
 */
#include "base/json.h"
#include "cmocka_all.h"
#include "judge/cause.h"
#include "render/render.h"
#include "verify_cases.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX     16384
#define COLUMNS        80
#define FAIL_LINES_MAX 15 /* one for each check that passed, and five for the last */

/* Of each cause the row of the diagnosis table, "g5"; "" without one. */
#define CAUSE(symbol, row, ...) [CAUSE_##symbol] = (row),
static const char *const CAUSE_ROWS[CAUSE_COUNT] = {
#include "judge/causes.def"
};
#undef CAUSE

/* The lists, one after the other. */
static const struct verify_case *case_number(size_t index)
{
    static const struct verify_case *const lists[] = {VERIFY_CASES_SYS, VERIFY_CASES_VA,
                                                      VERIFY_CASES_STREAM, VERIFY_CASES_DECODE};

    for (size_t list = 0; list < sizeof(lists) / sizeof(lists[0]); list++) {
        for (size_t i = 0; lists[list][i].name; i++) {
            if (index-- == 0)
                return &lists[list][i];
        }
    }
    return NULL;
}

static struct report judged(const struct verify_case *one)
{
    struct report report;

    facts_all_good();
    one->arrange();
    checks_judge(&facts, &report);
    return report;
}

static const char *first_row(const struct report *report)
{
    for (int id = 0; id < CHECK_COUNT; id++) {
        if (report->findings[id].cause != CAUSE_NONE)
            return CAUSE_ROWS[report->findings[id].cause];
    }
    return "";
}

static void names_status_and_row(void **state)
{
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        struct report report = judged(one);
        if (report.status != one->status)
            fail_msg("%s: exit status %d", one->name, (int)report.status);
        if (strcmp(first_row(&report), one->row) != 0)
            fail_msg("%s: names %s", one->name, first_row(&report));
    }
}

static void every_cause_has_a_case(void **state)
{
    bool is_seen[CAUSE_COUNT] = {false};
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        struct report report = judged(one);
        for (int id = 0; id < CHECK_COUNT; id++)
            is_seen[report.findings[id].cause] = true;
    }
    for (int cause = 1; cause < CAUSE_COUNT; cause++) {
        if (!is_seen[cause])
            fail_msg("no case for cause number %d of causes.def", cause);
    }
}

typedef void (*renderer)(const struct rendering *rendering, FILE *out);

static void rendered_in(const struct verify_case *one, renderer print, enum verbosity verbosity,
                        unsigned columns, char text[REPORT_MAX])
{
    struct report report = judged(one);
    const struct rendering rendering = {
        .facts = &facts, .report = &report, .verbosity = verbosity, .columns = columns};
    FILE *out = fmemopen(text, REPORT_MAX, "w");

    assert_non_null(out);
    print(&rendering, out);
    assert_int_equal(fclose(out), 0);
}

static void rendered(const struct verify_case *one, renderer print, enum verbosity verbosity,
                     char text[REPORT_MAX])
{
    rendered_in(one, print, verbosity, COLUMNS, text);
}

/* The reports of a status in one file, each behind a line with its case's name. */
static void status_compare(enum exit_status status)
{
    static char all[GOLDEN_MAX];
    char text[REPORT_MAX];
    char name[32];
    FILE *out = fmemopen(all, sizeof(all), "w");
    const struct verify_case *one;
    int count = 0;

    assert_non_null(out);
    for (size_t i = 0; (one = case_number(i)); i++) {
        if (one->status != status)
            continue;
        count++;
        rendered(one, render_text, VERBOSITY_NORMAL, text);
        assert_true(fprintf(out, "== %s\n%s", one->name, text) > 0);
    }
    assert_int_equal(fclose(out), 0);
    (void)snprintf(name, sizeof(name), "status_%d.txt", (int)status);
    if (count > 0)
        golden_compare(name, all);
}

static void text_is_as_agreed(void **state)
{
    (void)state;
    for (int status = 0; status <= STATUS_SCALE; status++)
        status_compare((enum exit_status)status);
}

/* Between them they have every key, and each value in every type that it can be of. */
static void json_is_as_agreed(void **state)
{
    static const char *const shapes[] = {"listed", "g1_lxd", "g15_arch", "g19_low_power_only"};
    char text[REPORT_MAX];
    char name[64];
    const struct verify_case *one;
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        for (size_t shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]); shape++) {
            if (strcmp(one->name, shapes[shape]) != 0)
                continue;
            seen++;
            rendered(one, render_json, VERBOSITY_NORMAL, text);
            (void)snprintf(name, sizeof(name), "%s.json", one->name);
            golden_compare(name, text);
        }
    }
    assert_int_equal(seen, sizeof(shapes) / sizeof(shapes[0]));
}

/* `key` and `value` as JSON has them; of a value that ends in "..." the beginning. */
static void json_wants(const struct verify_case *one, const char *json, const char *key,
                       const char *value)
{
    char wanted[REPORT_MAX] = "";
    char whole[REPORT_MAX];
    FILE *out = fmemopen(wanted, sizeof(wanted), "w");
    struct json writer = {.out = out};
    size_t length = strlen(value);
    bool is_cut = length > 3 && strcmp(value + length - 3, "...") == 0;

    assert_non_null(out);
    (void)snprintf(whole, sizeof(whole), "%.*s", (int)(is_cut ? length - 3 : length), value);
    json_string(&writer, key, whole);
    assert_int_equal(fclose(out), 0);
    if (is_cut)
        wanted[strlen(wanted) - 1] = '\0';
    if (!strstr(json, wanted))
        fail_msg("%s: the JSON has no %s:\n%s", one->name, wanted, json);
}

/* "node         FAIL detail" */
static void json_has_check(const struct verify_case *one, const char *json, const char *line)
{
    char id[16];
    char status[8];
    char start[64];
    const char *check;

    assert_int_equal(sscanf(line, "%15s %7s", id, status), 2);
    for (char *letter = status; *letter; letter++)
        *letter = (char)tolower(*letter);
    (void)snprintf(start, sizeof(start), "{\"id\": \"%s\", \"status\": \"%s\", \"detail\": ", id,
                   status);
    check = strstr(json, start);
    if (!check) {
        fail_msg("%s: the JSON has no %s", one->name, start);
        return;
    }
    json_wants(one, check, "detail", line + strlen("node         FAIL "));
}

/* What is folded is one line again. */
static void unfold(char *text)
{
    for (char *fold = text; (fold = strstr(fold, "\n    "));) {
        *fold = ' ';
        memmove(fold + 1, fold + 5, strlen(fold + 5) + 1);
    }
}

static void json_says_what_the_text_says(void **state)
{
    char text[REPORT_MAX];
    char json[REPORT_MAX];
    char status[32];
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        char *rest = NULL;
        bool is_judged = false;
        if (strcmp(one->name, "listed") == 0)
            continue;
        rendered(one, render_text, VERBOSITY_NORMAL, text);
        rendered(one, render_json, VERBOSITY_NORMAL, json);
        unfold(text);
        (void)snprintf(status, sizeof(status), "\"exit_status\": %d, ", (int)one->status);
        assert_non_null(strstr(json, status));
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            const char *cause = strstr(line, "): ");
            bool is_fail = strncmp(line, "gpu-verify: FAIL", strlen("gpu-verify: FAIL")) == 0;
            if (is_fail && cause)
                json_wants(one, json, "cause", cause + 3);
            else if (strncmp(line, "warning: ", strlen("warning: ")) == 0)
                json_wants(one, json, "cause", line + strlen("warning: "));
            else if (strncmp(line, "fix: ", strlen("fix: ")) == 0)
                json_wants(one, json, NULL, line + strlen("fix: "));
            else if (!is_judged && strncmp(line, "gpu-verify: ", strlen("gpu-verify: ")) != 0)
                json_has_check(one, json, line);
            is_judged |= strncmp(line, "gpu-verify: ", strlen("gpu-verify: ")) == 0;
        }
        assert_true(is_judged);
    }
}

static void text_fits_a_terminal(void **state)
{
    char text[REPORT_MAX];
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        char *rest = NULL;
        int lines = 0;
        if (strcmp(one->name, "listed") == 0) /* a table is as wide as its cells */
            continue;
        rendered(one, render_text, VERBOSITY_NORMAL, text);
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            lines++;
            if (strlen(line) > COLUMNS && !strstr(line, "/etc/systemd/system/"))
                fail_msg("%s: too long: %s", one->name, line);
        }
        if (one->status != STATUS_PASS && lines > FAIL_LINES_MAX)
            fail_msg("%s: %d lines", one->name, lines);
    }
}

/* What a log or a pipe gets is whole; a wider terminal shows more. */
static void evidence_is_cut_by_the_terminal_alone(void **state)
{
    char narrow[REPORT_MAX];
    char wide[REPORT_MAX];
    char whole[REPORT_MAX];
    const struct verify_case *one;
    unsigned cut = 0;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        if (strcmp(one->name, "listed") == 0)
            continue;
        rendered_in(one, render_text, VERBOSITY_NORMAL, COLUMNS, narrow);
        rendered_in(one, render_text, VERBOSITY_NORMAL, 120, wide);
        rendered_in(one, render_text, VERBOSITY_NORMAL, 0, whole);
        if (strstr(whole, "...\n"))
            fail_msg("%s: cut without a terminal: %s", one->name, whole);
        unfold(narrow);
        unfold(wide);
        unfold(whole);
        cut += strstr(narrow, "...\n") && !strstr(wide, "...\n");
        assert_true(strlen(narrow) <= strlen(wide) && strlen(wide) <= strlen(whole));
    }
    assert_true(cut > 0);
}

static void quiet_is_one_verdict_line(void **state)
{
    char text[REPORT_MAX];
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        bool is_pass = one->status == STATUS_PASS;
        const char *start = is_pass ? "gpu-verify: PASS (" : "gpu-verify: FAIL (";
        if (strcmp(one->name, "listed") == 0)
            continue;
        rendered(one, render_text, VERBOSITY_QUIET, text);
        if (strncmp(text, start, strlen(start)) != 0 || strchr(text, '\n')[1] != '\0')
            fail_msg("%s: %s", one->name, text);
    }
}

static void verbose_shows_the_raw_facts(void **state)
{
    const struct verify_case *one = VERIFY_CASES_SYS;
    char text[REPORT_MAX];

    (void)state;
    rendered(one, render_text, VERBOSITY_VERBOSE, text);
    assert_non_null(strstr(text, "uid_map: 0 100000 65536; gid_map: 0 100000 65536\n"));
    assert_non_null(strstr(text, "mount: /dev/dri (ro,nosuid,noexec)\n"));
    assert_non_null(strstr(text, "kernel 6.1.0-30-amd64\n"));
}

/* Nothing passes on half a set of facts: only a whole run may. */
static void nothing_known_is_no_pass(void **state)
{
    struct report report;

    (void)state;
    memset(&facts, 0, sizeof(facts));
    checks_judge(&facts, &report);
    assert_int_equal(report.verdict, VERDICT_FAIL);
    assert_int_not_equal(report.status, STATUS_PASS);
}

/* What compares with nothing is not "at least 20 dB". */
static void no_number_is_no_picture(void **state)
{
    struct report report;

    (void)state;
    facts_all_good();
    facts.va.decode.psnr_y = NAN;
    checks_judge(&facts, &report);
    assert_int_equal(report.status, STATUS_PICTURE);
}

static void way_out_check(const struct verify_case *one, enum place place)
{
    char fix[4096] = "";
    struct text text = TEXT_ON(fix);
    struct report report;

    facts_all_good();
    one->arrange();
    facts_at(place);
    facts.sys.place.distro = DISTRO_UNKNOWN;
    checks_judge(&facts, &report);
    if (report.failed < 0)
        return;
    cause_fix(report.findings[report.failed].cause, &facts, &text);
    /* That ids are not mapped needs a container. */
    if (!fix[0] && !(report.status == STATUS_UNMAPPED && place <= PLACE_VM))
        fail_msg("%s: no fix in place %d", one->name, (int)place);
}

/* Whatever the place and the distribution, a failure ends with something to do. */
static void every_failure_has_a_way_out(void **state)
{
    const struct verify_case *one;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        for (int place = PLACE_HOST; place <= PLACE_CONTAINER; place++)
            way_out_check(one, (enum place)place);
    }
}

/* Whether `line` has `word`, ended by a blank or the line. */
static bool has_word(const char *line, const char *word)
{
    const char *at = strstr(line, word);

    return at && (!at[strlen(word)] || strchr(" \n", at[strlen(word)]));
}

/* Of a line of APT's: that it changes something, and takes away no other build than the smaller. */
static void apt_line_check(const struct verify_case *one, const char *line)
{
    bool is_upgrade = strstr(line, "--only-upgrade");
    bool is_anew = strstr(line, "--reinstall");

    for (int i = 0; i < DEBIAN_PACKAGES; i++) {
        enum debian_package package = (enum debian_package)i;
        bool is_installed = facts.packages.debian[i].installed[0];
        char word[80];
        (void)snprintf(word, sizeof(word), " %s", debian_package_name(package));
        if (!has_word(line, word))
            continue;
        if (is_installed != (is_upgrade || is_anew || strstr(line, "apt-cache policy")))
            fail_msg("%s: %s is %s: %s", one->name, word, is_installed ? "there" : "absent", line);
        if (is_upgrade && facts.packages.is_offer_known &&
            !debian_is_outdated(&facts.packages, package))
            fail_msg("%s: nothing newer: %s", one->name, line);
        if (!is_installed &&
            ((package == DEBIAN_IHD && facts.packages.debian[DEBIAN_IHD_FULL].installed[0]) ||
             (package == DEBIAN_I965 && facts.packages.debian[DEBIAN_I965_FULL].installed[0])))
            fail_msg("%s: takes the full build away: %s", one->name, line);
    }
}

/* All that a report says of its causes. */
static void causes_print(struct text *out)
{
    struct report report;

    checks_judge(&facts, &report);
    for (int id = 0; id < CHECK_COUNT; id++) {
        cause_words(report.findings[id].cause, &facts, out);
        cause_fix(report.findings[id].cause, &facts, out);
    }
}

/* What is read of packages is what the report needs: the rest would change no word. */
static void depth_check(const struct verify_case *one)
{
    static char all[8192], enough[8192];
    struct text all_text = TEXT_ON(all);
    struct text enough_text = TEXT_ON(enough);
    const struct package_facts packages = facts.packages;
    struct report report;

    all[0] = enough[0] = '\0';
    causes_print(&all_text);
    facts.packages = (struct package_facts){0};
    checks_judge(&facts, &report);
    if (report_packages(&report) != PACKAGES_NOTHING)
        facts.packages = packages;
    if (report_packages(&report) == PACKAGES_INSTALLED) {
        facts.packages.is_offer_known = false;
        for (int i = 0; i < DEBIAN_PACKAGES; i++)
            facts.packages.debian[i].offered[0] = '\0';
    }
    causes_print(&enough_text);
    facts.packages = packages;
    if (strcmp(all, enough) != 0)
        fail_msg("%s: depth %d: %s\nnot: %s", one->name, (int)report_packages(&report), enough,
                 all);
}

/* Every case on every machine: with neither, either or the full build, current or not, lists or
 * not. */
static void no_package_line_does_harm(void **state)
{
    static const struct {
        enum debian_package ihd, i965;
        const char *offered;
        bool is_offer_known;
    } machines[] = {
        {DEBIAN_IHD, DEBIAN_I965, "1-1", true},
        {DEBIAN_IHD, DEBIAN_I965, "2-1", true},
        {DEBIAN_IHD_FULL, DEBIAN_I965_FULL, "1-1", true},
        {DEBIAN_IHD_FULL, DEBIAN_I965_FULL, "2-1", true},
        {DEBIAN_IHD_FULL, DEBIAN_I965, "", false},
        {DEBIAN_PACKAGES, DEBIAN_I965_FULL, "", false},
        {DEBIAN_PACKAGES, DEBIAN_PACKAGES, "1-1", true},
    };
    static const uint32_t gpus[] = {0x0412, 0x1616, 0x5912, 0x46d1};
    const struct verify_case *one;
    size_t lines = 0;

    (void)state;
    for (size_t i = 0; (one = case_number(i)); i++) {
        for (size_t n = 0; n < 4 * sizeof(machines) / sizeof(machines[0]); n++) {
            struct report report;
            facts_all_good();
            one->arrange();
            facts.sys.place.distro = DISTRO_DEBIAN;
            if (facts.sys.kernel.vendor_id == 0x8086)
                facts.sys.kernel.device_id = gpus[n % 4];
            facts.packages = (struct package_facts){
                .is_known = true, .is_offer_known = machines[n / 4].is_offer_known};
            if (machines[n / 4].ihd != DEBIAN_PACKAGES)
                facts_package(machines[n / 4].ihd, "1-1", machines[n / 4].offered);
            if (machines[n / 4].i965 != DEBIAN_PACKAGES)
                facts_package(machines[n / 4].i965, "1-1", machines[n / 4].offered);
            depth_check(one);
            checks_judge(&facts, &report);
            for (int id = 0; id < CHECK_COUNT; id++) {
                char fix[4096] = "";
                char *rest = NULL;
                struct text text = TEXT_ON(fix);
                cause_fix(report.findings[id].cause, &facts, &text);
                for (char *line = strtok_r(fix, "\n", &rest); line;
                     line = strtok_r(NULL, "\n", &rest)) {
                    if (strncmp(line, "apt-get", 7) != 0)
                        continue;
                    lines++;
                    apt_line_check(one, line);
                }
            }
        }
    }
    assert_true(lines > 500);
}

/* Each limit from both sides, in brightness and in colour. */
static void limits_are_where_they_should_be(void **state)
{
    static const struct {
        enum va_rate_choice rate;
        uint32_t qp;
        double worst, mean;
        enum verdict verdict;
    } rows[] = {
        {VA_RATE_CQP, 26, 19.9, 38, VERDICT_FAIL},  {VA_RATE_CQP, 26, 20.1, 38, VERDICT_PASS},
        {VA_RATE_CQP, 26, 29, 29.9, VERDICT_WARN},  {VA_RATE_CQP, 26, 29, 30.1, VERDICT_PASS},
        {VA_RATE_ICQ, 40, 19.9, 38, VERDICT_FAIL},  {VA_RATE_ICQ, 40, 29, 29.9, VERDICT_WARN},
        {VA_RATE_CQP, 41, 19.9, 20, VERDICT_PASS},  {VA_RATE_CQP, 51, 14.1, 15, VERDICT_PASS},
        {VA_RATE_CQP, 51, 13.9, 15, VERDICT_FAIL},  {VA_RATE_CBR, 26, 14.9, 38, VERDICT_FAIL},
        {VA_RATE_CBR, 51, 14.9, 38, VERDICT_FAIL},  {VA_RATE_VBR, 26, 15.1, 38, VERDICT_WARN},
        {VA_RATE_AVBR, 26, 19.9, 38, VERDICT_WARN}, {VA_RATE_VCM, 26, 20.1, 29, VERDICT_PASS},
        {VA_RATE_QVBR, 26, 15.1, 38, VERDICT_WARN}, {VA_RATE_QVBR, 51, 14.1, 15, VERDICT_PASS},
    };

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof(rows) / sizeof(rows[0])); i++) {
        double *worst = i % 2 ? &facts.va.decode.psnr_uv_worst : &facts.va.decode.psnr_y_worst;
        struct report report;
        facts_all_good();
        facts.request.rate = rows[i / 2].rate;
        facts.request.qp = rows[i / 2].qp;
        facts.va.decode.psnr_y = rows[i / 2].mean;
        *worst = rows[i / 2].worst;
        checks_judge(&facts, &report);
        if (report.verdict != rows[i / 2].verdict)
            fail_msg("row %zu.%zu: verdict %d", i / 2, i % 2, (int)report.verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_status_and_row),
        cmocka_unit_test(every_cause_has_a_case),
        cmocka_unit_test(text_is_as_agreed),
        cmocka_unit_test(json_is_as_agreed),
        cmocka_unit_test(json_says_what_the_text_says),
        cmocka_unit_test(text_fits_a_terminal),
        cmocka_unit_test(evidence_is_cut_by_the_terminal_alone),
        cmocka_unit_test(quiet_is_one_verdict_line),
        cmocka_unit_test(verbose_shows_the_raw_facts),
        cmocka_unit_test(nothing_known_is_no_pass),
        cmocka_unit_test(no_number_is_no_picture),
        cmocka_unit_test(every_failure_has_a_way_out),
        cmocka_unit_test(no_package_line_does_harm),
        cmocka_unit_test(limits_are_where_they_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * causes.def: every word in braces exists, every line is one that can be printed and pasted, and in
 * which place it is printed.
 */
#include "cmocka_all.h"

#include "judge/cause.h"
#include "judge/checks.h"
#include "judge/subject.h"
#include "verify_cases.h"

#include <fnmatch.h>

#include <string.h>

#define AT_LXC_ROOT  0
#define AT_LXC_USER  0
#define AT_LXC       0
#define AT_OTHER     0
#define AT_DOCKER    0
#define AT_NSPAWN    0
#define AT_VM        0
#define AT_HOST      0
#define AT_MACHINE   0
#define AT_CONTAINER 0
#define AT_OWN_FILES 0
#define AT_INCUS     0
#define AT_OCI       0
#define AT_NOT_LXC   0
#define ANYWHERE     0

struct line {
    int where;
    const char *text;
};

struct row {
    const char *symbol, *words;
    const struct line *lines; /* ends with NULL */
};

#define CAUSE(symbol, row, status, ...) LINES(symbol, __VA_ARGS__, {0, NULL})
#define LINES(symbol, words, ...)       {#symbol, words, (const struct line[]){__VA_ARGS__}},
static const struct row ROWS[] = {
#include "judge/causes.def"
};
#define ROW_COUNT (sizeof(ROWS) / sizeof(*ROWS))

static void placeholders_check(const char *symbol, const char *text)
{
    while ((text = strchr(text, '{'))) {
        size_t length = strcspn(text, "}");
        char name[64];
        assert_true(length < sizeof(name) && text[length] == '}');
        memcpy(name, text + 1, length - 1);
        name[length - 1] = '\0';
        if (!subject_exists(name))
            fail_msg("%s: there is no {%s}", symbol, name);
        text += length;
    }
}

static void words_in_braces_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        placeholders_check(ROWS[i].symbol, ROWS[i].words);
        for (const struct line *line = ROWS[i].lines; line->text; line++)
            placeholders_check(ROWS[i].symbol, line->text);
    }
}

static void sentences_have_no_full_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        size_t length = strlen(ROWS[i].words);
        assert_true(length > 0);
        if (ROWS[i].words[length - 1] == '.')
            fail_msg("%s ends with a full stop", ROWS[i].symbol);
    }
}

/* A remark or a command, never both, and no line break inside. */
static void lines_are_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (const struct line *line = ROWS[i].lines; line->text; line++) {
            if (strchr(line->text, '\n') || strstr(line->text, " # "))
                fail_msg("%s: %s", ROWS[i].symbol, line->text);
        }
    }
}

static void hostile_names_are_not_pasted(void **state)
{

    static const char *const names[] = {"x; reboot", "$(reboot)", "-rf", "a b", "", "a\nb", "`id`"};
    char value[SUBJECT_VALUE_MAX];

    (void)state;
    memset(&facts, 0, sizeof(facts));
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        (void)snprintf(facts.sys.place.name, sizeof(facts.sys.place.name), "%s", names[i]);
        assert_true(subject_value("name", &facts, true, value, sizeof(value)));
        assert_string_equal(value, "NAME");
        (void)snprintf(facts.sys.access.user, sizeof(facts.sys.access.user), "%s", names[i]);
        if (names[i][0])
            assert_false(subject_value("user", &facts, true, value, sizeof(value)));
    }
    (void)snprintf(facts.sys.place.name, sizeof(facts.sys.place.name), "web-1.example");
    assert_true(subject_value("name", &facts, true, value, sizeof(value)));
    assert_string_equal(value, "web-1.example");
    (void)snprintf(facts.sys.place.name, sizeof(facts.sys.place.name), "x\x1b[2J");
    assert_true(subject_value("name", &facts, false, value, sizeof(value)));
    assert_string_equal(value, "x\\x1b[2J");
}

/* ---- which line in which place --------------------------------------------------------------- */

#define FIX_MAX 4096

static const struct {
    const char *name;
    enum place place;
    enum starter starter;
} PLACES[] = {
    {"host", PLACE_HOST, STARTER_UNKNOWN},       {"vm", PLACE_VM, STARTER_UNKNOWN},
    {"lxc-of-root", PLACE_LXC, STARTER_ROOT},    {"lxc-of-user", PLACE_LXC, STARTER_USER},
    {"lxc", PLACE_LXC, STARTER_UNKNOWN},         {"incus", PLACE_INCUS, STARTER_UNKNOWN},
    {"docker", PLACE_DOCKER, STARTER_UNKNOWN},   {"podman", PLACE_PODMAN, STARTER_UNKNOWN},
    {"nspawn", PLACE_NSPAWN, STARTER_UNKNOWN},   {"oci", PLACE_OCI, STARTER_UNKNOWN},
    {"other", PLACE_CONTAINER, STARTER_UNKNOWN},
};
#define PLACE_COUNT (sizeof(PLACES) / sizeof(*PLACES))

/* Of each cause, in each place, every line that any case has printed for it. */
static char fixes[CAUSE_COUNT][PLACE_COUNT][FIX_MAX];

static bool has_line(const char *lines, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = lines; (at = strstr(at, line)); at++)
        if ((at == lines || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}

static void fixes_add(enum cause cause, size_t place)
{
    char fix[FIX_MAX] = "";
    struct text text = TEXT_ON(fix);
    struct text known = {.data = fixes[cause][place], .size = FIX_MAX};
    char *rest = NULL;

    known.used = strlen(known.data);
    cause_fix(cause, &facts, &text);
    for (char *line = strtok_r(fix, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (!has_line(known.data, line))
            text_add(&known, "%s\n", line);
    assert_false(known.cut || text.cut);
}

/* As the case is; with another node and newer packages to be had; with a variable that steers
 * libva; on the GPU of a virtual machine.
 */
enum variation { AS_IT_IS, MORE_TO_HAVE, STEERED, VIRTUAL, VARIATIONS };

static void vary(enum variation variation)
{
    static const struct node_other other = {"/dev/dri/renderD129", 129};

    if (variation == MORE_TO_HAVE) {
        facts.sys.node.other_count = 1;
        facts.sys.node.others[0] = other;
        facts.packages.is_known = facts.packages.is_offer_known = true;
        for (int i = 0; i < DEBIAN_PACKAGES; i++)
            facts_package((enum debian_package)i, "1.0-1", "99.0-1");
    } else if (variation == STEERED) {
        SET(facts.sys.place.driver_name, "nvidia");
    } else if (variation == VIRTUAL) {
        SET(facts.sys.kernel.driver, "virtio_gpu");
    }
}

static void fixes_collect(const struct verify_case *one, size_t place, enum variation variation)
{
    struct report report;

    facts_all_good();
    one->arrange();
    vary(variation);
    facts.sys.place.place = PLACES[place].place;
    facts.sys.place.starter = PLACES[place].starter;
    checks_judge(&facts, &report);
    for (int id = 0; id < CHECK_COUNT; id++)
        if (report.findings[id].cause != CAUSE_NONE)
            fixes_add(report.findings[id].cause, place);
}

/* Places with the same lines stand together. */
static void fixes_write(enum cause cause, FILE *out)
{
    for (size_t first = 0; first < PLACE_COUNT; first++) {
        bool is_done = false;
        for (size_t i = 0; i < first; i++)
            is_done |= strcmp(fixes[cause][i], fixes[cause][first]) == 0;
        if (is_done || !fixes[cause][first][0])
            continue;
        (void)fprintf(out, "== %s:", ROWS[cause - 1].symbol);
        for (size_t i = first; i < PLACE_COUNT; i++)
            if (strcmp(fixes[cause][i], fixes[cause][first]) == 0)
                (void)fprintf(out, " %s", PLACES[i].name);
        (void)fprintf(out, "\n%s", fixes[cause][first]);
    }
}

/* `template` with a star for each word in braces, for fnmatch(3). */
static void pattern_make(const char *template, char ret[512])
{
    size_t used = 0;

    for (; *template && used < 509; template ++) {
        if (*template == '{') {
            ret[used++] = '*';
            template += strcspn(template, "}");
            continue;
        }
        if (strchr("*?[\\", *template))
            ret[used++] = '\\';
        ret[used++] = *template;
    }
    ret[used] = '\0';
}

static bool is_printed(enum cause cause, const char *template)
{
    char pattern[512];

    pattern_make(template, pattern);
    for (size_t place = 0; place < PLACE_COUNT; place++) {
        char lines[FIX_MAX];
        char *rest = NULL;
        memcpy(lines, fixes[cause][place], sizeof(lines));
        for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            if (fnmatch(pattern, line, 0) == 0)
                return true;
    }
    return false;
}

/*
 * The golden file has every pair of a cause and a place with its lines, and at its end the lines
 * that no case prints: those nobody has seen.
 */
static void each_line_is_for_its_places(void **state)
{
    static const struct verify_case *const lists[] = {VERIFY_CASES_SYS, VERIFY_CASES_VA,
                                                      VERIFY_CASES_STREAM, VERIFY_CASES_DECODE};
    static char all[GOLDEN_MAX];
    FILE *out = fmemopen(all, sizeof(all), "w");

    (void)state;
    assert_non_null(out);
    for (size_t list = 0; list < sizeof(lists) / sizeof(lists[0]); list++)
        for (const struct verify_case *one = lists[list]; one->name; one++)
            for (size_t place = 0; place < PLACE_COUNT * VARIATIONS; place++)
                fixes_collect(one, place % PLACE_COUNT, (enum variation)(place / PLACE_COUNT));
    for (int cause = 1; cause < CAUSE_COUNT; cause++)
        fixes_write((enum cause)cause, out);
    for (size_t i = 0; i < ROW_COUNT; i++)
        for (const struct line *line = ROWS[i].lines; line->text; line++)
            if (!is_printed((enum cause)(i + 1), line->text))
                (void)fprintf(out, "== in no case: %s\n%s\n", ROWS[i].symbol, line->text);
    assert_int_equal(fclose(out), 0);
    golden_compare("fixes.list", all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_in_braces_exist),
        cmocka_unit_test(sentences_have_no_full_stop),
        cmocka_unit_test(lines_are_lines),
        cmocka_unit_test(hostile_names_are_not_pasted),
        cmocka_unit_test(each_line_is_for_its_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

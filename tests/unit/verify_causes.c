/* causes.def: every word in braces exists, every line is one that can be printed and pasted. */
#include "cmocka_all.h"

#include "judge/cause.h"
#include "judge/subject.h"

#include <stdio.h>
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

#define CAUSE(symbol, row, status, ...) ROW(symbol, __VA_ARGS__, {0, NULL})
#define ROW(symbol, words, ...)         {#symbol, words, (const struct line[]){__VA_ARGS__}},
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
    static struct facts facts;
    static const char *const names[] = {"x; reboot", "$(reboot)", "-rf", "a b", "", "a\nb", "`id`"};
    char value[SUBJECT_VALUE_MAX];

    (void)state;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_in_braces_exist),
        cmocka_unit_test(sentences_have_no_full_stop),
        cmocka_unit_test(lines_are_lines),
        cmocka_unit_test(hostile_names_are_not_pasted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

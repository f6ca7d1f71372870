/* A hook line is cut into words as sh(1) does it, or given up on. */
#include "cmocka_all.h"
#include "config/shell_words.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 6

/* `wanted`: each word in brackets; NULL: not to be read. */
static void assert_words(const char *line, const char *wanted)
{
    char copy[200];
    char *words[WORDS_MAX];
    char made[200] = "";
    size_t count = 0;

    snprintf(copy, sizeof(copy), "%s", line);
    if (!wanted) {
        assert_false(shell_words_split(copy, WORDS_MAX, words, &count));
        return;
    }
    assert_true(shell_words_split(copy, WORDS_MAX, words, &count));
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof(made) - used, "[%s]", words[i]);
    }
    assert_string_equal(made, wanted);
}

static void blanks_part_and_quotes_hold_together(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words(" \t ", "");
    assert_words("a", "[a]");
    assert_words("  a\t b  ", "[a][b]");
    assert_words("'a b' c", "[a b][c]");
    assert_words("\"a  b\"", "[a  b]");
    assert_words("a'b'\"c\"d e", "[abcd][e]");
    assert_words("'' \"\"", "[][]");
    assert_words("'$`\\;\"' \"';*\"", "[$`\\;\"][';*]");
    assert_words("--select pci=0000:00:02.0 driver=i915,xe",
                 "[--select][pci=0000:00:02.0][driver=i915,xe]");
}

static void what_only_a_shell_can_read_is_given_up_on(void **state)
{
    static const char *const lines[] = {
        "'a",   "\"a", "a'",    "\"$a\"", "\"`a`\"", "\"\\a\"",      "$a",  "a`",
        "a\\b", "a;b", "a|b",   "a&",     "a>b",     "a<b",          "(a)", "a*",
        "a?",   "[a]", "{a,b}", "#a",     "~/a",     "1 2 3 4 5 6 7"};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_words(lines[i], NULL);
    assert_words("1 2 3 4 5 6", "[1][2][3][4][5][6]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_part_and_quotes_hold_together),
        cmocka_unit_test(what_only_a_shell_can_read_is_given_up_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

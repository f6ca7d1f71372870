/* SPDX-License-Identifier: MIT */
/* A hook line is cut into words as sh(1) does it, or given up on. */
#include "cmocka_all.h"
#include "config/given.h"
#include "config/name_words.h"
#include "config/shell_words.h"

#include <stdio.h>
#include <stdlib.h>
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

static void assert_name(const char *name, enum name_fate fate, const char *wanted)
{
    static struct name_words words;
    char made[200] = "";

    name_words_split(name, &words);
    assert_int_equal(words.fate, fate);
    for (size_t i = 0; i < words.count; i++) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof(made) - used, "[%s]", words.words[i]);
    }
    if (fate != NAME_LOST)
        assert_string_equal(made, wanted);
}

static void a_name_is_taken_apart_as_the_shell_does_it(void **state)
{
    (void)state;
    assert_name("c1", NAME_PLAIN, "");
    assert_name("a*b?[c]{d,e}~", NAME_PLAIN, "");
    assert_name("a#b", NAME_PLAIN, "");
    assert_name("--help", NAME_WORDS, "[--help]");
    assert_name("arch  linux ", NAME_WORDS, "[arch][linux]");
    assert_name("it's o'clock", NAME_WORDS, "[its oclock]");
    assert_name("a;b", NAME_CUT, "[a]");
    assert_name(";b", NAME_CUT, "");
    assert_name("a b #c", NAME_CUT, "[a][b]");
    assert_name("--help\nx", NAME_CUT, "[--help]");
    assert_name("gpu's", NAME_LOST, NULL);
    assert_name("'a;b'", NAME_LOST, NULL);
    assert_name("a$b", NAME_LOST, NULL);
    assert_name("a&b", NAME_LOST, NULL);
    assert_name("a b\\c", NAME_LOST, NULL);
}

static void arguments_are(const char *name, const char *given, const char *wanted)
{
    static char copy[200];
    char *argv_given[20];
    char **argv = argv_given;
    char made[300] = "";
    char *rest = NULL;
    int argc = 0;

    snprintf(copy, sizeof(copy), "%s", given);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv_given[argc++] = word;
    argv_given[argc] = NULL;
    assert_int_equal(setenv("LXC_NAME", name, 1), 0);
    assert_true(name_words_join(&argc, &argv));
    for (int i = 0; i < argc; i++) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof(made) - used, "[%s]", argv[i]);
    }
    assert_string_equal(made, wanted);
    if (argv != argv_given)
        free(argv);
}

static void the_name_is_one_argument_again_and_no_option(void **state)
{
    int argc = 0;
    char **argv = NULL;

    (void)state;
    assert_int_equal(setenv("LXC_CONFIG_FILE", "config", 1), 0);
    assert_int_equal(setenv("LXC_HOOK_VERSION", "0", 1), 0);
    arguments_are("--help", "hook --help lxc mount", "[hook][--][--help][lxc][mount]");
    assert_int_equal(unsetenv("LXC_HOOK_VERSION"), 0);
    arguments_are("--help", "hook --help lxc mount", "[hook][--help][lxc][mount]");
    assert_int_equal(setenv("LXC_CONFIG_FILE", "/lxc/config", 1), 0);
    assert_int_equal(unsetenv("LXC_HOOK_TYPE"), 0);
    assert_int_equal(unsetenv("LXC_PID"), 0);
    arguments_are("c1", "hook -v c1 lxc mount", "[hook][-v][c1][lxc][mount]");
    arguments_are("--help", "hook -v --help lxc start-host",
                  "[hook][-v][--][--help][lxc][start-host]");
    arguments_are("a  b", "hook a b lxc mount", "[hook][--][a  b][lxc][mount]");
    arguments_are("lxc mount", "hook lxc mount lxc mount", "[hook][--][lxc mount][lxc][mount]");
    arguments_are("a b", "hook a b lxc clone x", "[hook][--][a b][lxc][clone][x]");
    /* without live LXC_PID, before the container's init is known */
    arguments_are("--help;x", "hook --help", "[hook][--][--help;x][lxc][mount]");
    /* not LXC's words */
    arguments_are("a b", "hook list", "[hook][list]");
    assert_int_equal(setenv("LXC_NAME", "a|b", 1), 0);
    assert_false(name_words_join(&argc, &argv));
    assert_int_equal(unsetenv("LXC_NAME"), 0);
    assert_true(name_words_join(&argc, &argv));
    assert_int_equal(unsetenv("LXC_CONFIG_FILE"), 0);
}

#define GIVEN(words, name) given_by_words((words), sizeof(words), (name), "lxc.hook.start-host")

static void a_start_is_known_by_its_words(void **state)
{
    (void)state;
    assert_true(GIVEN("lxc-start\0-n\0c1\0-s\0lxc.hook.start-host=/usr/bin/lxc-gpu-hook", "c1"));
    assert_true(GIVEN(
        "/usr/bin/lxc-start\0-slxc.hook.start-host = /usr/bin/lxc-gpu-hook -v\0--name=c1", "c1"));
    assert_true(GIVEN("lxc-execute\0-nc1\0-s\0lxc.hook.start-host = lxc-gpu-hook", "c1"));
    assert_false(GIVEN("lxc-start\0-n\0c2\0-s\0lxc.hook.start-host=/usr/bin/lxc-gpu-hook", "c1"));
    assert_false(GIVEN("lxc-start\0-n\0c1\0-s\0lxc.hook.mount=/usr/bin/lxc-gpu-hook", "c1"));
    assert_false(GIVEN("lxc-start\0-n\0c1\0-s\0lxc.hook.start-host=/usr/bin/other", "c1"));
    assert_false(GIVEN("vi\0c1\0lxc.hook.start-host=/usr/bin/lxc-gpu-hook", "c1"));
    assert_false(given_by_words("lxc-start", 0, "c1", "lxc.hook.start-host"));
    assert_false(given_by_words("lxc-start", 9, "c1", "lxc.hook.start-host")); /* cut off */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_part_and_quotes_hold_together),
        cmocka_unit_test(what_only_a_shell_can_read_is_given_up_on),
        cmocka_unit_test(a_name_is_taken_apart_as_the_shell_does_it),
        cmocka_unit_test(a_start_is_known_by_its_words),
        cmocka_unit_test(the_name_is_one_argument_again_and_no_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

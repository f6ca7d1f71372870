/* SPDX-License-Identifier: MIT */
/* What is said: no word of another's reaches a terminal raw, or a fix as more than a word. */
#include "base/err.h"
#include "base/text.h"
#include "cli/options.h"
#include "cmocka_all.h"
#include "exit_status.h"
#include "facts/env.h"
#include "facts/select.h"
#include "say/advice_config.h"
#include "say/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char raw[] = "a\033[2J\007b\nfix: rm\177\302\233c";
static const char *const not_words[] = {"a b",  "$(id)", "`id`", "a;b", "a\nb",    "a\033b", "-x",
                                        "a'b",  "a\"b",  "a\\b", "a&b", "a|b",     "a>b",    "a*",
                                        "{a,b", "~a",    "#a",   "a!b", "\303\244"};

static void what_is_said_has_no_control_byte(void **state)
{
    struct err err;

    (void)state;
    (void)err_set(&err, STATUS_USAGE, 0, "look at %s", raw);
    assert_string_equal(err.text, "look at a?[2J?b?fix: rm???c");
    err_wrap(&err, "check %s", "\n");
    assert_string_equal(err.text, "check ?: look at a?[2J?b?fix: rm???c");
    err_add(&err, "%s", "\r");
    assert_string_equal(err.text, "check ?: look at a?[2J?b?fix: rm???c?");
}

static void a_failure_is_one_to_its_caller(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(err_set(&err, STATUS_USAGE, ENOENT, "open x"), -ENOENT);
    assert_string_equal(err.text, "open x: No such file or directory");
    assert_true(err_set(&err, STATUS_USAGE, 0, "open x") < 0);
    assert_string_equal(err.text, "open x");
}

/* Of what has no room nothing is there: half a command is another command. */
static void a_fix_that_has_no_room_is_left_out(void **state)
{
    static struct err err;
    char line[sizeof(err.fix) + 1];

    (void)state;
    memset(line, 'a', sizeof(line));
    line[sizeof(err.fix)] = '\0';
    err_fix_lines(&err, line);
    assert_string_equal(err.fix, "");
    line[sizeof(err.fix) - 1] = '\0';
    err_fix_lines(&err, line);
    assert_int_equal(strlen(err.fix), sizeof(err.fix) - 1);
    err_fix_lines(&err, "b");
    assert_int_equal(strlen(err.fix), sizeof(err.fix) - 1);
    err.fix[sizeof(err.fix) - 3] = '\0'; /* room for the line's end and one letter, not for two */
    err_fix_lines(&err, "bc");
    assert_int_equal(strlen(err.fix), sizeof(err.fix) - 3);
    err_fix_lines(&err, "b");
    assert_string_equal(err.fix + sizeof(err.fix) - 4, "a\nb");
}

static void a_fix_line_has_plain_words_or_is_not_there(void **state)
{
    struct err err = {0};

    (void)state;
    err_fix(&err, "rm %s/%s    # $(own text), %d%% of %zu and %04x %c", "/a-b", "c_d", 1, (size_t)2,
            3, 'x');
    assert_string_equal(err.fix, "rm /a-b/c_d    # $(own text), 1% of 2 and 0003 x");
    for (size_t i = 0; i < sizeof(not_words) / sizeof(not_words[0]); i++) {
        err.fix[0] = '\0';
        err_fix(&err, "rm %u %s", 7U, not_words[i]);
        assert_string_equal(err.fix, "");
        err_fix(&err, "rm %zu %.*s %s", (size_t)7, 9, not_words[i], "b");
        assert_string_equal(err.fix, "");
        err_fix(&err, "rm %s %s", "b", not_words[i]);
        assert_string_equal(err.fix, "");
    }
    err_fix(&err, "rm %.*s", 3, "a-b c");
    err_fix(&err, "rm%s", "");
    assert_string_equal(err.fix, "rm a-b\nrm");
    err_fix_lines(&err, "a\n\033b");
    assert_string_equal(err.fix, "rm a-b\nrm\na\n?b");
}

static void the_whole_value_of_a_selection_is_checked(void **state)
{
    static const char *const wrong[] = {"pci= 00:02.0",       "pci=\n00:02.0", "pci=00:02.0 ",
                                        "pci=0000:\n00:02.0", "pci=+0:02.0",   "driver=a b",
                                        "driver=a\033",       "vendor=0x 8",   "driver=a,\033"};
    char spec[200] = "driver=";
    const char *wanted;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_true(select_check(wrong[i], &wanted) < 0);
    /* behind what a driver's name can hold */
    memset(spec + strlen(spec), 'a', 70);
    assert_true(select_check(spec, &wanted) < 0);
    (void)snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec), "\033[2J$(id)");
    assert_true(select_check(spec, &wanted) < 0);
    assert_int_equal(select_check("driver=i915,xe", &wanted), 0);
    assert_int_equal(select_check("pci=0000:00:02.0,01:00.0", &wanted), 0);
}

static void a_container_is_started_by_a_plain_name_only(void **state)
{
    struct err err = {0};

    (void)state;
    advice_start("/srv/lxc", "c1", "and again", &err);
    assert_string_equal(err.fix, "lxc-start -P /srv/lxc -n c1    # and again");
    for (size_t i = 0; i < sizeof(not_words) / sizeof(not_words[0]); i++) {
        err.fix[0] = '\0';
        advice_start(NULL, not_words[i], "and again", &err);
        advice_start(not_words[i], "c1", "and again", &err);
        advice_grant(not_words[i], 107, 1, "/etc/subgid", &err);
        assert_string_equal(err.fix, "");
    }
}

static void read_wrong(struct err *err)
{
    const struct about about = {.config_file = hook_env_config_file()};
    char *none[] = {NULL};
    struct hook_env env;
    struct fault fault;

    assert_true(hook_env_read(0, none, &env, &fault) < 0);
    (void)say_fault(&fault, &about, err);
}

static void the_environments_words_are_plain_too(void **state)
{
    struct err err;

    (void)state;
    setenv("LXC_HOOK_TYPE", "start-host", 1);
    setenv("LXC_NAME", "a\033$(id)", 1);
    setenv("LXC_CONFIG_FILE", "/a/b\nfix: c/config", 1);
    unsetenv("LXC_PID");
    read_wrong(&err);
    assert_null(strchr(err.text, '\033'));
    assert_null(strstr(err.fix, "$("));
    setenv("LXC_HOOK_TYPE", "autodev", 1);
    read_wrong(&err);
    assert_null(strstr(err.fix, "fix: c"));
    setenv("LXC_HOOK_TYPE", "x\033\n", 1);
    read_wrong(&err);
    assert_null(strchr(err.text, '\033'));
    assert_null(strchr(err.text, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_one_to_its_caller),
        cmocka_unit_test(a_fix_that_has_no_room_is_left_out),
        cmocka_unit_test(what_is_said_has_no_control_byte),
        cmocka_unit_test(a_fix_line_has_plain_words_or_is_not_there),
        cmocka_unit_test(the_whole_value_of_a_selection_is_checked),
        cmocka_unit_test(a_container_is_started_by_a_plain_name_only),
        cmocka_unit_test(the_environments_words_are_plain_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What enable puts into a config, disable takes out: byte for byte, whatever else changed. */
#include "cmocka_all.h"
#include "config/edit.h"
#include "config/enabled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDE "lxc.include = /usr/share/lxc/config/gpu.conf\n"
#define HOOKS                                                                                      \
    "lxc.hook.mount = /usr/bin/lxc-gpu-hook --select pci=0000:00:02.0\n"                           \
    "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select pci=0000:00:02.0\n"                      \
    "lxc.cgroup.devices.allow = c 226:* rwm\n"                                                     \
    "lxc.cgroup2.devices.allow = c 226:* rwm\n"
#define BEGIN "# lxc-gpu-hook enable: begin; lxc-gpu-hook disable takes these lines out\n"
#define END   "# lxc-gpu-hook enable: end"

static const struct idmap split = {3, {{0, 100000, 109}, {109, 107, 1}, {110, 100110, 65426}}};

static char *put(const char *text, size_t at, const char *lines)
{
    char *made = NULL;

    assert_int_equal(enabled_put(text, at, lines, &made), 0);
    return made;
}

static char *put_gids(const char *text)
{
    char *made = NULL;

    assert_int_equal(enabled_put_gids(text, &split, &made), 0);
    return made;
}

static struct enabled_rest take(const char *text, bool with_map)
{
    struct enabled_rest rest;

    assert_int_equal(enabled_take_out(text, with_map, &rest), 0);
    return rest;
}

static void assert_taken(const char *text, const char *wanted)
{
    struct enabled_rest rest = take(text, true);

    assert_string_equal(rest.text, wanted);
    free(rest.text);
}

static void lines_go_to_the_end_and_come_out(void **state)
{
    char *made = put("a = b\n", 6, INCLUDE);

    (void)state;
    assert_string_equal(made, "a = b\n" BEGIN INCLUDE END "\n");
    assert_taken(made, "a = b\n");
    free(made);
    made = put("a = b", 5, INCLUDE);
    assert_string_equal(made, "a = b\n" BEGIN INCLUDE END);
    assert_taken(made, "a = b");
    free(made);
}

static void edits_made_since_stay(void **state)
{
    (void)state;
    assert_taken("a\n" BEGIN "# mine\n" INCLUDE "lxc.x = y\n" END "\nb\n",
                 "a\n# mine\nlxc.x = y\nb\n");
    /* with other options by hand it is enable's line still */
    assert_taken("a\n" BEGIN "lxc.hook.mount = /usr/bin/lxc-gpu-hook --optional\n" END "\nb",
                 "a\nb");
    /* a line like it elsewhere is not */
    assert_taken(INCLUDE BEGIN INCLUDE END "\n" HOOKS, INCLUDE HOOKS);
    /* and a rule for a single node is none that enable writes */
    assert_taken(BEGIN "lxc.cgroup2.devices.allow = c 226:128 rwm\n" END "\n",
                 "lxc.cgroup2.devices.allow = c 226:128 rwm\n");
    /* the block's last line is gone: only what is enable's goes */
    assert_taken("a\n" BEGIN INCLUDE "b\n", "a\nb\n");
}

static void other_options_take_the_place_of_the_old_ones(void **state)
{
    char *first = put("a\n", 2, INCLUDE);
    char added[512];
    struct enabled_rest rest;

    (void)state;
    snprintf(added, sizeof(added), "%slater\n", first);
    rest = take(added, false);
    assert_true(rest.had_hooks);
    char *second = put(rest.text, rest.at, HOOKS);
    assert_string_equal(second, "a\n" BEGIN HOOKS END "\nlater\n");
    assert_taken(second, "a\nlater\n");
    free(rest.text);
    rest = take(second, false);
    char *third = put(rest.text, rest.at, HOOKS);
    assert_string_equal(third, second);
    free(first);
    free(second);
    free(third);
    free(rest.text);
}

static void an_id_map_comes_back_unless_it_was_changed(void **state)
{
    static const char before[] = "lxc.idmap = u 0 100000 65536\n  lxc.idmap=g 0 100000 65536 \nx\n";
    char *made = put_gids(before);
    struct idmap gids;
    char edited[1024];

    (void)state;
    config_gids_read(made, &gids);
    assert_memory_equal(&gids, &split, sizeof(gids.count) + 3 * sizeof(gids.extents[0]));
    assert_taken(made, before);
    struct enabled_rest rest = take(made, false);
    assert_string_equal(rest.text, made);
    free(rest.text);
    snprintf(edited, sizeof(edited), "%s", made);
    strstr(edited, "g 109 107")[2] = '2';
    rest = take(edited, true);
    assert_true(rest.has_edited_map);
    assert_string_equal(rest.text,
                        "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 109\n"
                        "lxc.idmap = g 209 107 1\nlxc.idmap = g 110 100110 65426\nx\n");
    free(rest.text);
    free(made);
}

static void a_map_that_was_taken_out_whole_comes_back(void **state)
{
    (void)state;
    assert_taken("# lxc-gpu-hook enable: was lxc.idmap = g 0 1 2\nx\n", "lxc.idmap = g 0 1 2\nx\n");
    assert_taken("# lxc-gpu-hook enable: was lxc.idmap = g 0 1 2\nlxc.idmap = g 0 5 6\n",
                 "lxc.idmap = g 0 5 6\n");
    /* a begin of a block at the file's end */
    assert_taken("x\n# lxc-gpu-hook enable: id map 0", "x\n");
}

static void what_a_person_wrote_is_found(void **state)
{
    char line[80];

    (void)state;
    assert_true(enabled_by_hand("a\n lxc.include=/usr/share/lxc/config/gpu-intel.conf\n", line,
                                sizeof(line)));
    assert_string_equal(line, " lxc.include=/usr/share/lxc/config/gpu-intel.conf");
    assert_true(enabled_by_hand(HOOKS, line, sizeof(line)));
    assert_false(
        enabled_by_hand("# " INCLUDE "lxc.include = /etc/lxc/mygpu.conf\n", line, sizeof(line)));
    assert_false(enabled_by_hand("lxc.hook.stop = /usr/bin/lxc-gpu-hook\n", line, sizeof(line)));
    assert_false(
        enabled_by_hand("lxc.hook.mount = /usr/share/lxcfs/lxc.mount.hook\n", line, sizeof(line)));
}

/* Texts of all kinds of lines, with and without a line break at the end. */
static void every_text_comes_back(void **state)
{
    static const char *const lines[] = {"",
                                        "# remark",
                                        "lxc.idmap = g 0 100000 65536",
                                        "lxc.a = b",
                                        "\r",
                                        "lxc.idmap = g 70000 5 1",
                                        "  ",
                                        "lxc.idmap = u 0 1 2"};
    unsigned number = 1;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char text[512] = "";
        unsigned count = round % 7;
        for (unsigned i = 0; i < count; i++) {
            number = number * 1103515245u + 12345u;
            size_t used = strlen(text);
            snprintf(text + used, sizeof(text) - used, "%s%s", lines[(number >> 16) % 8],
                     i + 1 < count || (number >> 20) % 2 ? "\n" : "");
        }
        size_t length = strlen(text);
        char *hooks = put(text, length, round % 2 ? INCLUDE : HOOKS);
        char *both = strstr(text, "= g ") ? put_gids(hooks) : strdup(hooks);
        assert_taken(hooks, text);
        assert_taken(both, text);
        struct enabled_rest rest = take(both, true);
        char *again = put(rest.text, rest.at, round % 2 ? INCLUDE : HOOKS);
        assert_string_equal(again, hooks);
        free(again);
        free(rest.text);
        free(hooks);
        free(both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_to_the_end_and_come_out),
        cmocka_unit_test(edits_made_since_stay),
        cmocka_unit_test(other_options_take_the_place_of_the_old_ones),
        cmocka_unit_test(an_id_map_comes_back_unless_it_was_changed),
        cmocka_unit_test(a_map_that_was_taken_out_whole_comes_back),
        cmocka_unit_test(what_a_person_wrote_is_found),
        cmocka_unit_test(every_text_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

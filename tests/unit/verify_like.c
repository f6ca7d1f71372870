/* SPDX-License-Identifier: MIT */
/* --like: what is taken from a process or a unit, from the texts of /proc and systemctl. */
#include "cmocka_all.h"
#include "like/like.h"

#include <stdlib.h>
#include <string.h>

static const char STATUS[] =
    "Name:\tjellyfin\nUmask:\t0022\nState:\tS "
    "(sleeping)\nUid:\t1\t1000\t2\t3\nGid:\t4\t1001\t5\t6\n"
    "FDSize:\t64\nGroups:\t44 104 70000 \nNStgid:\t9\nCapInh:\t0000000000000000\n"
    "CapBnd:\t000001ffffffefff\nCapAmb:\t0\nNoNewPrivs:\t1\nSeccomp:\t0\n";

static void a_process_is_read(void **state)
{
    struct like_process process = {0};

    (void)state;
    assert_true(like_process_parse(STATUS, &process));
    assert_int_equal(process.uid, 1000);
    assert_int_equal(process.gid, 1001);
    assert_int_equal(process.group_count, 3);
    assert_int_equal(process.groups[0], 44);
    assert_int_equal(process.groups[2], 70000);
    assert_true(process.bounding == 0x1ffffffefffULL);
    assert_true(process.is_no_new_privs);
    assert_true(
        like_process_parse("Name:\ta\nUid:\t0\t0\nGid:\t0\t0\nGroups:\t \nCapBnd:\t0\n", &process));
    assert_int_equal(process.group_count, 0);
    assert_false(process.is_no_new_privs);
    assert_false(like_process_parse("Name:\ta\nUid:\t0\nGid:\t0\t0\nCapBnd:\t0\n", &process));
    assert_false(like_process_parse("", &process));
}

/* A container's filter and profile bind this program as well; a service's own do not. */
static void what_is_not_followed_is_known(void **state)
{
    struct like_process theirs = {0}, ours = {0};

    (void)state;
    assert_true(like_process_parse(STATUS, &ours));
    assert_int_equal(ours.seccomp, 0);
    assert_true(like_process_parse(
        "N\nUid:\t0\t0\nGid:\t0\t0\nCapBnd:\t0\nSeccomp:\t2\nSeccomp_filters:\t3\n", &theirs));
    assert_int_equal(theirs.seccomp, 2);
    assert_int_equal(theirs.filters, 3);
    assert_true(like_is_filtered(&theirs, &ours));
    assert_false(like_is_filtered(&ours, &theirs));
    assert_false(like_is_filtered(&theirs, &theirs));
    ours = theirs;
    ours.filters = 2;
    assert_true(like_is_filtered(&theirs, &ours));
    assert_true(like_is_labelled("jellyfin (enforce)", "unconfined"));
    assert_true(like_is_labelled("system_u:system_r:container_t:s0", ""));
    assert_false(like_is_labelled("docker-default (enforce)", "docker-default (enforce)"));
    assert_false(like_is_labelled("unconfined", "gpu (enforce)"));
    assert_false(like_is_labelled("unconfined_u:unconfined_r:unconfined_t:s0", ""));
    assert_false(like_is_labelled("", "unconfined"));
}

static void numbers_are_translated(void **state)
{
    const struct idmap map = {.count = 2, .extents = {{0, 100000, 1000}, {1000, 5000, 1}}};
    uint32_t inside = 7;

    (void)state;
    assert_true(idmap_to_inside(&map, 100104, &inside));
    assert_int_equal(inside, 104);
    assert_true(idmap_to_inside(&map, 5000, &inside));
    assert_int_equal(inside, 1000);
    assert_false(idmap_to_inside(&map, 5001, &inside));
    assert_false(idmap_to_inside(&map, 99999, &inside));
    assert_int_equal(inside, 1000);
}

/* However it was written, and nothing else. */
static void the_option_is_dropped(void **state)
{
    char word[] = "--like";
    char unit[] = "like";
    char both[] = "--lik=jellyfin";
    char list[] = "--list";
    char name[] = "gpu-verify";
    char *apart[] = {name, list, word, unit, NULL};
    char *joined[] = {name, both, list, NULL};

    (void)state;
    like_option_drop(apart, unit);
    assert_string_equal(apart[1], "--list");
    assert_null(apart[2]);
    like_option_drop(joined, both + strlen("--lik="));
    assert_string_equal(joined[1], "--list");
    assert_null(joined[2]);
}

static void settings_are_taken_over(void **state)
{
    char *settings = like_settings(
        "User=jelly\nGroup=\nDeviceAllow=char-drm rw\nDeviceAllow=/dev/null r\n"
        "EnvironmentFiles=/etc/default/a (ignore_errors=yes)\n"
        "EnvironmentFiles=/etc/a b (ignore_errors=no)\nEnvironment=A=b \"C=d e\"\nno line\n");

    (void)state;
    assert_non_null(settings);
    assert_string_equal(settings,
                        "User=jelly\nDeviceAllow=char-drm rw\nDeviceAllow=/dev/null r\n"
                        "EnvironmentFile=-/etc/default/a\nEnvironmentFile=/etc/a b\n"
                        "Environment=A=b \"C=d e\"\n");
    free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_is_read),       cmocka_unit_test(what_is_not_followed_is_known),
        cmocka_unit_test(numbers_are_translated),  cmocka_unit_test(the_option_is_dropped),
        cmocka_unit_test(settings_are_taken_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

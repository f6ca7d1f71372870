/* Id maps: what is read, how ids translate, and whom the proof can use. */
#include "base/idmap.h"
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

static struct idmap parsed(const char *text)
{
    struct idmap map;

    assert_int_equal(idmap_parse(text, &map), 0);
    return map;
}

static void reads_what_the_kernel_writes(void **state)
{
    struct idmap map = parsed(
        "         0     100000      65536\n"
        "     70000          7          1\n");

    (void)state;
    assert_int_equal(map.count, 2);
    assert_int_equal(map.extents[0].outside, 100000);
    assert_int_equal(map.extents[1].inside, 70000);
    assert_int_equal(map.extents[1].length, 1);
    assert_int_equal(parsed("").count, 0);
    assert_int_equal(parsed("0 0 4294967295").extents[0].length, UINT32_MAX);
}

static void refuses_what_is_no_map(void **state)
{
    static const char *const bad[] = {
        "0 100000\n",
        "0 100000 65536 1\n",
        "0 100000 0\n",
        "a b c\n",
        "-1 0 1\n",
        "0 4294967296 1\n",
        "4294967295 0 1\n",
        "0 100000 4294967295\n",
        "\n",
        "0000000000000000000000000000000000000000000000000000000000000000000 1 1\n"};
    struct idmap map;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_true(idmap_parse(bad[i], &map) < 0);
}

static void refuses_more_extents_than_the_kernel_has(void **state)
{
    static char text[400 * 32];
    struct idmap map;
    size_t used = 0;

    (void)state;
    for (int i = 0; i < IDMAP_EXTENTS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%d %d 1\n", i, i);
    assert_int_equal(idmap_parse(text, &map), 0);
    assert_int_equal(map.count, IDMAP_EXTENTS_MAX);
    snprintf(text + used, sizeof(text) - used, "9999 9999 1\n");
    assert_true(idmap_parse(text, &map) < 0);
}

static void translates_both_ways_at_the_edges(void **state)
{
    struct idmap map = parsed("0 100000 109\n109 107 1\n110 100110 65426\n");
    uint32_t id = 0;

    (void)state;
    assert_true(idmap_to_outside(&map, 108, &id));
    assert_int_equal(id, 100108);
    assert_true(idmap_to_outside(&map, 109, &id));
    assert_int_equal(id, 107);
    assert_true(idmap_to_outside(&map, 65535, &id));
    assert_int_equal(id, 165535);
    assert_false(idmap_to_outside(&map, 65536, &id));
    assert_true(idmap_to_inside(&map, 107, &id));
    assert_int_equal(id, 109);
    assert_false(idmap_to_inside(&map, 100109, &id));
}

static void an_extent_up_to_the_last_id_does_not_wrap(void **state)
{
    struct idmap map = parsed("4294967290 4294967280 5\n");
    uint32_t id = 0;

    (void)state;
    assert_false(idmap_to_outside(&map, 0, &id));
    assert_true(idmap_to_outside(&map, 4294967294U, &id));
    assert_int_equal(id, 4294967284U);
}

static void ordinary_is_nobody_else_the_highest_but_never_root_or_the_owner(void **state)
{
    struct idmap whole = parsed("0 100000 65536\n");
    struct idmap small = parsed("0 100000 1000\n2000 5000 1\n");
    struct idmap root_only = parsed("0 1000 1\n");
    uint32_t id = 0;

    (void)state;
    assert_true(idmap_ordinary(&whole, 0, &id));
    assert_int_equal(id, 65534);
    assert_true(idmap_ordinary(&whole, 65534, &id));
    assert_int_equal(id, 65535);
    assert_true(idmap_ordinary(&small, 0, &id));
    assert_int_equal(id, 2000);
    assert_true(idmap_ordinary(&small, 2000, &id));
    assert_int_equal(id, 999);
    assert_false(idmap_ordinary(&root_only, 0, &id));
}

static void describes_ranges(void **state)
{
    struct idmap map = parsed("0 100000 65536\n70000 7 1\n");
    char text[64];
    char small[8];
    char shorter[32];

    (void)state;
    assert_string_equal(idmap_describe(&map, text, sizeof(text)), "0-65535, 70000");
    assert_int_equal(strlen(idmap_describe(&map, small, sizeof(small))), 7);
    map = parsed("0 1 5\n10 20 5\n20 40 5\n1000000 80 1000000\n2000000 2000000 1\n");
    assert_string_equal(idmap_describe(&map, shorter, sizeof(shorter)),
                        "0-4, 10-14, 20-24 and 2 more");
    assert_string_equal(idmap_describe(&map, text, sizeof(text)),
                        "0-4, 10-14, 20-24, 1000000-1999999, 2000000");
}

static void has_what_is_in_it_and_knows_the_first(void **state)
{
    struct idmap map = parsed("0 100000 109\n109 107 1\n");

    (void)state;
    assert_true(idmap_has(&map, 108));
    assert_true(idmap_has(&map, 109));
    assert_false(idmap_has(&map, 110));
    assert_false(idmap_is_initial(&map));
    map = parsed("0 0 4294967295");
    assert_true(idmap_is_initial(&map));
    map = parsed("0 0 65536");
    assert_false(idmap_is_initial(&map));
    map = parsed("0 100000 4294867294");
    assert_false(idmap_is_initial(&map));
    map = parsed("0 1 4294967294");
    assert_false(idmap_is_initial(&map));
    map = parsed("1 0 4294967294");
    assert_false(idmap_is_initial(&map));
    map = parsed("");
    assert_false(idmap_is_initial(&map));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_the_kernel_writes),
        cmocka_unit_test(refuses_what_is_no_map),
        cmocka_unit_test(refuses_more_extents_than_the_kernel_has),
        cmocka_unit_test(translates_both_ways_at_the_edges),
        cmocka_unit_test(an_extent_up_to_the_last_id_does_not_wrap),
        cmocka_unit_test(ordinary_is_nobody_else_the_highest_but_never_root_or_the_owner),
        cmocka_unit_test(describes_ranges),
        cmocka_unit_test(has_what_is_in_it_and_knows_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

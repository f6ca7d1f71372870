/* SPDX-License-Identifier: MIT */
/* --select: what is accepted, what matches. */
#include "cmocka_all.h"
#include "facts/select.h"

#include <string.h>

static const struct gpu_node intel = {.name = "renderD128",
                                      .is_render = true,
                                      .node_minor = 128,
                                      .driver = "i915",
                                      .pci = "0000:00:02.0",
                                      .vendor_id = 0x8086};
static const struct gpu_node intel_card = {
    .name = "card0", .node_minor = 0, .driver = "i915", .pci = "0000:00:02.0", .vendor_id = 0x8086};
static const struct gpu_node unknown = {
    .name = "renderD129", .is_render = true, .node_minor = 129, .driver = "unknown"};

static void accepts_the_documented_forms(void **state)
{
    static const char *const good[] = {"all",
                                       "renderD128",
                                       "card0",
                                       "pci=0000:00:02.0",
                                       "pci=00:02.0",
                                       "pci=0000:00:02.0,0000:03:00.0",
                                       "driver=i915",
                                       "driver=i915,xe",
                                       "vendor=intel",
                                       "vendor=0x8086",
                                       "vendor=amd,nvidia"};
    const char *wanted;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(select_check(good[i], &wanted), 0);
}

static void refuses_everything_else_and_names_it(void **state)
{
    static const char *const bad[] = {"",
                                      "ALL",
                                      "renderD",
                                      "renderD127",
                                      "renderD256",
                                      "renderD0128",
                                      "card64",
                                      "/dev/dri/renderD128",
                                      "pci=",
                                      "pci=1",
                                      "pci=0000:00:02.0,",
                                      "pci=0000:00:02.0x",
                                      "driver=",
                                      "driver=i915,",
                                      "driver=../x",
                                      "vendor=0x",
                                      "vendor=0x12345",
                                      "vendor=Intel Corporation",
                                      "gpu=1",
                                      "all,renderD128"};
    const char *wanted;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_true(select_check(bad[i], &wanted) < 0);
    }
}

static bool matches(const char *spec, const struct gpu_node *node)
{
    struct selection selection = {.count = 1, .specs = {spec}};

    return select_matches(&selection, node);
}

static void matches_by_each_key(void **state)
{
    (void)state;
    assert_true(matches("all", &intel));
    assert_true(matches("renderD128", &intel));
    assert_false(matches("renderD129", &intel));
    assert_true(matches("pci=0000:00:02.0", &intel));
    assert_true(matches("pci=00:02.0", &intel));
    assert_false(matches("pci=00:02.1", &intel));
    assert_false(matches("pci=0001:00:02.0", &intel)); /* another domain */
    assert_false(matches("pci=0000:01:02.0", &intel));
    assert_false(matches("pci=0000:00:03.0", &intel));
    assert_true(matches("driver=xe,i915", &intel));
    assert_false(matches("driver=i91", &intel));
    assert_true(matches("vendor=intel", &intel));
    assert_true(matches("vendor=0x8086", &intel));
    assert_false(matches("vendor=amd", &intel));
}

static void what_sysfs_does_not_know_matches_only_by_name_or_all(void **state)
{
    (void)state;
    assert_true(matches("all", &unknown));
    assert_true(matches("renderD129", &unknown));
    assert_false(matches("pci=0000:00:00.0", &unknown));
    assert_false(matches("vendor=0x0000", &unknown));
    assert_false(matches("vendor=0x8086", &unknown));
}

static void cards_only_with_with_card_or_by_name(void **state)
{
    struct selection all = {0};

    (void)state;
    assert_false(select_matches(&all, &intel_card));
    assert_false(matches("driver=i915", &intel_card));
    assert_true(matches("card0", &intel_card));
    all.with_card = true;
    assert_true(select_matches(&all, &intel_card));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_documented_forms),
        cmocka_unit_test(refuses_everything_else_and_names_it),
        cmocka_unit_test(matches_by_each_key),
        cmocka_unit_test(what_sysfs_does_not_know_matches_only_by_name_or_all),
        cmocka_unit_test(cards_only_with_with_card_or_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

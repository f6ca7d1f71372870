/* SPDX-License-Identifier: MIT */
/*
 * The idmap calculator: examples, edges, and properties over many random maps. What must always
 * hold: no overlap, the same guest ids mapped, a change at the one gid only (and at the one that
 * had to give way), no empty extent, and no more extents than needed.
 */
#include "cmocka_all.h"
#include "exit_status.h"
#include "plan/idmap_change.h"
#include "plan/plan.h"
#include "say/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

static void refuse(const struct idmap *map, uint32_t inside)
{
    const struct about about = {.gids = map};
    struct idmap_change change;
    struct fault fault;

    assert_true(plan_redirect(map, inside, 107, &change, &fault) < 0);
    (void)say_fault(&fault, &about, &err);
    assert_int_equal(err.status, STATUS_OWNERSHIP);
}

static struct idmap map_of(const char *text)
{
    struct idmap map;

    assert_int_equal(idmap_parse(text, &map), 0);
    return map;
}

static void assert_map(const struct idmap *map, const char *wanted)
{
    char text[4096] = "";
    size_t used = 0;

    for (size_t i = 0; i < map->count; i++)
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%u %u %u\n", map->extents[i].inside,
                             map->extents[i].outside, map->extents[i].length);
    assert_string_equal(text, wanted);
}

struct example {
    const char *map;
    uint32_t inside, outside;
    const char *wanted;
    bool is_same, has_moved;
    uint32_t moved_inside;
};

static const struct example examples[] = {
    /* the report this project began with */
    {"0 100000 65536\n", 109, 107, "0 100000 109\n109 107 1\n110 100110 65426\n", false, false, 0},
    /* the first, second and last id of a range */
    {"0 100000 65536\n", 0, 107, "0 107 1\n1 100001 65535\n", false, false, 0},
    {"0 100000 65536\n", 1, 107, "0 100000 1\n1 107 1\n2 100002 65534\n", false, false, 0},
    {"0 100000 65536\n", 65535, 107, "0 100000 65535\n65535 107 1\n", false, false, 0},
    /* already right */
    {"0 100000 109\n109 107 1\n110 100110 65426\n", 109, 107,
     "0 100000 109\n109 107 1\n110 100110 65426\n", true, false, 0},
    /* right, and the other way back: one extent again */
    {"0 100000 109\n109 107 1\n110 100110 65426\n", 109, 100109, "0 100000 65536\n", false, false,
     0},
    /* the host gid stands for another guest gid already: that one moves */
    {"0 100000 65536\n", 109, 100044,
     "0 100000 44\n44 100109 1\n45 100045 64\n109 100044 1\n110 100110 65426\n", false, true, 44},
    {"0 100000 109\n109 107 1\n110 100110 65426\n", 200, 107,
     "0 100000 109\n109 100200 1\n110 100110 90\n200 107 1\n201 100201 65335\n", false, true, 109},
    /* several extents, out of order */
    {"1000 5000 10\n0 100000 1000\n", 1005, 107,
     "0 100000 1000\n1000 5000 5\n1005 107 1\n1006 5006 4\n", false, false, 0},
    /* an extent of one id is replaced, not added to */
    {"0 100000 10\n10 7 1\n", 10, 107, "0 100000 10\n10 107 1\n", false, false, 0},
    /* neighbours that the change makes contiguous become one */
    {"0 100000 10\n10 7 1\n11 100011 5\n", 10, 100010, "0 100000 16\n", false, false, 0},
    {"0 0 4294967295\n", 104, 104, "0 0 4294967295\n", true, false, 0},
};

static void examples_and_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *example = &examples[i];
        struct idmap map = map_of(example->map);
        struct idmap_change change;
        assert_int_equal(idmap_redirect(&map, example->inside, example->outside, &change), 0);
        assert_map(&change.map, example->wanted);
        assert_int_equal(change.is_same, example->is_same);
        assert_int_equal(change.has_moved, example->has_moved);
        if (example->has_moved)
            assert_int_equal(change.moved_inside, example->moved_inside);
    }
}

static void a_gid_outside_every_range_is_refused(void **state)
{
    struct idmap map = map_of("0 100000 100\n200 100200 10\n");

    (void)state;
    refuse(&map, 150);
    assert_non_null(strstr(err.text,
                           "guest gid 150 is not mapped: the lines 'lxc.idmap = g 0 100000 "
                           "100' and 'lxc.idmap = g 200 100200 10' leave a hole"));
    assert_string_equal(err.fix,
                        "# in place of the config's lxc.idmap = g lines\n"
                        "lxc.idmap = g 0 100000 210");
    refuse(&map, 210);
    assert_non_null(
        strstr(err.text, "guest gid 210 is outside the container's id map (0-99, 200-209)"));
    assert_string_equal(err.fix,
                        "# in place of the config's lxc.idmap = g lines\n"
                        "lxc.idmap = g 0 100000 100\n"
                        "lxc.idmap = g 200 100200 65336");
}

static void a_full_map_that_would_grow_is_refused(void **state)
{
    static struct idmap map;

    (void)state;
    map.count = IDMAP_EXTENTS_MAX;
    for (uint32_t i = 0; i < IDMAP_EXTENTS_MAX; i++)
        map.extents[i] = (struct idmap_extent){i * 100, 1000000 + i * 1000, 50};
    refuse(&map, 110);
    assert_non_null(strstr(err.text, "more than 340 extents"));
}

static void clashes_are_found_and_untangled(void **state)
{
    struct idmap sound = map_of("0 100000 65536\n65536 7 1\n");
    struct idmap classic = map_of("0 100000 65536\n109 107 1\n");
    struct idmap outside = map_of("0 100000 100\n200 100050 1\n");
    struct idmap twice = map_of("0 100000 10\n0 100000 10\n");
    struct idmap last = {2, {{0, 4294967292U, 1}, {100, 4294967290U, 6}}}; /* up to the last id */
    struct idmap_clash clash;
    struct idmap made;

    (void)state;
    assert_false(idmap_find_clash(&sound, &clash));
    assert_true(idmap_find_clash(&last, &clash));
    last.extents[0].outside = 4294967289U;
    assert_false(idmap_find_clash(&last, &clash));
    assert_true(idmap_find_clash(&classic, &clash));
    assert_int_equal(clash.first, 0);
    assert_int_equal(clash.second, 1);
    assert_int_equal(idmap_untangle(&classic, &made), 0);
    assert_map(&made, "0 100000 109\n109 107 1\n110 100110 65426\n");
    assert_true(idmap_find_clash(&outside, &clash));
    assert_int_equal(idmap_untangle(&outside, &made), 0);
    assert_map(&made, "0 100000 50\n51 100051 49\n200 100050 1\n");
    assert_int_equal(idmap_untangle(&twice, &made), 0);
    assert_map(&made, "0 100000 10\n");
}

/* ---- properties -------------------------------------------------------------------------------
 */

#define MAPS 20000

/* xorshift: the same maps on every machine */
static uint32_t random_next(void)
{
    static uint32_t seed = 2463534242U;

    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static uint32_t random_below(uint32_t bound)
{
    return random_next() % bound;
}

/* Small numbers on purpose: extents that touch, and gids at every edge, come up often. */
static struct idmap random_map(void)
{
    struct idmap map = {.count = 1 + random_below(6)};
    uint32_t inside = random_below(3);
    uint32_t slots[6] = {0, 1, 2, 3, 4, 5};

    for (size_t i = 0; i < map.count; i++) {
        size_t j = i + random_below((uint32_t)(6 - i));
        uint32_t slot = slots[j];
        slots[j] = slots[i];
        slots[i] = slot;
        uint32_t length = 1 + random_below(10);
        map.extents[i] = (struct idmap_extent){inside, 100 + slot * 10, length};
        inside += length + random_below(2) * random_below(4);
    }
    for (size_t i = map.count - 1; i > 0; i--) {
        size_t j = random_below((uint32_t)i + 1);
        struct idmap_extent extent = map.extents[i];
        map.extents[i] = map.extents[j];
        map.extents[j] = extent;
    }
    return map;
}

static uint32_t outside_of(const struct idmap *map, uint32_t inside)
{
    uint32_t outside = UINT32_MAX;

    (void)idmap_to_outside(map, inside, &outside);
    return outside;
}

static void assert_properties(const struct idmap *before, const struct idmap_change *change,
                              uint32_t gid, uint32_t host)
{
    const struct idmap *after = &change->map;
    struct idmap_clash clash;

    assert_false(idmap_find_clash(after, &clash));
    for (uint32_t id = 0; id < 100; id++) {
        uint32_t wanted = outside_of(before, id);
        if (id == gid)
            wanted = host;
        else if (change->has_moved && id == change->moved_inside)
            wanted = outside_of(before, gid);
        assert_int_equal(outside_of(after, id), wanted);
    }
    for (size_t i = 0; i < after->count; i++) {
        const struct idmap_extent *extent = &after->extents[i];
        assert_true(extent->length > 0);
        if (i == 0)
            continue;
        const struct idmap_extent *last = &after->extents[i - 1];
        assert_true(last->inside + last->length <= extent->inside);
        assert_false(last->inside + last->length == extent->inside &&
                     last->outside + last->length == extent->outside);
    }
}

static void properties_hold_over_random_maps(void **state)
{
    size_t changed = 0;
    size_t moved = 0;
    size_t refused = 0;

    (void)state;
    for (int i = 0; i < MAPS; i++) {
        struct idmap map = random_map();
        struct idmap_change change;
        uint32_t gid = random_below(70);
        uint32_t host = random_below(2) ? 100 + random_below(60) : random_below(10);
        if (idmap_redirect(&map, gid, host, &change) < 0) {
            assert_int_equal(outside_of(&map, gid), UINT32_MAX);
            refused++;
            continue;
        }
        assert_properties(&map, &change, gid, host);
        changed += !change.is_same;
        moved += change.has_moved;
    }
    /* the generator reaches every branch often */
    assert_true(changed > MAPS / 10);
    assert_true(moved > MAPS / 20);
    assert_true(refused > MAPS / 10);
}

static void untangled_maps_never_clash(void **state)
{
    (void)state;
    for (int i = 0; i < MAPS; i++) {
        struct idmap map = random_map();
        struct idmap made;
        struct idmap_clash clash;
        /* one more line, laid across the others */
        map.extents[map.count++] =
            (struct idmap_extent){random_below(40), 100 + random_below(60), 1 + random_below(20)};
        assert_int_equal(idmap_untangle(&map, &made), 0);
        assert_false(idmap_find_clash(&made, &clash));
        if (!idmap_find_clash(&map, &clash))
            for (uint32_t id = 0; id < 100; id++)
                assert_int_equal(outside_of(&made, id), outside_of(&map, id));
    }
}

/* `test_hook_redirect N`: N changed maps as "before|after", for the test that asks newgidmap. */
static int print_sample(int count)
{
    while (count > 0) {
        struct idmap map = random_map();
        struct idmap_change change;
        if (idmap_redirect(&map, random_below(40), 100 + random_below(60), &change) < 0)
            continue;
        for (size_t i = 0; i < change.map.count; i++)
            printf("%u %u %u ", change.map.extents[i].inside, change.map.extents[i].outside,
                   change.map.extents[i].length);
        printf("\n");
        count--;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_and_edges),
        cmocka_unit_test(a_gid_outside_every_range_is_refused),
        cmocka_unit_test(a_full_map_that_would_grow_is_refused),
        cmocka_unit_test(clashes_are_found_and_untangled),
        cmocka_unit_test(properties_hold_over_random_maps),
        cmocka_unit_test(untangled_maps_never_clash),
    };

    if (argc == 2)
        return print_sample(atoi(argv[1])); /* NOLINT(cert-err34-c): a count from our own test */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What list says of the GPUs of a host, for a person and for a program. */
#include "cmocka_all.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "usage/list_rows.h"

#include <fcntl.h>
#include <string.h>

static const struct gpu_node nodes[] = {
    {.name = "renderD128",
     .is_render = true,
     .node_minor = 128,
     .gid = 104,
     .mode = 0660,
     .driver = "xe",
     .pci = "0000:03:00.0",
     .vendor_id = 0x8086,
     .device_id = 0xe20b},
    {.name = "renderD129",
     .is_render = true,
     .node_minor = 129,
     .gid = 104,
     .mode = 0660,
     .driver = "xe",
     .pci = "0000:03:00.1",
     .vendor_id = 0x8086,
     .device_id = 0xe20b},
    {.name = "renderD130", .is_render = true, .node_minor = 130, .driver = "vgem", .mode = 0666},
    {.name = "card3", .gid = 44, .mode = 0660, .driver = "unknown"},
};

static const struct bus_gpu bus[] = {
    {"0000:03:00.0", 0x8086, 0xe20b, "xe", ""},
    {"0000:03:00.1", 0x8086, 0xe20b, "xe", "0000:03:00.0"},
    {"0000:03:00.2", 0x8086, 0xe20b, "vfio-pci", "0000:03:00.0"},
    {"0000:0a:00.0", 0x1af4, 0x1050, "", ""},
};

static const struct list_row rows[] = {
    {&nodes[0], &bus[0], "render"}, {&nodes[1], &bus[1], "render"}, {&nodes[2], NULL, "root"},
    {&nodes[3], NULL, "video"},     {NULL, &bus[2], NULL},          {NULL, &bus[3], NULL},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void is_golden(void (*print)(const struct list_row *rows, size_t count, FILE *out),
                      const char *path)
{
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FREE char *wanted = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    print(rows, ROW_COUNT, out);
    assert_int_equal(fclose(out), 0);
    if (getenv("GOLDEN_UPDATE"))
        assert_int_equal(file_put(path, text, size, 0644), 0);
    assert_int_equal(file_read_at(AT_FDCWD, path, 1u << 20, &wanted, &size), 0);
    assert_string_equal(text, wanted);
}

static void a_person_reads_names_functions_and_who_holds_a_card(void **state)
{
    (void)state;
    is_golden(list_print, GOLDEN_FOLDER "/gpus.txt");
}

static void a_program_reads_the_same(void **state)
{
    (void)state;
    is_golden(list_print_json, GOLDEN_FOLDER "/gpus.json");
}

static void a_gpu_is_found_by_its_address(void **state)
{
    (void)state;
    assert_ptr_equal(bus_gpu_at(bus, 4, "0000:03:00.2"), &bus[2]);
    assert_null(bus_gpu_at(bus, 4, "0000:03:00.3"));
    assert_null(bus_gpu_at(bus, 4, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_reads_names_functions_and_who_holds_a_card),
        cmocka_unit_test(a_program_reads_the_same),
        cmocka_unit_test(a_gpu_is_found_by_its_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* cdi: the specification as engines read it, held to files; and which versions and kinds are taken.
 */
#include "base/file.h"
#include "cdi/spec.h"
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODE(name_, minor_, pci_, gid_)                                                            \
    {                                                                                              \
        .name = (name_), .is_render = (minor_) >= 128, .node_minor = (minor_), .pci = (pci_),      \
        .driver = "i915", .gid = (gid_), .mode = 0666                                              \
    }

/* Two GPUs with PCI slots, one without; the second one's node belongs to another group. */
static const struct gpu_list host = {
    .has_dev_dri = true,
    .count = 5,
    .nodes = {NODE("card0", 0, "0000:00:02.0", 44), NODE("card1", 1, "0000:03:00.0", 44),
              NODE("renderD128", 128, "0000:00:02.0", 107),
              NODE("renderD129", 129, "0000:03:00.0", 44), NODE("renderD130", 130, "", 0)}};

static void is_golden(const char *name, const struct options *options, const gid_t *gid)
{
    char path[512];
    char *made = NULL;
    char *wanted = NULL;
    size_t made_size;
    size_t wanted_size;
    FILE *out = open_memstream(&made, &made_size);

    assert_non_null(out);
    cdi_spec_write(options, &host, gid, out);
    assert_int_equal(fclose(out), 0);
    snprintf(path, sizeof(path), "%s/%s.json", GOLDEN_FOLDER, name);
    if (getenv("UPDATE_GOLDEN"))
        assert_int_equal(file_put(path, made, made_size, 0644), 0);
    assert_int_equal(file_read_at(AT_FDCWD, path, 1u << 20, &wanted, &wanted_size), 0);
    assert_string_equal(made, wanted);
    free(made);
    free(wanted);
}

/* Whatever the host's own mode is: 0666 here. */
static void all_nodes_with_their_own_groups(void **state)
{
    const struct options options = {.mode = OPTIONS_MODE};

    (void)state;
    is_golden("all", &options, NULL);
}

static void one_slot_with_its_card_and_the_group_of_the_options(void **state)
{
    const gid_t gid = 4242;
    const struct options options = {
        .mode = 0600 | 0060 | 0006,
        .user = 1000,
        .kind = "example.org/gpu",
        .selection = {.count = 1, .specs = {"pci=0000:00:02.0"}, .with_card = true}};

    (void)state;
    is_golden("slot", &options, &gid);
}

static void the_group_comes_along_from_0_7_0_on(void **state)
{
    struct options options = {.mode = OPTIONS_MODE, .selection = {.with_card = true}};
    const char *why;

    (void)state;
    assert_int_equal(cdi_version_find("0.7.0", &options.cdi_version, &why), 0);
    is_golden("additional-gids", &options, NULL);
}

static void versions(void **state)
{
    static const char *const good[] = {"0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0"};
    static const char *const bad[] = {"", "0.5", "v0.5.0", "0.2.0", "0.9.0", "2.0.0", "0.5.0 "};
    unsigned version;
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        version = 0;
        assert_int_equal(cdi_version_find(good[i], &version, &why), 0);
        assert_int_equal(version, i + 1);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        why = NULL;
        assert_true(cdi_version_find(bad[i], &version, &why) < 0);
        assert_non_null(strstr(why, "0.5.0"));
    }
    assert_true(cdi_version_find("0.3.0", &version, &why) < 0);
    assert_non_null(strstr(why, "hostPath"));
    assert_true(cdi_version_find("0.4.0", &version, &why) < 0);
    assert_non_null(strstr(why, "begins with a digit"));
}

static void kinds(void **state)
{
    static const char *const good[] = {CDI_KIND, "a/b", "example.org/gpu", "a-b_c.d/e-f_g"};
    static const char *const bad[] = {"",      "a",    "/",    "a/",    "/b",    "1a/b",
                                      "a/1b",  "a./b", "a/b-", "a/b/c", "a b/c", "a/b.c",
                                      "a/b=c", "ä/b",  "-a/b", "a/-b"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(cdi_is_kind(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(cdi_is_kind(bad[i]));
}

/* The new file or the old one, whole; the link goes and not what it names. */
static void a_file_is_replaced_whole(void **state)
{
    char folder[] = "/tmp/hook_cdi.XXXXXX";
    char path[64];
    char other[64];
    char *text = NULL;
    size_t size;
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a.json", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
    assert_int_equal(file_put(other, "other", 5, 0600), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(file_put(path, "new", 3, 0644), 0);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0644);
    assert_int_equal(file_read_at(AT_FDCWD, other, 10, &text, &size), 0);
    assert_string_equal(text, "other");
    free(text);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(file_put(path, "new", 3, 0644) < 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing is left beside them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_nodes_with_their_own_groups),
        cmocka_unit_test(one_slot_with_its_card_and_the_group_of_the_options),
        cmocka_unit_test(the_group_comes_along_from_0_7_0_on),
        cmocka_unit_test(versions),
        cmocka_unit_test(kinds),
        cmocka_unit_test(a_file_is_replaced_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

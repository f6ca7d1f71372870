/* SPDX-License-Identifier: MIT */
/* What is read of a mount table: whose tree shows at /dev/dri, and who hears of a new mount. */
#include "base/mountinfo.h"
#include "cmocka_all.h"

#include <string.h>

static const char table[] =
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "22 21 0:5 / /dev rw,nosuid shared:2 master:9 - devtmpfs none rw\n"
    "23 22 0:44 / /dev/dri ro,nosuid - tmpfs lxc-gpu-hook ro\n"
    "24 21 0:6 / /a\\040-\\040tmpfs\\040lxc-gpu-hook rw master:12 propagate_from:3 - tmpfs none "
    "rw\n";

static void knows_our_tree_by_the_last_mount_there(void **state)
{
    (void)state;
    assert_true(mountinfo_shows_our_tree(table));
    assert_false(
        mountinfo_shows_our_tree("23 22 0:44 / /dev/dri ro - tmpfs lxc-gpu-hook ro\n"
                                 "24 22 0:45 / /dev/dri rw - tmpfs none rw\n"));
    assert_false(mountinfo_shows_our_tree("23 22 0:44 / /dev/dri2 ro - tmpfs lxc-gpu-hook ro\n"));
    assert_false(mountinfo_shows_our_tree("23 22 0:44 / /dev/dri ro - tmpfs lxc-gpu-hooked ro\n"));
    assert_false(mountinfo_shows_our_tree("23 22 0:44 / /dev/dri"));
    assert_false(mountinfo_shows_our_tree(""));
}

static void knows_one_that_a_container_has_made(void **state)
{
    (void)state;
    assert_true(mountinfo_shows_our_tree(
        "23 22 0:44 / /dev/dri rw - tmpfs lxc-gpu-hook ro,size=64k,nr_inodes=1024,inode64\n"));
    assert_false(mountinfo_shows_our_tree(
        "23 22 0:44 / /dev/dri rw - tmpfs lxc-gpu-hook ro,size=64k,uid=100000,gid=100000\n"));
    assert_false(
        mountinfo_shows_our_tree("23 22 0:44 / /dev/dri rw - tmpfs lxc-gpu-hook uid=100000\n"));
    assert_true(
        mountinfo_shows_our_tree("23 22 0:44 / /dev/dri rw - tmpfs lxc-gpu-hook ro,quid=1\n"));
}

static void finds_the_group_a_mount_shares_with(void **state)
{
    (void)state;
    assert_int_equal(mountinfo_peer_group(table, 22), 2);
    assert_int_equal(mountinfo_peer_group(table, 23), 0);
    assert_int_equal(mountinfo_peer_group(table, 2), 0);
    assert_true(mountinfo_hears_group(table, 1));
    assert_true(mountinfo_hears_group(table, 12));
    assert_false(mountinfo_hears_group(table, 3));
    assert_false(mountinfo_hears_group(table, 0));
}

static void decodes_what_the_kernel_encodes(void **state)
{
    static const struct {
        const char *word, *wanted;
    } rows[] = {{"/a\\040b", "/a b"}, {"\\134\\011", "\\\t"}, {"\\377", "\377"}, {"\\400", "\\400"},
                {"\\04", "\\04"},     {"\\08x", "\\08x"},     {"\\", "\\"}};
    char made[16];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mountinfo_word word = {rows[i].word, strlen(rows[i].word)};
        assert_true(mountinfo_decode(word, made, sizeof(made)));
        assert_string_equal(made, rows[i].wanted);
        assert_false(mountinfo_decode(word, made, strlen(rows[i].wanted)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_our_tree_by_the_last_mount_there),
        cmocka_unit_test(knows_one_that_a_container_has_made),
        cmocka_unit_test(finds_the_group_a_mount_shares_with),
        cmocka_unit_test(decodes_what_the_kernel_encodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

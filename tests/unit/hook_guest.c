/* What is read of the guest: its group file and its cgroup. */
#include "cmocka_all.h"
#include "facts/env.h"
#include "facts/guest.h"
#include "facts/overlay.h"
#include "facts/userdb.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIND(text, name) group_text_find((text), sizeof(text) - 1, (name))

static void finds_a_group_by_its_whole_name(void **state)
{
    static const char text[] = "root:x:0:\nrender:x:109:a,b\nrenderx:x:5:\nxrender:x:6:\n";

    (void)state;
    assert_int_equal(FIND(text, "render").gid, 109);
    assert_true(FIND(text, "root").found);
    assert_int_equal(FIND(text, "root").gid, 0);
    assert_false(FIND(text, "rende").found);
    assert_false(FIND(text, "").found);
    assert_int_equal(FIND("renderx:5:7:\nrender:x:9:\n", "render").gid, 9);
    assert_int_equal(FIND("render\nrender:x\nrender:x:9:\n", "render").gid, 9);
}

static void takes_the_first_entry_that_is_well_formed(void **state)
{
    static const char text[] =
        "render:x:\nrender\nrender:x:-5:\nrender:x:4294967295:\nrender:x:4294967296:\n"
        "render:x:18446744073709551716:\nrender:x:00000000000100:\nrender::106:\nrender:x:107:\n";

    (void)state;
    assert_int_equal(FIND(text, "render").gid, 106);
}

static void survives_strange_files(void **state)
{
    (void)state;
    assert_int_equal(FIND("render:x:7:", "render").gid, 7); /* no newline at the end */
    assert_false(FIND("render:x:7\n", "render").found);     /* three fields */
    assert_false(FIND("render:x:7\r\n", "render").found);
    assert_int_equal(FIND("render:x:7:\r\n", "render").gid, 7);     /* CRLF */
    assert_false(FIND("ren\0der:x:7:\n", "render").found);          /* NUL in the name */
    assert_int_equal(FIND("a\0b\nrender:x:7:\n", "render").gid, 7); /* NUL elsewhere */
    assert_false(FIND("\n\n\n:::\n", "render").found);
    assert_false(group_text_find("", 0, "render").found);
}

static void finds_the_cgroup_that_holds_the_device_rules(void **state)
{
    char path[64];
    bool is_v1 = false;

    (void)state;
    assert_true(cgroup_path_find("0::/lxc.payload.c1\n", path, sizeof(path), &is_v1));
    assert_string_equal(path, "/lxc.payload.c1");
    assert_false(is_v1);
    assert_true(
        cgroup_path_find("12:pids:/a\n5:cpu,devices:/b\n0::/c\n", path, sizeof(path), &is_v1));
    assert_string_equal(path, "/b");
    assert_true(is_v1);
    assert_true(cgroup_path_find("0::/c\n5:devices:/b", path, sizeof(path), &is_v1));
    assert_string_equal(path, "/b");
    assert_true(cgroup_path_find("0::/a:b\n", path, sizeof(path), &is_v1));
    assert_string_equal(path, "/a:b");
}

static void refuses_a_cgroup_it_cannot_reach(void **state)
{
    char path[16];
    bool is_v1;

    (void)state;
    assert_false(cgroup_path_find("", path, sizeof(path), &is_v1));
    assert_false(cgroup_path_find("1:name=systemd:/x\n", path, sizeof(path), &is_v1));
    assert_false(cgroup_path_find("0::/../x\n", path, sizeof(path), &is_v1));
    assert_false(cgroup_path_find("0::/longer-than-the-buffer\n", path, sizeof(path), &is_v1));
    assert_false(cgroup_path_find("5:mydevices:/x\n", path, sizeof(path), &is_v1));
    assert_false(cgroup_path_find("nonsense", path, sizeof(path), &is_v1));
}

static unsigned entries_read;

/* In place of libc's, here alone: of a directory that has no end to speak of. */
struct dirent *readdir(DIR *dirp)
{
    static struct dirent entry = {.d_type = DT_CHR, .d_name = "card0"};

    (void)dirp;
    return ++entries_read < 100000 ? &entry : NULL;
}

static void a_directory_without_end_is_read_in_part(void **state)
{
    static const char *const no_names[2] = {"", ""};
    char top[] = "/tmp/hook_guest.XXXXXX";
    static struct guest guest;
    static struct guest_look look;
    struct fault fault;

    (void)state;
    assert_non_null(mkdtemp(top));
    guest_init(&guest);
    guest.root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(guest.root, "dev", 0700), 0);
    assert_int_equal(mkdirat(guest.root, "dev/dri", 0700), 0);
    assert_int_equal(guest_look(&guest, true, "", no_names, &look, &fault), 0);
    assert_int_equal(entries_read, 1024);
    assert_int_equal(look.node_count, 0); /* there is no such file */
    assert_int_equal(unlinkat(guest.root, "dev/dri", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(guest.root, "dev", AT_REMOVEDIR), 0);
    guest_close(&guest);
    assert_int_equal(rmdir(top), 0);
}

/* Numbers that a process of the container may have written. */
static void what_was_looked_at_is_checked_again(void **state)
{
    static struct guest guest;
    static struct guest_look look = {
        .has_dri = true,
        .node_count = 6,
        .node_minors = {PRIMARY_MINOR_MAX, PRIMARY_MINOR_MAX + 1, RENDER_MINOR_MIN - 1,
                        RENDER_MINOR_MIN, RENDER_MINOR_MAX, RENDER_MINOR_MAX + 1},
        .groups = {{.found = true, .gid = 109}},
    };
    struct guest_group groups[2];

    (void)state;
    guest_take_look(&guest, &look, groups);
    assert_int_equal(guest.node_count, 3);
    assert_string_equal(guest.nodes[0].name, "card63");
    assert_string_equal(guest.nodes[1].name, "renderD128");
    assert_string_equal(guest.nodes[2].name, "renderD255");
    assert_int_equal(groups[0].gid, 109);
    assert_true(guest.has_dri);
    assert_false(guest.has_our_tree);
    look.node_count = UINT32_MAX;
    look.has_dri = false;
    look.has_our_tree = true;
    guest_take_look(&guest, &look, groups);
    assert_true(guest.node_count <= GUEST_NODES_MAX);
    assert_false(guest.has_our_tree);
}

/* The services, and what may be known elsewhere. */
static void assert_nss(const char *text, const char *files, bool has_other)
{
    struct nss_groups nss;
    char made[100] = "";

    nsswitch_groups_read(text, &nss);
    for (size_t i = 0; i < nss.count; i++) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof(made) - used, "%s ", nss.files[i]);
    }
    assert_string_equal(made, files);
    assert_int_equal(nss.has_other, has_other);
}

static void nsswitch_names_the_other_files(void **state)
{
    (void)state;
    assert_nss("passwd: sss\ngroup: files altfiles\nshadow: files\n", "usr/lib/group ", false);
    assert_nss("group: files [SUCCESS=merge] altfiles extrausers # sss\n",
               "usr/lib/group var/lib/extrausers/group ", false);
    assert_nss(" \tgroup:\taltfiles", "usr/lib/group ", false);
    assert_nss("group: files [SUCCESS=merge] systemd\n", "", false);
    assert_nss("group: files sss\n", "", true);
    assert_nss("#group: altfiles\ninitgroups: altfiles\nnetgroup: altfiles\n", "", false);
    assert_nss("group: [", "", false);
    assert_nss("group:", "", false);
    assert_nss("", "", false);
}

static void file_make(int root, const char *path, const char *text)
{
    int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void groups_are_in_etc_group_first_and_then_where_nsswitch_says(void **state)
{
    static const char *const names[2] = {"render", "video"};
    char folder[] = "/tmp/hook-guest.XXXXXX";
    struct guest_group groups[2];
    struct fault fault;
    int root;

    (void)state;
    assert_non_null(mkdtemp(folder));
    root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(root, "etc", 0755) | mkdirat(root, "usr", 0755) |
                         mkdirat(root, "usr/lib", 0755),
                     0);
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_true(groups[0].has_no_file && !groups[0].found);
    file_make(root, "usr/lib/group", "render:x:105:\nvideo:x:39:\n");
    file_make(root, "etc/group", "root:x:0:\nvideo:x:44:\n");
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_false(groups[0].found || groups[0].has_no_file || groups[0].is_elsewhere);
    file_make(root, "etc/nsswitch.conf", "group: files altfiles\n");
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_true(groups[0].found);
    assert_int_equal(groups[0].gid, 105);
    assert_int_equal(groups[1].gid, 44);
    /* systemd's user database, where it is asked */
    assert_int_equal(mkdirat(root, "usr/lib/userdb", 0755) | mkdirat(root, "etc/userdb", 0755), 0);
    file_make(root, "usr/lib/group", "");
    file_make(root, "usr/lib/userdb/render.group", "{\"groupName\":\"render\",\"gid\":501}\n");
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_false(groups[0].found);
    file_make(root, "etc/nsswitch.conf", "group: files [SUCCESS=merge] systemd\n");
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_true(groups[0].found && groups[0].gid == 501 && groups[1].gid == 44);
    file_make(root, "etc/userdb/render.group", "{ \"gid\" : 502, \"groupName\" : \"render\" }\n");
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_true(groups[0].found && groups[0].gid == 502);
    assert_int_equal(unlinkat(root, "usr/lib/userdb/render.group", 0) |
                         unlinkat(root, "etc/userdb/render.group", 0) |
                         unlinkat(root, "usr/lib/userdb", AT_REMOVEDIR) |
                         unlinkat(root, "etc/userdb", AT_REMOVEDIR),
                     0);
    file_make(root, "etc/nsswitch.conf", "group: files altfiles\n");
    /* what is none of its business may be anything */
    assert_int_equal(unlinkat(root, "usr/lib/group", 0) | mkfifoat(root, "usr/lib/group", 0644), 0);
    assert_int_equal(guest_find_groups(root, names, groups, &fault), 0);
    assert_false(groups[0].found);
    assert_int_equal(unlinkat(root, "etc/group", 0) | mkfifoat(root, "etc/group", 0644), 0);
    assert_true(guest_find_groups(root, names, groups, &fault) < 0);
    for (size_t i = 0; i < 6; i++) {
        static const char *const paths[] = {"usr/lib/group", "etc/group", "etc/nsswitch.conf",
                                            "usr/lib",       "usr",       "etc"};
        assert_int_equal(unlinkat(root, paths[i], i < 3 ? 0 : AT_REMOVEDIR), 0);
    }
    assert_int_equal(close(root) | rmdir(folder), 0);
}

/* {text, gid or 0 for none} */
static void a_record_of_the_user_database_is_its_own_keys(void **state)
{
    static const struct {
        const char *text;
        uint32_t gid;
    } records[] = {
        {"{\"groupName\":\"render\",\"gid\":989}", 989},
        {"{\n\t\"gid\" : 989 ,\n\t\"members\" : [ \"a\", \"gid\" ],\n\t\"groupName\" : "
         "\"render\"\n}\n",
         989},
        {"{\"groupName\":\"render\",\"perMachine\":[{\"gid\":1}],\"status\":{\"x\":{\"gid\":2}},"
         "\"gid\":989}",
         989},
        {"{\"groupName\":\"render\",\"perMachine\":[{\"gid\":1}]}", 0},
        {"{\"groupName\":\"video\",\"gid\":989}", 0},
        {"{\"description\":\"\\\"groupName\\\":\\\"render\\\"\",\"gid\":989}", 0},
        {"{\"groupName\":\"render\",\"gid\":-1}", 0},
        {"{\"groupName\":\"render\",\"gid\":4294967295}", 0},
        {"{\"groupName\":\"render\",\"gid\":99999999999999999999}", 0},
        {"{\"groupName\":\"render\",\"gid\":\"989\"}", 0},
        {"{\"groupName\":\"render\",\"gid\":", 0},
        {"{\"groupName\":\"render", 0},
        {"\"", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        uint32_t gid = 0;
        bool found = userdb_gid_find(records[i].text, strlen(records[i].text), "render", &gid);
        assert_int_equal(found, records[i].gid != 0);
        assert_int_equal(gid, records[i].gid);
    }
}

static void an_overlay_is_its_directories_the_upper_one_first(void **state)
{
    static struct overlay overlay;

    (void)state;
    assert_true(overlay_parse("overlay:/a/rootfs:/b/delta0", &overlay));
    assert_int_equal(overlay.count, 2);
    assert_string_equal(overlay.layers[0], "/b/delta0");
    assert_string_equal(overlay.layers[1], "/a/rootfs");
    assert_true(overlay_parse("overlayfs:/1:/2:/up", &overlay));
    assert_string_equal(overlay.layers[0], "/up");
    assert_string_equal(overlay.layers[2], "/2");
    assert_true(overlay_parse("/a:/b", &overlay));
    assert_string_equal(overlay.layers[0], "/b");
    assert_false(overlay_parse("overlay:/a", &overlay));
    assert_false(overlay_parse("/a", &overlay));
    assert_false(overlay_parse("overlay:a:b", &overlay));
    assert_false(overlay_parse("dir:/a:/b", &overlay));
    assert_false(overlay_parse("overlay:/1:/2:/3:/4:/5:/6:/7:/8:/9", &overlay));
    assert_string_equal(hook_env_rootfs("btrfs:/var/lib/lxc/c1/rootfs"), "/var/lib/lxc/c1/rootfs");
    assert_string_equal(hook_env_rootfs("dir:/r"), "/r");
    assert_string_equal(hook_env_rootfs("lvm:/dev/vg/lv"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_group_by_its_whole_name),
        cmocka_unit_test(takes_the_first_entry_that_is_well_formed),
        cmocka_unit_test(survives_strange_files),
        cmocka_unit_test(finds_the_cgroup_that_holds_the_device_rules),
        cmocka_unit_test(refuses_a_cgroup_it_cannot_reach),
        cmocka_unit_test(a_directory_without_end_is_read_in_part),
        cmocka_unit_test(what_was_looked_at_is_checked_again),
        cmocka_unit_test(nsswitch_names_the_other_files),
        cmocka_unit_test(a_record_of_the_user_database_is_its_own_keys),
        cmocka_unit_test(an_overlay_is_its_directories_the_upper_one_first),
        cmocka_unit_test(groups_are_in_etc_group_first_and_then_where_nsswitch_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

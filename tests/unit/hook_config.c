/* SPDX-License-Identifier: MIT */
/* Editing lxc.idmap lines and reading /etc/subgid: pure text work. */
#include "cmocka_all.h"
#include "config/edit.h"
#include "config/obeyed.h"
#include "config/proxmox.h"
#include "facts/subid.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct idmap whole = {1, {{0, 100000, 65536}}};
static const struct idmap split = {3, {{0, 100000, 109}, {109, 107, 1}, {110, 100110, 65426}}};
static struct err err;

static void assert_edit(const char *before, const struct idmap *current, const char *after)
{
    char *made = NULL;

    assert_int_equal(config_replace_gids(before, current, &split, &made, &err), 0);
    assert_string_equal(made, after);
    free(made);
}

static void only_the_g_lines_change(void **state)
{
    (void)state;
    assert_edit(
        "# lxc.idmap = g 0 1 1\nlxc.idmap = u 0 100000 65536\n  lxc.idmap=g 0 100000 65536  "
        "\n\nlxc.x = y\n",
        &whole,
        "# lxc.idmap = g 0 1 1\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 109\n"
        "lxc.idmap = g 109 107 1\nlxc.idmap = g 110 100110 65426\n\nlxc.x = y\n");
}

static void several_g_lines_become_the_new_ones_at_the_first(void **state)
{
    static const struct idmap two = {2, {{0, 5, 1}, {1, 7, 2}}};

    (void)state;
    assert_edit("a\nlxc.idmap = g 0 5 1\nb\nlxc.idmap = g 1 7 2\nc", &two,
                "a\nlxc.idmap = g 0 100000 109\nlxc.idmap = g 109 107 1\nlxc.idmap = g 110 100110 "
                "65426\nb\nc");
    /* the key that LXC had before */
    assert_edit("lxc.id_map = u 0 7 9\nlxc.id_map = g 0 5 1\nlxc.idmap = g 1 7 2\n", &two,
                "lxc.id_map = u 0 7 9\nlxc.idmap = g 0 100000 109\nlxc.idmap = g 109 107 1\n"
                "lxc.idmap = g 110 100110 65426\n");
}

static void lines_that_lxc_has_from_elsewhere_are_refused(void **state)
{
    char *made = NULL;

    (void)state;
    assert_true(config_replace_gids("lxc.include = x\n", &whole, &split, &made, &err) < 0);
    assert_true(config_replace_gids("lxc.idmap = g 0 100000 100\n", &whole, &split, &made, &err) <
                0);
    assert_null(made);
}

static void subgid_grants_by_name_number_and_own_group(void **state)
{
    static const struct account user = {.uid = 1000, .gid = 1001, .name = "lxc"};
    static const char text[] =
        "# comment\nother:1:100000\nlxc:100000:65536\n1000:107:1\nlxc:bad:1\nlxc:5\n"
        "lxcx:200:5\n";

    (void)state;
    assert_true(subid_allows(text, &user, user.gid, 100000, 65536));
    assert_true(subid_allows(text, &user, user.gid, 100109, 1));
    assert_false(subid_allows(text, &user, user.gid, 100000, 65537));
    assert_false(subid_allows(text, &user, user.gid, 99999, 2));
    assert_true(subid_allows(text, &user, user.gid, 107, 1));
    assert_false(subid_allows(text, &user, user.gid, 108, 1));
    assert_false(subid_allows(text, &user, user.gid, 201, 1));
    assert_true(subid_allows(text, &user, user.gid, 1001, 1));
    assert_false(subid_allows(text, &user, user.gid, 1001, 2));
    /* /etc/subuid: the own uid, and not the gid's number */
    assert_true(subid_allows(text, &user, user.uid, 1000, 1));
    assert_false(subid_allows(text, &user, user.uid, 1001, 1));
    assert_false(subid_allows("", &user, user.gid, 100000, 1));
    assert_true(subid_allows("lxc:4294967295:1", &user, user.gid, 4294967295U, 1));
}

static void nobody_is_offered_anothers_range(void **state)
{
    static const struct account user = {.uid = 1000, .gid = 1001, .name = "lxc"};
    static const char text[] =
        "root:100000:65536\n1000:296608:65536\nlxc:400000:100\nother:107:1\nother:400000:50\n";
    uint32_t first = 0;

    (void)state;
    assert_true(subid_is_others(text, &user, 100000, 65536));
    assert_true(subid_is_others(text, &user, 165535, 1));
    assert_true(subid_is_others(text, &user, 1, UINT32_MAX));
    assert_false(subid_is_others(text, &user, 165536, 131072));
    assert_false(subid_is_others(text, &user, 99999, 1));
    assert_false(subid_is_others(text, &user, 107, 1)); /* a group that is shared */
    assert_true(subid_find_own(text, &user, 65536, &first));
    assert_int_equal(first, 296608);
    assert_false(subid_find_own(text, &user, 65537, &first));
    assert_false(subid_find_own("lxc:400000:100\nother:400000:50\n", &user, 100, &first));
    assert_true(subid_find_free(text, 65536, &first));
    assert_false(subid_is_others(text, &user, first, 65536));
    assert_int_equal(first, 100000 + 5 * 65536); /* above 400100 */
    assert_true(subid_find_free("", 65536, &first));
    assert_int_equal(first, 100000);
    assert_false(subid_find_free("root:1:4294967294\n", 65536, &first));
}

/* What is written anew is whose it was, and as open as it was; so is the backup. */
static void mode_and_owner_are_kept(void **state)
{
    static const char text[] = "lxc.idmap = g 0 100000 65536\n";
    static const char *const names[] = {"config", "config.lxc-gpu-hook.bak"};
    static struct obeyed obeyed;
    char folder[] = "/tmp/hook-config.XXXXXX";
    uid_t uid = geteuid() == 0 ? 7001 : geteuid(); /* another's file only as root */
    gid_t gid = geteuid() == 0 ? 7002 : getegid();
    struct stat st;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(folder));
    obeyed_init(&obeyed);
    obeyed.at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    fd = openat(obeyed.at, "config", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchown(fd, uid, gid), 0);
    assert_int_equal(fchmod(fd, 0640), 0);
    assert_int_equal(fstat(fd, &obeyed.st), 0);
    assert_int_equal(close(fd), 0);
    strcpy(obeyed.base, "config");
    obeyed.text = strdup(text);
    obeyed.size = strlen(text);
    assert_int_equal(config_write_gids("/nowhere/config", &obeyed, &whole, &split, &err), 0);
    for (size_t i = 0; i < 2; i++) {
        char written[256] = "";
        assert_int_equal(fstatat(obeyed.at, names[i], &st, AT_SYMLINK_NOFOLLOW), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0640);
        assert_int_equal(st.st_uid, uid);
        assert_int_equal(st.st_gid, gid);
        fd = openat(obeyed.at, names[i], O_RDONLY | O_CLOEXEC);
        assert_true(read(fd, written, sizeof(written) - 1) > 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(strcmp(written, text) == 0, i == 1); /* the backup is what was there */
        assert_int_equal(unlinkat(obeyed.at, names[i], 0), 0);
    }
    obeyed_close(&obeyed);
    assert_int_equal(rmdir(folder), 0); /* and nothing else is left in it */
}

/* A place that cannot be replaced: nothing is left beside it. */
static void a_write_that_fails_leaves_nothing(void **state)
{
    char folder[] = "/tmp/hook-config.XXXXXX";
    struct stat st;
    int at;

    (void)state;
    assert_non_null(mkdtemp(folder));
    at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(at, "config", 0700), 0);
    assert_int_equal(fstatat(at, "config", &st, 0), 0);
    assert_true(config_file_replace(at, "config", "text", &st) < 0);
    assert_true(config_file_replace(at, "config", NULL, &st) < 0);
    assert_int_equal(unlinkat(at, "config", AT_REMOVEDIR), 0);
    assert_int_equal(close(at), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* What Proxmox makes of a file of its own, and what it says of the rest. */
static struct proxmox_config proxmox_of(const char *text)
{
    struct proxmox_config config;

    assert_int_equal(proxmox_config_make("100", text, strlen(text), &config), 0);
    return config;
}

static void proxmox_reads_the_main_section_alone(void **state)
{
    struct proxmox_config config = proxmox_of(
        "#lxc.include: /remark/gpu.conf\n"
        "arch: amd64\nostype: no-such\nunprivileged: 1\n"
        "lxc.include: /usr/share/lxc/config/gpu.conf\n"
        "lxc.cap.drop = sys_rawio\n"
        "lxc.hook.start-host: /usr/bin/lxc-gpu-hook\n"
        "[pve:pending]\nunprivileged: 0\nlxc.idmap: u 0 1 1\n"
        "[before]\nlxc.include: /usr/share/lxc/config/gpu.conf\n");

    (void)state;
    assert_string_equal(config.text,
                        "lxc.include = /usr/share/lxc/config/common.conf\n"
                        "lxc.include = /usr/share/lxc/config/userns.conf\n"
                        "lxc.idmap = u 0 100000 65536\n"
                        "lxc.idmap = g 0 100000 65536\n"
                        "lxc.rootfs.path = /var/lib/lxc/100/rootfs\n"
                        "\n\n\n\n"
                        "lxc.include = /usr/share/lxc/config/gpu.conf\n"
                        "lxc.cap.drop = sys_rawio\n"
                        "\n");
    assert_int_equal(config.size, strlen(config.text));
    assert_int_equal(config.made, 5);
    assert_false(config.is_privileged);
    assert_true(config.drops_start_host);
    assert_false(config.keeps_mount);
    assert_string_equal(config.section, "before");
    assert_int_equal(config.section_line, 12);
    free(config.text);
}

static void proxmox_has_a_map_by_itself_but_where_there_is_one(void **state)
{
    struct proxmox_config own = proxmox_of("lxc.idmap: u 0 5 5\nlxc.idmap: g 0 5 5\n");
    struct proxmox_config both =
        proxmox_of("unprivileged: 1\nlxc.idmap: u 0 5 5\nlxc.idmap: g 0 5 5\n");
    struct proxmox_config none = proxmox_of("unprivileged: 0\n");

    (void)state;
    assert_null(strstr(own.text, "100000"));
    assert_null(strstr(both.text, "100000"));
    assert_non_null(strstr(own.text, "userns.conf"));
    assert_false(own.is_privileged);
    assert_null(strstr(none.text, "idmap"));
    assert_null(strstr(none.text, "userns.conf"));
    assert_true(none.is_privileged);
    free(own.text);
    free(both.text);
    free(none.text);
}

static void proxmox_devices_have_their_rules_or_are_named(void **state)
{
    struct proxmox_config config = proxmox_of(
        "dev0: /dev/null,gid=5\ndev1: path=/dev/full\n"
        "dev12: /dev/dri/renderD255x\ndevice: /x\n");

    (void)state;
    assert_non_null(strstr(config.text, "lxc.cgroup2.devices.allow = c 1:3 rw\n"));
    assert_non_null(strstr(config.text, "lxc.cgroup2.devices.allow = c 1:7 rw\n"));
    assert_string_equal(config.no_device, "dev12: /dev/dri/renderD255x");
    free(config.text);
}

static void proxmox_files_of_any_bytes_are_read(void **state)
{
    static const char odd[] =
        "lxc.\nlxc.include:\n=\n[\n[]\n:\n\0lxc.include: /a\n[x]\nlxc.include: /gpu.conf";
    struct proxmox_config config;

    (void)state;
    assert_int_equal(proxmox_config_make("1", odd, sizeof(odd) - 1, &config), 0);
    assert_non_null(strstr(config.text, "lxc.include = \n"));
    assert_string_equal(config.section, "x");
    free(config.text);
    assert_int_equal(proxmox_config_make("1", "", 0, &config), 0);
    assert_true(config.is_privileged);
    free(config.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_g_lines_change),
        cmocka_unit_test(several_g_lines_become_the_new_ones_at_the_first),
        cmocka_unit_test(lines_that_lxc_has_from_elsewhere_are_refused),
        cmocka_unit_test(subgid_grants_by_name_number_and_own_group),
        cmocka_unit_test(nobody_is_offered_anothers_range),
        cmocka_unit_test(mode_and_owner_are_kept),
        cmocka_unit_test(a_write_that_fails_leaves_nothing),
        cmocka_unit_test(proxmox_reads_the_main_section_alone),
        cmocka_unit_test(proxmox_has_a_map_by_itself_but_where_there_is_one),
        cmocka_unit_test(proxmox_devices_have_their_rules_or_are_named),
        cmocka_unit_test(proxmox_files_of_any_bytes_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

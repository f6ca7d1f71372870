/* SPDX-License-Identifier: MIT */
/* Whom root believes: paths, configs with what they include, and who is a container's init. */
#include "base/cleanup.h"
#include "cmocka_all.h"
#include "config/include.h"
#include "config/init.h"
#include "config/obeyed.h"
#include "config/trust.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- one file -------------------------------------------------------------------------------- */

static bool is_roots(uid_t uid, gid_t gid, mode_t mode)
{
    const struct stat st = {.st_uid = uid, .st_gid = gid, .st_mode = mode};

    return trust_is_roots(-1, &st);
}

static void only_what_root_alone_can_change_is_roots(void **state)
{
    (void)state;
    assert_true(is_roots(0, 0, S_IFREG | 0644));
    assert_true(is_roots(0, 0, S_IFREG | 0664)); /* group 0 may */
    assert_true(is_roots(0, 7, S_IFDIR | 0755));
    assert_false(is_roots(0, 7, S_IFDIR | 0775));
    assert_false(is_roots(0, 0, S_IFDIR | 0757));
    assert_true(is_roots(0, 7, S_IFDIR | 01777));  /* /tmp, for what root owns in it */
    assert_false(is_roots(0, 0, S_IFREG | 01666)); /* sticky means nothing there */
    assert_false(is_roots(7, 0, S_IFREG | 0400));
    assert_false(is_roots(7, 0, S_IFDIR | 01755));
    assert_true(is_roots(0, 0, S_IFLNK | 0777));
    assert_false(is_roots(7, 0, S_IFLNK | 0777));
}

static void a_directory_of_the_containers_root_is_its_alone(void **state)
{
    static const struct config_root root = {.has_uid = true, .has_gid = true, .uid = 5, .gid = 6};
    static const struct config_root nobody = {.uid = 0};
    struct stat st = {.st_uid = 5, .st_gid = 6, .st_mode = S_IFDIR | 0770};

    (void)state;
    assert_true(obeyed_is_mapped(&st, &root, 0));
    assert_false(obeyed_is_mapped(&st, &nobody, 0));
    st.st_gid = 7;
    assert_false(obeyed_is_mapped(&st, &root, 0));
    assert_true(obeyed_is_mapped(&st, &root, 7));
    st.st_mode = S_IFDIR | 0755;
    assert_true(obeyed_is_mapped(&st, &root, 0));
    st.st_mode = S_IFDIR | 0757;
    assert_false(obeyed_is_mapped(&st, &root, 0));
    st.st_mode = S_IFDIR | 0700;
    st.st_uid = 8;
    assert_false(obeyed_is_mapped(&st, &root, 0));
}

/* ---- a config -------------------------------------------------------------------------------- */

static void assert_lines(const char *text, const char *wanted)
{
    const char *rest = text;
    char made[400] = "";
    char key[40];
    char value[100];

    while (config_line_next(&rest, text + strlen(text), key, sizeof(key), value, sizeof(value))) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof(made) - used, "[%s|%s]", key, value);
    }
    assert_string_equal(made, wanted);
}

static void a_line_is_taken_apart_as_lxc_does(void **state)
{
    (void)state;
    assert_lines("", "");
    assert_lines("lxc.include = /a\nlxc.include=/b", "[lxc.include|/a][lxc.include|/b]");
    assert_lines("  lxc.include\t=  /a b \n\n", "[lxc.include|/a b][|]");
    assert_lines("# lxc.include = /a\n #x=y\n", "[|][|]");
    assert_lines("lxc.include = \"/a\"\nlxc.include = '/b'\nlxc.include = '/c\"\n",
                 "[lxc.include|/a][lxc.include|/b][lxc.include|'/c\"]");
    assert_lines("lxc.include\n= /a\n", "[|][|/a]");
    assert_lines("a=b=c\n", "[a|b=c]");
    assert_lines("x = \"\nx = '\"\nx = \"\"\n", "[x|\"][x|'\"][x|]");
    /* what no key is as long as reads as none, not as its beginning */
    assert_lines("lxc.hook.start-host.lxc.hook.start-host.lxc.hook = a\n", "[|a]");
    assert_lines("lxc.hook.start-host.lxc.hook.start-host = a\n",
                 "[lxc.hook.start-host.lxc.hook.start-host|a]");
}

static char top[] = "/tmp/hook_trust.XXXXXX";

static void put(const char *name, const char *text)
{
    char path[100];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", top, name);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

/* Of a config with `first`, and an include of what is in the directory or of a whole path. */
static enum include_fault fault_of(const char *first, const char *target,
                                   struct config_root *ret_root)
{
    static struct config_include include;
    bool is_whole = target[0] == '/';
    char text[400];

    snprintf(text, sizeof(text), "%slxc.include = %s%s%s\n", first, is_whole ? "" : top,
             is_whole ? "" : "/", target);
    config_includes_read("config", text, strlen(text), &include, ret_root);
    return include.fault;
}

static int make_top(void **state)
{
    (void)state;
    return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", top);
    return system(command); /* NOLINT(cert-env33-c): a test's own folder */
}

static void what_is_included_is_read_and_bounded(void **state)
{
    struct config_root root;
    char path[100];
    char text[4000] = "";

    (void)state;
    put("map.conf",
        "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 1 7 8\nlxc.idmap = g 0 200000 9\n");
    assert_int_equal(fault_of("", "map.conf", &root), INCLUDE_FINE);
    assert_true(root.has_uid && root.uid == 100000 && root.has_gid && root.gid == 200000);
    assert_int_equal(fault_of("lxc.idmap = b 0 5 9\n", "map.conf", &root), INCLUDE_FINE);
    assert_true(root.uid == 5 && root.gid == 5);
    assert_int_equal(fault_of("", "none", &root), INCLUDE_MISSING);
    assert_int_equal(fault_of("", "none/", &root), INCLUDE_FINE);
    snprintf(path, sizeof(path), "%s/fifo.conf", top);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(fault_of("", "fifo.conf", &root), INCLUDE_ODD);
    assert_int_equal(fault_of("", top, &root), INCLUDE_ODD); /* all *.conf in it */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fault_of("", "", &root), INCLUDE_FINE);
    assert_true(root.uid == 100000);
    /* each line doubles: without a bound in number, 2^16 files */
    for (int i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "lxc.include = %s/itself.conf\n",
                 top);
    put("itself.conf", text);
    assert_int_equal(fault_of("", "itself.conf", &root), INCLUDE_TOO_MANY);
}

static void as_root_only_what_is_roots_is_included(void **state)
{
    struct config_root root;
    char path[100];

    (void)state;
    if (geteuid() != 0)
        skip();
    snprintf(path, sizeof(path), "%s/map.conf", top);
    put("map.conf", "");
    assert_int_equal(chmod(top, 0755), 0);
    assert_int_equal(fault_of("", "map.conf", &root), INCLUDE_FINE);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(fault_of("", "map.conf", &root), INCLUDE_FOREIGN);
    assert_int_equal(chmod(path, 0644) | chown(path, 7, 7), 0);
    assert_int_equal(fault_of("", "map.conf", &root), INCLUDE_FOREIGN);
    assert_int_equal(chown(path, 0, 0) | chmod(top, 0777), 0);
    assert_int_equal(fault_of("", "map.conf", &root), INCLUDE_FOREIGN);
    assert_int_equal(chmod(top, 0755), 0);
}

/* ---- a container's init ---------------------------------------------------------------------- */

static void the_sockets_name_is_hashed_where_it_is_too_long(void **state)
{
    char name[108];
    char path[200] = "/";

    (void)state;
    assert_int_equal(init_socket_name("/var/lib/lxc", "c1", name, sizeof(name)), 23);
    assert_string_equal(name, "/var/lib/lxc/c1/command");
    /* FNV-1a of 64 bits: the hash of "/aaa...a/c1" with 120 letters, by another program */
    memset(path + 1, 'a', 120);
    (void)init_socket_name(path, "c1", name, sizeof(name));
    assert_string_equal(name, "lxc/2fe0c83df59fa1eb/command");
}

static void a_cgroup_is_the_containers_by_whole_names(void **state)
{
    (void)state;
    assert_true(init_cgroup_is("0::/lxc.payload.c1\n", "lxc.payload.c1"));
    assert_true(init_cgroup_is("0::/user.slice/lxc.payload.c1/init.scope\n", "lxc.payload.c1"));
    assert_true(init_cgroup_is("0::/lxc.payload.c1-2\n", "lxc.payload.c1"));
    assert_true(init_cgroup_is("12:pids:/x\n0::/lxc/101/ns\n", "lxc/101"));
    assert_false(init_cgroup_is("0::/lxc.payload.c10\n", "lxc.payload.c1"));
    assert_false(init_cgroup_is("0::/lxc.payload.c1-x\n", "lxc.payload.c1"));
    assert_false(init_cgroup_is("0::/xlxc.payload.c1\n", "lxc.payload.c1"));
    assert_false(init_cgroup_is("0::/lxc.payload.c2\n", "lxc.payload.c1"));
    assert_false(init_cgroup_is("0::/system.slice/ssh.service\n", ""));
    assert_true(init_cgroup_is_payload("0::/lxc.payload.x\n"));
    assert_true(init_cgroup_is_payload("0::/lxc/101/ns\n"));
    assert_false(init_cgroup_is_payload("0::/system.slice/lxc.service\n"));
    assert_false(init_cgroup_is_payload("0::/user.slice/lxc.monitor.c1\n"));
}

static void the_first_of_a_pid_namespace(void **state)
{
    (void)state;
    assert_true(init_is_first("Name:\tx\nNSpid:\t4711\t1\nNSpgid:\t1\n"));
    assert_true(init_is_first("Name:\tx\nNSpid:\t4711\t30\t1\n"));
    assert_false(init_is_first("Name:\tx\nNSpid:\t4711\t2\n"));
    assert_false(init_is_first("Name:\tx\nNSpid:\t1\n")); /* this host's own */
    assert_false(init_is_first("Name:\tx\nNSpid:\t1\t7\n"));
    assert_false(init_is_first("Name:\tx\n"));
    assert_false(init_is_first("Name:\tNSpid:\t5\t1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_root_alone_can_change_is_roots),
        cmocka_unit_test(a_directory_of_the_containers_root_is_its_alone),
        cmocka_unit_test(a_line_is_taken_apart_as_lxc_does),
        cmocka_unit_test(what_is_included_is_read_and_bounded),
        cmocka_unit_test(as_root_only_what_is_roots_is_included),
        cmocka_unit_test(the_sockets_name_is_hashed_where_it_is_too_long),
        cmocka_unit_test(a_cgroup_is_the_containers_by_whole_names),
        cmocka_unit_test(the_first_of_a_pid_namespace),
    };

    return cmocka_run_group_tests(tests, make_top, remove_top);
}

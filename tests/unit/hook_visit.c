/* SPDX-License-Identifier: MIT */
/* A user of a container by files that the container wrote, and a program that nobody can change. */
#include "base/cleanup.h"
#include "cmocka_all.h"
#include "exit_status.h"
#include "visit/program.h"
#include "visit/user.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static bool find(const char *text, const char *name, struct guest_user *ret)
{
    *ret = (struct guest_user){0};
    return user_text_find(text, strlen(text), name, ret);
}

static void a_user_is_its_first_well_formed_line(void **state)
{
    struct guest_user user;

    (void)state;
    assert_true(
        find("root:x:0:0:r:/root:/bin/sh\nviewer:x:1000:1001:a,b:/home/v:/bin/sh\n"
             "viewer:x:0:0::/:/bin/sh",
             "viewer", &user));
    assert_int_equal(user.uid, 1000);
    assert_int_equal(user.gid, 1001);
    assert_int_equal(user.group_count, 1);
    assert_int_equal(user.groups[0], 1001);
    assert_string_equal(user.home, "/home/v");
    /* at the end of a file without a line break */
    assert_true(find("v:x:7:8::/:", "v", &user));
    assert_int_equal(user.uid, 7);
}

static void what_is_no_line_of_that_user_is_passed_over(void **state)
{
    static const char *const texts[] = {"",
                                        "\n\n",
                                        "v",
                                        "v:x:1:1",
                                        "v:x:1:1::/",
                                        "vv:x:1:1::/:",
                                        "x:v:1:1::/:",
                                        "v:x:-1:1::/:",
                                        "v:x:4294967295:1::/:",
                                        "v:x:1:4294967295::/:",
                                        "v:x:1:99999999999999::/:",
                                        "v:x::1::/:",
                                        " v:x:1:1::/:"};
    struct guest_user user;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(find(texts[i], "v", &user));
}

static void a_home_is_a_plain_path_or_the_root(void **state)
{
    static const char *const homes[] = {"relative", "", "/a b", "/$(id)", "/a\033b", "-x"};
    char text[200];
    char longer[150] = "/";
    struct guest_user user;

    (void)state;
    for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
        snprintf(text, sizeof(text), "v:x:1:1::%s:/bin/sh\n", homes[i]);
        assert_true(find(text, "v", &user));
        assert_string_equal(user.home, "/");
    }
    memset(longer + 1, 'a', sizeof(longer) - 2);
    snprintf(text, sizeof(text), "v:x:1:1::%s:", longer);
    assert_true(find(text, "v", &user));
    assert_string_equal(user.home, "/");
}

static bool add(const char *text, struct guest_user *user)
{
    return groups_text_add(text, strlen(text), "v", user);
}

static void groups_are_those_that_name_the_member(void **state)
{
    struct guest_user user = {.found = true, .gid = 5, .group_count = 1, .groups = {5}};

    (void)state;
    assert_true(
        add("a:x:1:v\nb:x:2:vv,w\nc:x:3:w,v,w\nd:x:4\nown:x:5:v\na:x:1:v,v\ne:x:no:v\nf:x:6:"
            ",v",
            &user));
    assert_int_equal(user.group_count, 4);
    assert_int_equal(user.groups[0], 5);
    assert_int_equal(user.groups[1], 1);
    assert_int_equal(user.groups[2], 3);
    assert_int_equal(user.groups[3], 6);
}

static void too_many_groups_are_none(void **state)
{
    struct guest_user user = {.found = true, .gid = 5, .group_count = 1, .groups = {5}};
    char text[2000] = "";

    (void)state;
    for (int i = 0; i < GUEST_USER_GROUPS_MAX - 1; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "g:x:%d:v\n", 100 + i);
    assert_true(add(text, &user));
    assert_int_equal(user.group_count, GUEST_USER_GROUPS_MAX);
    assert_false(add("one:x:99:v", &user));
}

static void what_a_child_tells_is_bounded(void **state)
{
    struct guest_user told = {.found = true, .group_count = 4000000000U};
    struct guest_user user;

    (void)state;
    memset(told.home, '/', sizeof(told.home));
    guest_take_user(&told, &user);
    assert_int_equal(user.group_count, 0);
    assert_int_equal(user.home[sizeof(user.home) - 1], '\0');
}

/* ---- a sealed program ------------------------------------------------------------------------ */

static void file_make(char *path, mode_t mode)
{
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "#!/bin/true\n", 12), 12);
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
}

static void a_sealed_program_cannot_be_changed_by_anyone(void **state)
{
    char path[] = "/tmp/hook_visit.XXXXXX";
    char name[32];
    char data[16] = "";
    struct err err = {0};
    struct stat st;
    int again;
    int fd = -1;

    (void)state;
    file_make(path, 0755);
    assert_int_equal(program_seal(path, &fd, &err), 0);
    (void)unlink(path);
    assert_int_equal(pread(fd, data, sizeof(data), 0), 12);
    assert_string_equal(data, "#!/bin/true\n");
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0555);
    assert_int_equal(st.st_nlink, 0);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    assert_int_equal(fchmod(fd, 0777), 0);
    again = open(name, O_RDWR | O_CLOEXEC); /* the owner may */
    assert_true(again >= 0);
    assert_int_equal(pwrite(again, "x", 1, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(pwrite(again, "x", 1, 12), -1);
    assert_int_equal(ftruncate(again, 0), -1);
    assert_int_equal(fcntl(again, F_ADD_SEALS, F_SEAL_WRITE), -1);
    assert_ptr_equal(mmap(NULL, 12, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    (void)close(again);
    (void)close(fd);
}

static void a_program_that_others_can_write_to_is_refused(void **state)
{
    static const mode_t modes[] = {0775, 0757};
    struct err err = {0};
    int fd = -1;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[] = "/tmp/hook_visit.XXXXXX";
        file_make(path, modes[i]);
        assert_true(program_seal(path, &fd, &err) < 0);
        assert_int_equal(err.status, STATUS_PRIVILEGE);
        (void)unlink(path);
    }
    assert_true(program_seal("/tmp", &fd, &err) < 0);
    assert_int_equal(program_seal("/tmp/hook_visit.none", &fd, &err), -ENOENT);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_its_first_well_formed_line),
        cmocka_unit_test(what_is_no_line_of_that_user_is_passed_over),
        cmocka_unit_test(a_home_is_a_plain_path_or_the_root),
        cmocka_unit_test(groups_are_those_that_name_the_member),
        cmocka_unit_test(too_many_groups_are_none),
        cmocka_unit_test(what_a_child_tells_is_bounded),
        cmocka_unit_test(a_sealed_program_cannot_be_changed_by_anyone),
        cmocka_unit_test(a_program_that_others_can_write_to_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

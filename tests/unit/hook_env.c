/* SPDX-License-Identifier: MIT */
/* What LXC tells a hook in words and variables, and what is no such thing. */
#include "cmocka_all.h"
#include "facts/env.h"
#include "facts/place.h"

#include <stdlib.h>
#include <string.h>

static struct fault fault;

/* As LXC starts a hook of version 1; a test changes one variable. */
static int lxc_variables(void **state)
{
    (void)state;
    memset(&fault, 0, sizeof(fault));
    return setenv("LXC_HOOK_TYPE", "start-host", 1) | setenv("LXC_NAME", "c1", 1) |
           setenv("LXC_PID", "4194304", 1) | setenv("LXC_CONFIG_FILE", "/c/config", 1) |
           setenv("LXC_ROOTFS_PATH", "dir:/c/rootfs", 1) |
           setenv("LXC_ROOTFS_MOUNT", "/mnt/lxc", 1) | setenv("LXC_HOOK_VERSION", "1", 1);
}

static int hook_read(struct hook_env *ret)
{
    return hook_env_read(0, NULL, ret, &fault);
}

static void a_start_host_hook_has_a_process(void **state)
{
    struct hook_env env;

    (void)state;
    assert_int_equal(hook_read(&env), 0);
    assert_int_equal(env.type, HOOK_START_HOST);
    assert_int_equal(env.pid, 4194304);
    assert_string_equal(env.name, "c1");
    assert_string_equal(env.rootfs, "/c/rootfs");
    assert_string_equal(env.config_file, "/c/config");
}

/* 0 would be the hook itself, a negative one its group. */
static void a_process_is_a_number_that_a_kernel_gives(void **state)
{
    static const char *const odd[] = {"0", "-1", "4194305", "1x", " 1", "00x"};
    struct hook_env env;

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        assert_int_equal(setenv("LXC_PID", odd[i], 1), 0);
        assert_true(hook_read(&env) < 0);
        assert_int_equal(fault.cause, CAUSE_ODD_LXC_PID);
    }
    assert_int_equal(setenv("LXC_PID", "", 1), 0);
    assert_true(hook_read(&env) < 0);
    assert_int_equal(fault.cause, CAUSE_NO_LXC_PID);
}

static void only_two_types_can_work(void **state)
{
    size_t working = 0;
    enum hook_type type;
    const char *name;
    bool works;

    (void)state;
    for (size_t i = 0; (name = hook_type_name(i, &works)); i++) {
        bool is_one = strcmp(name, "start-host") == 0 || strcmp(name, "mount") == 0;
        assert_int_equal(works, is_one);
        assert_int_equal(hook_type_read(name, &type, &fault) == 0, is_one);
        working += works;
    }
    assert_int_equal(working, 2);
    assert_true(hook_type_read("mounts", &type, &fault) < 0);
    assert_int_equal(fault.cause, CAUSE_HOOK_UNKNOWN);
}

static void a_mount_hook_has_a_root_with_a_whole_path(void **state)
{
    static const char *const odd[] = {"", "mnt/lxc"};
    struct hook_env env;

    (void)state;
    assert_int_equal(setenv("LXC_HOOK_TYPE", "mount", 1), 0);
    assert_int_equal(unsetenv("LXC_PID"), 0);
    assert_int_equal(hook_read(&env), 0);
    assert_string_equal(env.rootfs_mount, "/mnt/lxc");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(setenv("LXC_ROOTFS_MOUNT", odd[i], 1), 0);
        assert_true(hook_read(&env) < 0);
        assert_int_equal(fault.cause, CAUSE_NO_ROOTFS_MOUNT);
    }
}

/* Version 0: NAME lxc TYPE, and more behind it for some types. */
static void the_older_interface_has_words(void **state)
{
    char name[] = "old";
    char lxc[] = "lxc";
    char type[] = "start-host";
    char more[] = "more";
    char *words[] = {name, lxc, type, more, NULL};
    struct hook_env env;

    (void)state;
    assert_true(hook_env_is_hook(3, words));
    assert_int_equal(hook_env_read(4, words, &env, &fault), 0);
    assert_string_equal(env.name, "old");
    assert_true(hook_env_read(2, words, &env, &fault) < 0);
    assert_int_equal(fault.cause, CAUSE_HOOK_ARGUMENT);
    assert_int_equal(unsetenv("LXC_HOOK_TYPE"), 0);
    assert_false(hook_env_is_hook(2, words));
    lxc[0] = 'L';
    assert_false(hook_env_is_hook(3, words));
}

static void a_name_is_there_and_printable(void **state)
{
    char text[16];
    struct hook_env env;

    (void)state;
    assert_int_equal(setenv("LXC_NAME", "a\033b", 1), 0);
    assert_int_equal(hook_read(&env), 0);
    assert_string_equal(env.name, "a\\x1bb");
    assert_string_equal(hook_env_container(text, sizeof(text)), "a\\x1bb");
    assert_int_equal(unsetenv("LXC_NAME"), 0);
    assert_true(hook_read(&env) < 0);
    assert_int_equal(fault.cause, CAUSE_NO_LXC_NAME);
    assert_string_equal(hook_env_container(text, sizeof(text)), "?");
}

/* Without a type it is LXC all the same where a name and a config come together. */
static void a_person_is_nobody_that_lxc_started(void **state)
{
    char text[16];

    (void)state;
    assert_int_equal(unsetenv("LXC_HOOK_TYPE"), 0);
    assert_true(hook_env_is_lxcs());
    assert_int_equal(setenv("LXC_CONFIG_FILE", "config", 1), 0);
    assert_true(hook_env_is_lxcs());
    assert_int_equal(unsetenv("LXC_HOOK_VERSION"), 0);
    assert_false(hook_env_is_lxcs());
    assert_null(hook_env_container(text, sizeof(text)));
    assert_int_equal(unsetenv("LXC_CONFIG_FILE"), 0);
    assert_false(hook_env_is_lxcs());
}

/* Where lxc-info -P and -n look: only LXCPATH/NAME/config is found by them. */
static void a_config_lies_under_its_containers_name(void **state)
{
    static const char *const odd[] = {"/c/web/config2", "/c/web/", "c/web/config", "/config",
                                      "/web/config",    "",        "/c//config"};
    struct config_place place;

    (void)state;
    assert_true(config_place_read("/c/web/config", &place));
    assert_string_equal(place.lxcpath, "/c");
    assert_string_equal(place.name, "web");
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        assert_false(config_place_read(odd[i], &place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_start_host_hook_has_a_process, lxc_variables),
        cmocka_unit_test_setup(a_process_is_a_number_that_a_kernel_gives, lxc_variables),
        cmocka_unit_test_setup(only_two_types_can_work, lxc_variables),
        cmocka_unit_test_setup(a_mount_hook_has_a_root_with_a_whole_path, lxc_variables),
        cmocka_unit_test_setup(the_older_interface_has_words, lxc_variables),
        cmocka_unit_test_setup(a_name_is_there_and_printable, lxc_variables),
        cmocka_unit_test_setup(a_person_is_nobody_that_lxc_started, lxc_variables),
        cmocka_unit_test(a_config_lies_under_its_containers_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Proxmox's config of a container: our include, whatever Proxmox makes of the lines around it. */
#include "cmocka_all.h"
#include "config/proxmox.h"
#include "config/pve.h"

#include <stdlib.h>
#include <string.h>

#define GPU "/usr/share/lxc/config/gpu.conf"
#define OWN "/etc/pve/lxc-gpu-101.conf"

static void assert_set(const char *before, const char *file, const char *after)
{
    char *made = NULL;

    assert_int_equal(pve_include_set(before, file, &made), 0);
    assert_string_equal(made, after);
    free(made);
}

static void the_include_is_the_first_line_and_is_taken_out_again(void **state)
{
    static const char text[] = "#notes\narch: amd64\n[snap]\nlxc.include: " GPU "\n";

    (void)state;
    assert_set(text, GPU,
               "lxc.include: " GPU "\n#notes\narch: amd64\n[snap]\nlxc.include: " GPU "\n");
    assert_set("lxc.include: " GPU "\n#notes\narch: amd64\n[snap]\nlxc.include: " GPU "\n", NULL,
               text);
    assert_set("arch: amd64", GPU, "lxc.include: " GPU "\narch: amd64");
    assert_set("lxc.include: " GPU "\narch: amd64", NULL, "arch: amd64");
    assert_set("", GPU, "lxc.include: " GPU "\n");
    assert_set("[snap]\nlxc.include: " GPU "\n", NULL, "[snap]\nlxc.include: " GPU "\n");
}

static void where_proxmox_has_put_it_it_is_replaced_and_taken_out(void **state)
{
    (void)state;
    assert_set("arch: amd64\nlxc.include = " GPU " \nswap: 1\n", OWN,
               "arch: amd64\nlxc.include: " OWN "\nswap: 1\n");
    assert_set("arch: amd64\nlxc.include: " OWN "\nswap: 1\n", OWN,
               "arch: amd64\nlxc.include: " OWN "\nswap: 1\n");
    assert_set("arch: amd64\nlxc.include: " OWN "\nswap: 1\n", NULL, "arch: amd64\nswap: 1\n");
    /* twice, by a person */
    assert_set("lxc.include: " GPU "\nlxc.include: " GPU "\n", OWN, "lxc.include: " OWN "\n");
    /* other includes stay */
    assert_set("lxc.include: /etc/lxc/mine.conf\nlxc.include: /etc/pve/lxc-gpu-1.txt\n", NULL,
               "lxc.include: /etc/lxc/mine.conf\nlxc.include: /etc/pve/lxc-gpu-1.txt\n");
}

static void config_of(const char *text, struct proxmox_config *ret)
{
    assert_int_equal(proxmox_config_make("101", text, strlen(text), ret), 0);
    free(ret->text);
}

static void what_it_says_of_the_container(void **state)
{
    struct proxmox_config config;
    char file[PROXMOX_FILE_MAX];

    (void)state;
    config_of(
        "#lock: notes\ndev0: /dev/ttyUSB0\ndev1: /dev/dri/renderD128,gid=104\n"
        "hostname: media\nlock: backup\n[snap]\nunprivileged: 1\n",
        &config);
    assert_true(config.is_privileged);
    assert_string_equal(config.lock, "backup");
    assert_string_equal(config.gpu_device, "dev1");
    assert_string_equal(config.by_hand, "");
    config_of("unprivileged: 1\nlxc.hook.mount: /usr/bin/lxc-gpu-hook\n", &config);
    assert_false(config.is_privileged);
    assert_string_equal(config.by_hand, "/usr/bin/lxc-gpu-hook");
    assert_string_equal(config.lock, "");
    config_of("lxc.idmap = u 0 100000 65536\n[snap]\nlock: x\n", &config);
    assert_false(config.is_privileged);
    assert_string_equal(config.lock, "");
    pve_own_file("101", file);
    assert_string_equal(file, OWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_include_is_the_first_line_and_is_taken_out_again),
        cmocka_unit_test(where_proxmox_has_put_it_it_is_replaced_and_taken_out),
        cmocka_unit_test(what_it_says_of_the_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

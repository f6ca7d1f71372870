/* SPDX-License-Identifier: MIT */
/* What the hook's fixes are made from: lines of a config and of modprobe.d, and lines to paste. */
#include "cmocka_all.h"
#include "config/scan.h"
#include "facts/lsm.h"
#include "say/advice_config.h"
#include "say/advice_system.h"
#include "say/modprobe.h"
#include "say/refusal.h"
#include "say/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err err;

static void the_hook_line_keeps_the_options(void **state)
{
    struct options options = {.mode = 0660, .selection = {.count = 1, .specs = {"driver=xe"}}};
    char line[256];

    (void)state;
    assert_string_equal(advice_hook_line(&options, "start-host", NULL, line, sizeof(line)),
                        "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select driver=xe");
    options.group = "media";
    options.user = 5;
    options.mode = 0600;
    options.wait_seconds = 3;
    options.optional = options.no_probe = options.quiet = options.verbose = true;
    options.selection.with_card = true;
    assert_string_equal(
        advice_hook_line(&options, "mount", "renderD129", line, sizeof(line)),
        "lxc.hook.mount = /usr/bin/lxc-gpu-hook --select renderD129 --group media --user 5 --mode "
        "0600 --with-card --optional --no-probe --wait 3 -v -q");
    options = (struct options){.mode = 0660, .has_gid = true, .gid = 44};
    assert_string_equal(advice_hook_line(&options, "start-host", NULL, line, sizeof(line)),
                        "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --group 44");
}

static void only_plain_paths_are_pasted(void **state)
{
    char line[256];

    (void)state;
    assert_string_equal(advice_delete("/var/lib/lxc/c1/config", "^a", line, sizeof(line)),
                        "sed -i.bak '/^a/d' /var/lib/lxc/c1/config");
    assert_string_equal(advice_delete("c1/config", "^a", line, sizeof(line)),
                        "# delete what matches '^a' from the container's config");
    assert_int_equal(advice_delete("/a b", "^a", line, sizeof(line))[0], '#');
    assert_int_equal(advice_delete("/a$(b)", "^a", line, sizeof(line))[0], '#');
    assert_int_equal(advice_delete("", "^a", line, sizeof(line))[0], '#');
}

static void the_configs_lines_are_found(void **state)
{
    struct config_lines config = {0};
    char line[512];
    char text[] =
        "# lxc.mount.entry = /dev/dri dev/dri none bind\n"
        "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind\n"
        "lxc.mount.entries = /dev/dri dev/dri none bind\n"
        "  lxc.mount.entry=/dev/dri/renderD128 dev/dri/renderD128 none bind\n"
        "lxc.mount.entry = /dev/dri/by-path dev/dri/by-path none bind\n"
        "lxc.mount.entry = /dev/dri dev/dri none bind\n"
        "lxc.cgroup.devices.allow = c 10:200 rwm\n"
        "lxc.cgroup.devices.allow = c 226:128 rwm\n"
        "lxc.cgroup2.devices.allow = c 10:200 rwm\n";

    (void)state;
    config_scan_known("/c", true, text, &config);
    assert_int_equal(config.entry_count, 2);
    assert_string_equal(config.entries[0].line,
                        "lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind");
    assert_string_equal(config.entries[1].line, "lxc.mount.entry = /dev/dri dev/dri none bind");
    assert_string_equal(advice_delete_entry(&config.entries[0], line, sizeof(line)),
                        "sed -i.bak '/^ *lxc\\.mount\\.entry *[:=] *\\/dev\\/dri\\/renderD128"
                        "[[:blank:]][[:blank:]]*dev\\/dri\\/renderD128[[:blank:]]/d' /c");
    assert_true(config.brings_dri);
    assert_string_equal(config.rule_v1, "lxc.cgroup.devices.allow = c 226:128 rwm");
    assert_false(config.has_drm_rule);
}

/* An entry's kind, or that it is none that is spoken of. */
static void assert_entry(const char *value, int kind, bool is_card)
{
    struct config_lines config;
    char text[200];

    snprintf(text, sizeof(text), "lxc.mount.entry = %s none bind,create=file\n", value);
    config_scan_known("/c", true, text, &config);
    assert_int_equal(config.entry_count, kind < 0 ? 0 : 1);
    if (kind < 0)
        return;
    assert_int_equal(config.entries[0].kind, kind);
    assert_int_equal(config.entries[0].is_card, is_card);
}

static void assert_name(const char *behind_dri, unsigned node_minor, int kind)
{
    struct config_entry entry;

    assert_int_equal(config_entry_judge(behind_dri, node_minor, &entry), kind >= 0);
    if (kind >= 0)
        assert_int_equal(entry.kind, kind);
}

static void what_a_mount_entry_means_beside_the_hook(void **state)
{
    (void)state;
    assert_entry("/dev/dri dev/dri", ENTRY_NODES, false);
    assert_entry("/dev/dri/renderD250 dev/dri/renderD250", ENTRY_NODES, false);
    assert_entry("/dev/dri/renderD250 /dev/dri/renderD250", ENTRY_NODES, false);
    assert_entry("/dev/dri/renderD250 dev/dri/by-path/x-render", ENTRY_NODES, false);
    assert_entry("/dev/dri/card60 dev/dri/card60", -1, false);
    assert_entry("/dev/dri/card60 dev/dri/card0", -1, false); /* is not there */
    assert_entry("/dev/null dev/dri/renderD128", -1, false);
    assert_entry("/dev/dri/renderD250 dev/driver/renderD128", -1, false);
    assert_entry("/dev/fuse dev/fuse", -1, false);
    assert_entry("/dev/dri", -1, false);
    assert_name("card1", 1, -1);
    assert_name("card0", 1, ENTRY_OTHER_NAME);
    assert_name("gpu", 128, ENTRY_OTHER_NAME);
    assert_name("renderD128", 129, ENTRY_OTHER_NAME);
    assert_name("renderD129", 129, ENTRY_NODES);
    assert_name("by-path/pci-0000:00:02.0-card", 1, ENTRY_OTHER_NAME);
    assert_name("by-path/pci-0000:00:02.0-render", 128, ENTRY_NODES);
}

static void hooks_that_change_a_node_of_the_host(void **state)
{
    static const struct {
        const char *line;
        bool changes;
    } cases[] = {
        {"lxc.hook.pre-start = sh -c \"chown 0:108 /dev/dri/renderD128\"", true},
        {"lxc.hook.pre-start = /bin/chmod 666 /dev/dri/renderD128", true},
        {"lxc.hook.start-host = setfacl -m u:100000:rw /dev/dri/card0", true},
        {"lxc.hook.autodev = sh -c 'chmod 666 ${LXC_ROOTFS_MOUNT}/dev/dri/renderD128'", false},
        {"lxc.hook.pre-start = sh -c 'chmod 666 ${LXC_ROOTFS_MOUNT}/dev/dri/renderD128'", false},
        {"lxc.hook.pre-start = sh -c 'ls /dev/dri'", false},
        {"lxc.hook.pre-start = chown 0:0 /dev/fuse", false},
        {"lxc.hook.start-host = /usr/bin/lxc-gpu-hook", false},
    };
    struct config_lines config;
    char line[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        config_scan_known("/c", true, cases[i].line, &config);
        assert_int_equal(config.changer[0] != '\0', cases[i].changes);
    }
    config_scan_known("/c", true, cases[0].line, &config);
    assert_string_equal(config.changer, cases[0].line);
    assert_string_equal(advice_delete_changer(&config, line, sizeof(line)),
                        "sed -i.bak '/^ *lxc\\.hook\\.pre-start *[:=] *sh -c \"chown 0:108 "
                        "\\/dev\\/dri\\/renderD128\" *$/d' /c");
}

static void the_hook_is_a_word_of_its_own(void **state)
{
    static const char *const ours[] = {"/usr/bin/lxc-gpu-hook", "lxc-gpu-hook --wait 5",
                                       "/a/lxc-gpu-hook/lxc-gpu-hook", "sh -c 'lxc-gpu-hook'",
                                       "true; lxc-gpu-hook|logger"};
    static const char *const others[] = {"", "/opt/lxc-gpu-hook/run", "/tmp/lxc-gpu-hook.sh",
                                         "/usr/bin/my-lxc-gpu-hook", "lxc-gpu-hooks"};

    (void)state;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_non_null(config_hook_find(ours[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_null(config_hook_find(others[i]));
}

static void what_keeps_a_module_out(void **state)
{
    (void)state;
    assert_true(modprobe_keeps_out("# x\nblacklist i915\n", "i915"));
    assert_true(modprobe_keeps_out("  install\tvirtio-gpu /bin/false", "virtio_gpu"));
    assert_false(modprobe_keeps_out("#blacklist i915\n", "i915"));
    assert_false(modprobe_keeps_out("blacklist i915_foo\nblacklist i91\n", "i915"));
    assert_false(modprobe_keeps_out("options i915 enable_guc=2\n", "i915"));
    assert_false(modprobe_keeps_out("", "i915"));
}

static void who_sets_a_parameter(void **state)
{
    (void)state;
    assert_true(modprobe_sets("# x\noptions i915 enable_guc=2 modeset=0\n", "i915", "modeset"));
    assert_true(modprobe_sets("options virtio-gpu modeset=0", "virtio_gpu", "modeset"));
    assert_false(modprobe_sets("#options i915 modeset=0\n", "i915", "modeset"));
    assert_false(modprobe_sets("options i915 xmodeset=0 modeset\n", "i915", "modeset"));
    assert_false(modprobe_sets("options i9 modeset=0\nblacklist i915", "i915", "modeset"));
    assert_true(modprobe_cmdline_sets("quiet i915.modeset=0\n", "i915", "modeset"));
    assert_true(modprobe_cmdline_sets("virtio-gpu.modeset=0", "virtio_gpu", "modeset"));
    assert_false(modprobe_cmdline_sets("xe.modeset=0 modeset=0", "i915", "modeset"));
    assert_true(modprobe_cmdline_sets("ro nomodeset quiet", NULL, "nomodeset"));
    assert_false(modprobe_cmdline_sets("ro x.nomodeset nomodesetx", NULL, "nomodeset"));
}

static void which_gpu_force_probe_excludes(void **state)
{
    (void)state;
    assert_true(force_probe_refuses("!4680", 0x4680));
    assert_true(force_probe_refuses("9a49,!4680", 0x4680));
    assert_true(force_probe_refuses("!*", 0x4680));
    assert_false(force_probe_refuses("4680", 0x4680));
    assert_false(force_probe_refuses("!468,*,!", 0x4680));
    assert_false(force_probe_refuses("14680,-4680", 0x4680));
    assert_false(force_probe_refuses("", 0x4680));
}

static void which_gpu_a_driver_knows(void **state)
{
    static const char text[] =
        "# Aliases\n"
        "alias pci:v00008086d00004680sv*sd*bc03sc*i* i915\n"
        "alias pci:v00008086d00001533sv*sd*bc*sc*i* igb\n"
        "alias pci:v000010DEd*sv*sd*bc03sc00i00* nouveau\n"
        "alias virtio:d00000010v* virtio_gpu\n";

    (void)state;
    assert_int_equal(driver_alias_knows(text, "i915", 0x8086, 0x4680), DRIVER_KNOWS);
    assert_int_equal(driver_alias_knows(text, "i915", 0x8086, 0xb0a0), DRIVER_DOES_NOT);
    assert_int_equal(driver_alias_knows(text, "nouveau", 0x10de, 0x2684), DRIVER_KNOWS);
    assert_int_equal(driver_alias_knows(text, "nouveau", 0x8086, 0x4680), DRIVER_DOES_NOT);
    assert_int_equal(driver_alias_knows(text, "virtio_gpu", 0x1af4, 0x1050), DRIVER_UNSURE);
    assert_int_equal(driver_alias_knows("", "i915", 0x8086, 0x4680), DRIVER_UNSURE);
}

static void what_the_command_line_keeps_out(void **state)
{
    static const char both[] = "quiet modprobe.blacklist=nouveau,i915 module_blacklist=amdgpu\n";

    (void)state;
    assert_int_equal(modprobe_cmdline_keeps_out(both, "i915"), KEPT_OUT_BY_MODPROBE);
    assert_int_equal(modprobe_cmdline_keeps_out(both, "nouveau"), KEPT_OUT_BY_MODPROBE);
    assert_int_equal(modprobe_cmdline_keeps_out(both, "amdgpu"), KEPT_OUT_BY_THE_KERNEL);
    assert_int_equal(modprobe_cmdline_keeps_out(both, "xe"), KEPT_OUT_BY_NOTHING);
    assert_int_equal(modprobe_cmdline_keeps_out("module_blacklist=i915", "i91"),
                     KEPT_OUT_BY_NOTHING);
    assert_int_equal(modprobe_cmdline_keeps_out("xmodule_blacklist=i915 i915", "i915"),
                     KEPT_OUT_BY_NOTHING);
    /* modprobe takes - for _, the kernel does not */
    assert_int_equal(modprobe_cmdline_keeps_out("modprobe.blacklist=virtio-gpu", "virtio_gpu"),
                     KEPT_OUT_BY_MODPROBE);
    assert_int_equal(modprobe_cmdline_keeps_out("module_blacklist=virtio-gpu", "virtio_gpu"),
                     KEPT_OUT_BY_NOTHING);
    assert_int_equal(
        modprobe_cmdline_keeps_out("modprobe.blacklist=xe module_blacklist=a,xe", "xe"),
        KEPT_OUT_BY_THE_KERNEL);
    assert_int_equal(modprobe_cmdline_keeps_out("module_blacklist=", "xe"), KEPT_OUT_BY_NOTHING);
    assert_int_equal(modprobe_cmdline_keeps_out("", "xe"), KEPT_OUT_BY_NOTHING);
}

static void assert_lsm(const char *text, enum lsm_kind kind, const char *label)
{
    struct lsm lsm = lsm_parse(text);

    assert_int_equal(lsm.kind, kind);
    assert_string_equal(lsm.label, label);
}

static void security_modules_are_told_apart(void **state)
{
    (void)state;
    assert_lsm("/usr/bin/lxc-start (enforce)\n", LSM_APPARMOR, "/usr/bin/lxc-start (enforce)");
    assert_lsm("lxc-a//&:lxc-b:c (enforce)\n", LSM_APPARMOR, "lxc-a//&:lxc-b:c (enforce)");
    assert_lsm("lxc-start (complain)\n", LSM_NONE, "");
    assert_lsm("unconfined\n", LSM_NONE, "");
    assert_lsm("kernel", LSM_NONE, "");
    assert_lsm("", LSM_NONE, "");
    assert_lsm("system_u:system_r:container_runtime_t:s0", LSM_SELINUX,
               "system_u:system_r:container_runtime_t:s0");
    assert_lsm("unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\n", LSM_SELINUX,
               "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023");
    assert_lsm("u:r:t", LSM_SELINUX, "u:r:t"); /* without levels */
    assert_lsm("u:r", LSM_NONE, "");
    assert_lsm("u::t:s0", LSM_NONE, "");
    assert_lsm(":ns://profile:x", LSM_NONE, "");
    assert_lsm("a//&:b:c:unconfined", LSM_NONE, "");
}

static void each_security_module_has_its_own_lines(void **state)
{
    struct lsm lsm = lsm_parse("system_u:system_r:container_runtime_t:s0");

    (void)state;
    err = (struct err){0};
    advice_lsm(&lsm, "mount,", &err);
    assert_string_equal(err.fix,
                        "ausearch -m avc -ts recent    # shows what it denied\n"
                        "# lxc.selinux.context in the container's config, or a policy "
                        "module made from that by audit2allow");
    lsm = lsm_parse("lxc-start (enforce)");
    err = (struct err){0};
    advice_lsm(&lsm, "mount,", &err);
    assert_non_null(strstr(err.fix, "profile=\"lxc-start\""));
    assert_non_null(strstr(err.fix, "#     mount,"));
    assert_null(strstr(err.fix, "selinux"));
    lsm = lsm_parse("unconfined");
    err = (struct err){0};
    advice_lsm(&lsm, "mount,", &err);
    assert_string_equal(err.fix, "");
}

static void say_unmapped(const struct idmap *map, uint32_t inside)
{
    const struct about about = {.gids = map};
    struct fault fault;

    (void)fault_set(&fault, CAUSE_ID_UNMAPPED, 0, .a = inside, .b = 'g');
    (void)say_fault(&fault, &about, &err);
}

static void assert_cover(const struct idmap *map, uint32_t inside, const char *fix)
{
    say_unmapped(map, inside);
    assert_string_equal(err.fix, fix);
}

static void a_map_is_widened_only_where_that_is_sound(void **state)
{
    static const struct idmap narrow = {1, {{0, 100000, 1000}}};
    static const struct idmap late = {1, {{10, 100000, 1000}}};
    static const struct idmap low = {1, {{10, 1000, 1000}}}; /* the host's own ids */
    static const struct idmap high = {1, {{0, UINT32_MAX - 1000, 1000}}};
    static const struct idmap taken = {2, {{0, 100000, 1000}, {70000, 101000, 1}}};
    static const char none[] = "# the lxc.idmap = g lines have to name it";

    (void)state;
    assert_cover(&narrow, 2992,
                 "# in place of the config's lxc.idmap = g lines\nlxc.idmap = g 0 100000 65536");
    assert_cover(&narrow, 100000,
                 "# in place of the config's lxc.idmap = g lines\nlxc.idmap = g 0 100000 100001");
    assert_cover(&late, 5,
                 "# in place of the config's lxc.idmap = g lines\nlxc.idmap = g 5 99995 1005");
    assert_cover(&low, 5, none);
    assert_cover(&high, 2992, none);
    assert_cover(&taken, 2992, none);
}

/* The printed line is run: of lines that are alike it takes one. */
static void an_include_is_taken_out_and_no_other(void **state)
{
    static const char stays[] =
        "lxc.include = /a.b/gpu.conf.d\n#lxc.include = /a.b/gpu.conf\nlxc.include = /axb/gpu.conf\n"
        "lxc.include = /a.b/gpuxconf\nlxc.include = /c/a.b/gpu.conf\n";
    static const char goes[] = "lxc.include = /a.b/gpu.conf\n lxc.include=/a.b/gpu.conf \n";
    char file[] = "/tmp/hook_advice.XXXXXX";
    char text[1000] = "";
    FILE *config = fdopen(mkstemp(file), "r+");

    (void)state;
    assert_non_null(config);
    assert_true(fputs(goes, config) >= 0 && fputs(stays, config) >= 0 && fflush(config) == 0);
    err_set(&err, 1, 0, "x");
    advice_include(file, "/a.b/gpu.conf", &err);
    assert_int_equal(system(err.fix), 0);
    assert_int_equal(fclose(config), 0);
    config = fopen(file, "r");
    assert_non_null(config);
    assert_int_equal(fread(text, 1, sizeof(text) - 1, config), strlen(stays));
    assert_string_equal(text, stays);
    assert_int_equal(fclose(config), 0);
    assert_int_equal(unlink(file), 0);
    snprintf(text, sizeof(text), "%s.bak", file);
    assert_int_equal(unlink(text), 0);
}

/* ---- more than fits ---------------------------------------------------------------------------
 */

static void a_line_that_does_not_fit_is_left_out_whole(void **state)
{
    static struct err full;

    (void)state;
    err_set(&full, 1, 0, "x");
    for (int i = 0; i < 1000; i++)
        err_fix(&full, "lxc.idmap = g %d", 5000 + i);
    assert_true(strlen(full.fix) > sizeof(full.fix) - 20);
    for (const char *line = full.fix; line; line = strchr(line, '\n')) {
        line += line == full.fix ? 0 : 1;
        assert_int_equal(strcspn(line, "\n"), strlen("lxc.idmap = g 5000"));
    }
    err_fix(&full, "rest");
    assert_null(strstr(full.fix, "\n\n"));
    assert_int_not_equal(full.fix[strlen(full.fix) - 1], '\n');
}

static void fill(struct idmap *map, size_t count)
{
    map->count = count;
    for (uint32_t i = 0; i < count; i++)
        map->extents[i] = (struct idmap_extent){i * 10, 100000 + i * 20, i == 1 ? 5 : 10};
}

static void a_map_that_does_not_fit_is_no_half_map(void **state)
{
    static const size_t counts[] = {151, IDMAP_EXTENTS_MAX};
    static struct idmap map;

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        fill(&map, counts[i]);
        err_set(&err, 1, 0, "x");
        assert_false(advice_map(&map, 'g', &err));
        assert_string_equal(err.fix, "");
        advice_gids(&map, "/srv/lxc/web/config", &err);
        assert_string_equal(err.fix, "lxc-gpu-hook idmap web --write -P /srv/lxc");
        err_set(&err, 1, 0, "x");
        advice_gids(&map, "config", &err);
        assert_int_equal(err.fix[0], '#');
        /* In a hole, the one line that changes is enough. */
        assert_cover(&map, 17,
                     "# in place of the config's line lxc.idmap = g 10 100020 5\n"
                     "lxc.idmap = g 10 100020 10");
        say_unmapped(&map, 900000);
        assert_non_null(strstr(err.text, " more)"));
    }
    /* Behind each map that is printed the line about /etc/subgid has room. */
    for (size_t count = 3; count < 151; count++) {
        fill(&map, count);
        err_set(&err, 1, 0, "x");
        if (!advice_map(&map, 'g', &err))
            continue;
        advice_grant("a-user-of-thirty-two-characters-", 4294967294U, 1, "/etc/subgid", &err);
        assert_non_null(strstr(err.fix, "/etc/subgid"));
    }
    fill(&map, 40);
    err_set(&err, 1, 0, "x");
    assert_true(advice_map(&map, 'g', &err));
    assert_non_null(strstr(err.fix, "lxc.idmap = g 390 100780 10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_include_is_taken_out_and_no_other),
        cmocka_unit_test(the_hook_line_keeps_the_options),
        cmocka_unit_test(only_plain_paths_are_pasted),
        cmocka_unit_test(the_configs_lines_are_found),
        cmocka_unit_test(what_a_mount_entry_means_beside_the_hook),
        cmocka_unit_test(hooks_that_change_a_node_of_the_host),
        cmocka_unit_test(the_hook_is_a_word_of_its_own),
        cmocka_unit_test(what_keeps_a_module_out),
        cmocka_unit_test(who_sets_a_parameter),
        cmocka_unit_test(which_gpu_force_probe_excludes),
        cmocka_unit_test(which_gpu_a_driver_knows),
        cmocka_unit_test(what_the_command_line_keeps_out),
        cmocka_unit_test(security_modules_are_told_apart),
        cmocka_unit_test(each_security_module_has_its_own_lines),
        cmocka_unit_test(a_map_is_widened_only_where_that_is_sound),
        cmocka_unit_test(a_line_that_does_not_fit_is_left_out_whole),
        cmocka_unit_test(a_map_that_does_not_fit_is_no_half_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

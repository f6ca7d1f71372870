/* What is read from the container's files: hostile or odd content gives no wrong facts. */
#include "cmocka_all.h"

#include "base/json.h"
#include "system/access.h"
#include "system/around.h"
#include "system/evidence.h"
#include "system/mounts.h"
#include "system/names.h"
#include "system/place.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char GROUPS[] =
    "root:x:0:\n"
    "no number\n"
    "video:x:44:jelly,plex\n"
    "render:x:104:plex,jelly\n"
    "broken:x:-5:jelly\n"
    "huge:x:99999999999:jelly\n"
    ":x:700:\n"
    "last:x:105:jellyfin";
static const char PASSWD[] =
    "root:x:0:0:root:/root:/bin/sh\n"
    "jelly:x:1000:104:J,,,:/home/jelly:/bin/sh\n"
    "short:x:5\n";

static void names_of_groups_and_users(void **state)
{
    char name[16];
    uint32_t id;

    (void)state;
    assert_true(names_find(GROUPS, 104, name, sizeof(name)));
    assert_string_equal(name, "render");
    assert_true(names_find(GROUPS, 105, name, sizeof(name)));
    assert_string_equal(name, "last");
    assert_false(names_find(GROUPS, 106, name, sizeof(name)));
    assert_false(names_find(GROUPS, 700, name, sizeof(name)));
    assert_false(names_find(GROUPS, 104, name, 6));
    assert_true(names_find_id(GROUPS, "render", &id));
    assert_int_equal(id, 104);
    assert_false(names_find_id(GROUPS, "rende", &id));
    assert_false(names_find_id(GROUPS, "broken", &id));
    assert_false(names_find_id(GROUPS, "huge", &id));
    assert_false(names_find("", 0, name, sizeof(name)));
}

static void members_of_groups(void **state)
{
    uint32_t gid;

    (void)state;
    assert_true(names_group_lists(GROUPS, 104, "jelly"));
    assert_true(names_group_lists(GROUPS, 44, "plex"));
    assert_false(names_group_lists(GROUPS, 105, "jelly"));
    assert_false(names_group_lists(GROUPS, 104, "jell"));
    assert_false(names_group_lists(GROUPS, 0, "root"));
    assert_true(names_primary_group(PASSWD, "jelly", &gid));
    assert_int_equal(gid, 104);
    assert_false(names_primary_group(PASSWD, "short", &gid));
    assert_false(names_primary_group(PASSWD, "nobody", &gid));
}

/* One that no login can set: setgroups refuses the whole list (setgroups(2), EINVAL). */
static void groups_outside_the_map(void **state)
{
    static const struct idmap map = {1, {{0, 100000, 65536}}};
    static const char groups[] = "render:x:104:jelly\nfar:x:1000000:plex,jelly\n";
    char name[16] = "";
    uint32_t gid = 0;

    (void)state;
    assert_true(names_group_outside(groups, "jelly", &map, name, sizeof(name), &gid));
    assert_string_equal(name, "far");
    assert_int_equal(gid, 1000000);
    assert_false(names_group_outside(groups, "root", &map, name, sizeof(name), &gid));
    assert_false(
        names_group_outside("render:x:104:jelly\n", "jelly", &map, name, sizeof(name), &gid));
}

/* Only a system service has a unit whose settings may be to blame. */
static void units_of_processes(void **state)
{
    static const struct {
        const char *first, *own, *unit;
    } rows[] = {
        {"0::/init.scope\n", "0::/system.slice/jellyfin.service\n", "jellyfin.service"},
        {"0::/init.scope\n", "0::/system.slice/system-plex.slice/plex@1.service/sub\n",
         "plex@1.service"},
        {"0::/init.scope\n", "0::/system.slice/gpu-verify-like-a.service\n", "a.service"},
        {"12:devices:/x\n1:name=systemd:/init.scope\n",
         "12:devices:/y.service\n1:name=systemd:/system.slice/a.service\n", "a.service"},
        /* Below the container's own manager, whatever the host's unit is. */
        {"0::/machine.slice/n@v.service/payload/init.scope\n",
         "0::/machine.slice/n@v.service/payload/system.slice/a.service\n", "a.service"},
        {"0::/machine.slice/n@v.service/payload/init.scope\n",
         "0::/machine.slice/n@v.service/payload/user.slice/user-0.slice/session-1.scope\n", NULL},
        {"0::/init.scope\n", "0::/user.slice/user-1000.slice/session-3.scope\n", NULL},
        {"0::/init.scope\n", "0::/user.slice/user-1.slice/user@1.service/app.slice/a.service\n",
         NULL},
        {"0::/\n", "0::/\n", NULL},
        {"0::/system.slice/docker.service\n", "0::/system.slice/docker.service\n", NULL},
        {"", "0::/system.slice/a.service\n", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char unit[64] = "";
        bool is_unit = around_unit(rows[i].first, rows[i].own, unit, sizeof(unit));
        assert_int_equal(is_unit, rows[i].unit != NULL);
        assert_string_equal(unit, rows[i].unit ? rows[i].unit : "");
    }
}

static void settings_of_units(void **state)
{
    static const struct {
        const char *text;
        bool does_deny;
    } rows[] = {
        {"PrivateDevices=no\nDevicePolicy=auto\n", false},
        {"PrivateDevices=yes\nDevicePolicy=closed\n", true},
        {"DevicePolicy=closed\nDeviceAllow=char-drm rw\n", false},
        {"DevicePolicy=strict\nDeviceAllow=/dev/dri/renderD128 rwm\n", false},
        {"DevicePolicy=closed\nDeviceAllow=/dev/dri/renderD129 rw\n", true},
        {"DevicePolicy=closed\nDeviceAllow=char-drm r\n", true},
        {"DevicePolicy=auto\nDeviceAllow=\n", false},
        {"DevicePolicy=auto\nDeviceAllow=char-rtc r\n", true},
        {"DevicePolicy=auto\nDeviceAllow=char-rtc r\nDeviceAllow=char-drm rw", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct around_facts around = {0};
        around_settings(rows[i].text, "/dev/dri/renderD128", &around);
        if (around.does_unit_deny != rows[i].does_deny)
            fail_msg("row %zu", i);
    }
}

/* A private /dev is another file system, a bind mount another part of one; the rest is the same. */
static void mounts_of_their_own(void **state)
{
    static const char first[] =
        "20 1 8:1 / / rw - ext4 a rw\n21 20 0:5 / /dev rw - devtmpfs b rw\n";
    static const char same[] =
        "90 89 8:1 / / ro - ext4 a rw\n91 90 0:5 / /dev rw - devtmpfs b rw\n";
    static const char fresh[] = "90 89 8:1 / / rw - ext4 a rw\n91 90 0:77 / /dev rw - tmpfs t rw\n";
    static const char part[] =
        "90 89 8:1 / / rw - ext4 a rw\n91 90 0:5 / /dev rw - devtmpfs b rw\n"
        "92 91 0:5 /null /dev/dri rw - devtmpfs b rw\n";

    (void)state;
    assert_false(around_differs(first, same, "/dev/dri/renderD128"));
    assert_true(around_differs(first, fresh, "/dev/dri/renderD128"));
    assert_true(around_differs(first, part, "/dev/dri/renderD128"));
    assert_false(around_differs(first, fresh, "/etc"));
    assert_false(around_differs("", fresh, "/dev/dri/renderD128"));
}

static void the_mount_of_a_path(void **state)
{
    static const char text[] =
        "20 1 8:1 /var/lib/lxc/web/rootfs / rw,relatime - ext4 /dev/sda1 rw\n"
        "21 20 0:5 / /dev rw,nosuid - tmpfs none rw\n"
        "22 21 0:6 / /dev/dri ro,nosuid,nodev,noexec - tmpfs none ro\n"
        "23 20 0:7 / /a\\040b rw - tmpfs none rw\n"
        "24 20 0:7 / /dev rw,noatime - tmpfs none rw\n"
        "25 broken\n";
    struct mount_entry entry;

    (void)state;
    assert_true(mounts_find(text, "/dev/dri/renderD128", &entry));
    assert_string_equal(entry.point, "/dev/dri");
    assert_string_equal(entry.options, "ro,nosuid,nodev,noexec");
    assert_true(mounts_find(text, "/dev/drill", &entry));
    assert_string_equal(entry.point, "/dev");
    assert_string_equal(entry.options, "rw,noatime");
    assert_true(mounts_find(text, "/a b/c", &entry));
    assert_string_equal(entry.point, "/a b");
    assert_true(mounts_find(text, "/etc", &entry));
    assert_string_equal(entry.root, "/var/lib/lxc/web/rootfs");
    assert_false(mounts_find("", "/etc", &entry));
    assert_false(mounts_find("x y z\n", "/etc", &entry));
}

static enum place placed(struct place_evidence evidence)
{
    if (!evidence.manager)
        evidence.manager = "";
    if (!evidence.cgroup)
        evidence.cgroup = "";
    if (!evidence.mountinfo)
        evidence.mountinfo = "";
    return place_decide(&evidence);
}

static void places(void **state)
{
    (void)state;
    assert_int_equal(placed((struct place_evidence){0}), PLACE_HOST);
    assert_int_equal(placed((struct place_evidence){.is_hypervisor = true}), PLACE_VM);
    assert_int_equal(placed((struct place_evidence){.manager = "lxc", .is_hypervisor = true}),
                     PLACE_LXC);
    assert_int_equal(placed((struct place_evidence){.manager = "systemd-nspawn"}), PLACE_NSPAWN);
    assert_int_equal(placed((struct place_evidence){.manager = "whatever"}), PLACE_CONTAINER);
    assert_int_equal(placed((struct place_evidence){.manager = "docker"}), PLACE_DOCKER);
    assert_int_equal(placed((struct place_evidence){.manager = "podman"}), PLACE_PODMAN);
    assert_int_equal(placed((struct place_evidence){.manager = "oci"}), PLACE_OCI);
    assert_int_equal(placed((struct place_evidence){.manager = "lxc-libvirt"}), PLACE_LXC);
    assert_int_equal(placed((struct place_evidence){.manager = "incus"}), PLACE_INCUS);
    assert_int_equal(placed((struct place_evidence){.has_docker_file = true}), PLACE_DOCKER);
    assert_int_equal(
        placed((struct place_evidence){.has_docker_file = true, .has_podman_file = true}),
        PLACE_PODMAN);
    assert_int_equal(placed((struct place_evidence){.cgroup = "0::/lxc.payload.web/init.scope\n"}),
                     PLACE_LXC);
    assert_int_equal(placed((struct place_evidence){.is_user_namespace = true}), PLACE_CONTAINER);
    assert_int_equal(
        placed((struct place_evidence){.cgroup = "0::/machine.slice/libpod-12.scope\n"}),
        PLACE_PODMAN);
    assert_int_equal(placed((struct place_evidence){.cgroup = "0::/docker/1234\n"}), PLACE_DOCKER);
    assert_int_equal(
        placed((struct place_evidence){.cgroup = "0::/system.slice/docker-12.scope\n"}),
        PLACE_DOCKER);
    assert_int_equal(placed((struct place_evidence){.cgroup = "9:devices:/lxc/web\n"}), PLACE_LXC);
    assert_int_equal(
        placed((struct place_evidence){
            .mountinfo = "30 20 0:9 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n"}),
        PLACE_LXC);
    assert_int_equal(placed((struct place_evidence){.manager = "lxc", .has_incus_folder = true}),
                     PLACE_INCUS);
    assert_int_equal(placed((struct place_evidence){.has_incus_folder = true}), PLACE_HOST);
    /* A host that runs lxcfs is still a host. */
    assert_int_equal(placed((struct place_evidence){
                         .mountinfo = "30 20 0:9 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n"
                                      "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"}),
                     PLACE_HOST);
}

/* Without container= and files of their own: by the pod's variables, or by where the layers lie. */
static void places_without_a_manager(void **state)
{
    static const struct {
        const char *mountinfo;
        enum place place;
    } rows[] = {
        {"1 0 0:9 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.x/7/fs\n",
         PLACE_OCI},
        {"1 0 0:9 / / rw - overlay overlay rw,lowerdir=/l/A,upperdir=/var/lib/docker/overlay2/b\n",
         PLACE_DOCKER},
        {"1 0 0:9 / / rw - overlay o "
         "rw,upperdir=/home/u/.local/share/containers/storage/overlay/b\n",
         PLACE_PODMAN},
        {"1 0 0:9 / / ro - overlay composefs ro,lowerdir+=/run/ostree/.private/cfsroot-lower\n",
         PLACE_HOST},
        {"1 0 0:9 / / rw - overlay / rw,lowerdir=/cow/filesystem.squashfs,upperdir=/cow/rw\n",
         PLACE_HOST},
        /* A host that runs containers has their mounts elsewhere. */
        {"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
         "2 1 0:9 / /run/x rw - overlay overlay rw,lowerdir=/var/lib/containerd/1/fs\n",
         PLACE_HOST},
        {"1 0 8:1 /var/lib/containerd / rw - ext4 /dev/sda1 rw\n", PLACE_HOST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct place_evidence evidence = {.mountinfo = rows[i].mountinfo};
        if (placed(evidence) != rows[i].place)
            fail_msg("%s", rows[i].mountinfo);
    }
    assert_int_equal(
        placed((struct place_evidence){.is_kubernetes = true, .has_docker_file = true}), PLACE_OCI);
    assert_int_equal(placed((struct place_evidence){.cgroup = "0::/kubepods/pod1/x\n"}), PLACE_OCI);
}

/* Docker's user namespace is another's, its user's, or its own by userns-remap. */
static void nested_places(void **state)
{
    static const struct idmap outer = {1, {{0, 100000, 65536}}};
    static const struct idmap rootless = {2, {{0, 1000, 1}, {1, 100000, 65536}}};
    static const struct idmap initial = {1, {{0, 0, 4294967295U}}};
    static const char remap[] =
        "900 800 0:70 / / rw - overlay overlay "
        "rw,upperdir=/var/lib/docker/100000.100000/overlay2/ab/diff\n";
    static const char plain[] =
        "900 800 0:70 / / rw - overlay overlay "
        "rw,upperdir=/var/lib/docker/overlay2/ab/diff\n";

    (void)state;
    assert_true(place_is_nested(PLACE_DOCKER, &outer, plain));
    assert_true(place_is_nested(PLACE_PODMAN, &outer, ""));
    assert_false(place_is_nested(PLACE_DOCKER, &rootless, plain));
    assert_false(place_is_nested(PLACE_DOCKER, &outer, remap));
    assert_false(place_is_nested(PLACE_DOCKER, &initial, plain));
    assert_false(place_is_nested(PLACE_LXC, &outer, ""));
}

static void labels_of_security_modules(void **state)
{
    (void)state;
    assert_int_equal(label_kind(""), LABEL_NONE);
    assert_int_equal(label_kind("system_u:system_r:container_t:s0:c1,c2"), LABEL_SELINUX);
    assert_int_equal(label_kind("docker-default (enforce)"), LABEL_APPARMOR);
    assert_int_equal(label_kind("lxc-a_</var/lib/lxc>//&:lxc-a_<-var-lib-lxc>:un (enforce)"),
                     LABEL_APPARMOR);
}

static void memory_that_ran_out(void **state)
{
    (void)state;
    assert_int_equal(memory_failures_parse("low 0\nhigh 3\nmax 812\noom 0\noom_kill 0\n"), 0);
    assert_int_equal(memory_failures_parse("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n"
                                           "oom_group_kill 5\n"),
                     3);
    assert_int_equal(memory_failures_parse(""), 0);
}

static void names_of_lxc_containers(void **state)
{
    struct place_facts place = {.name = "hostname"};

    (void)state;
    place_name_lxc("20 1 8:1 / / rw - zfs tank/ct rw\n", &place);
    assert_string_equal(place.name, "hostname");
    assert_int_equal(place.starter, STARTER_UNKNOWN);
    place_name_lxc("20 1 8:1 /var/lib/lxc/web/rootfs / rw - ext4 /dev/sda1 rw\n", &place);
    assert_string_equal(place.name, "web");
    assert_int_equal(place.starter, STARTER_ROOT);
    place_name_lxc("20 1 8:1 /home/lxc/.local/share/lxc/tv/rootfs / rw - ext4 /dev/sda1 rw\n",
                   &place);
    assert_string_equal(place.name, "tv");
    assert_int_equal(place.starter, STARTER_USER);
    place_name_lxc("20 1 8:1 //rootfs / rw - ext4 /dev/sda1 rw\n", &place);
    assert_string_equal(place.name, "tv");
}

static void distributions(void **state)
{
    static const struct {
        const char *text;
        enum distro distro;
        bool is_ubuntu;
    } rows[] = {
        {"NAME=x\nID=debian\n", DISTRO_DEBIAN, false},
        {"ID=ubuntu\nID_LIKE=debian\n", DISTRO_DEBIAN, true},
        {"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", DISTRO_DEBIAN, true},
        {"ID=fedora\n", DISTRO_FEDORA, false},
        {"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", DISTRO_FEDORA, false},
        {"ID=alpine", DISTRO_ALPINE, false},
        {"ID=arch\n", DISTRO_ARCH, false},
        {"ID=void\n", DISTRO_UNKNOWN, false},
        {"ID=archaic\n", DISTRO_UNKNOWN, false},
        {"", DISTRO_UNKNOWN, false},
        {"ID=\n", DISTRO_UNKNOWN, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct place_facts place = {0};
        place_distro(rows[i].text, &place);
        if (place.distro != rows[i].distro || place.is_ubuntu != rows[i].is_ubuntu)
            fail_msg("%s", rows[i].text);
    }
}

static void json_strings_are_valid_utf8(void **state)
{
    static const struct {
        const char *value, *written;
    } rows[] = {
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"tab\tnl\n\x01\x7f", "\"tab\\u0009nl\\u000a\\u0001\\u007f\""},
        {"\x1f \x7e\x20", "\"\\u001f ~ \""},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xa5",
         "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xa5\""},
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},                       /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* above U+10FFFF */
        {"\xe2\x82", "\"\\ufffd\\ufffd\""},                       /* cut short */
        {"\xff", "\"\\ufffd\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[128] = "";
        FILE *out = fmemopen(text, sizeof(text), "w");
        struct json json = {.out = out};
        assert_non_null(out);
        json_string(&json, NULL, rows[i].value);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(text, rows[i].written);
    }
}

/* Between the look at the node and its opening it may become another device. */
static void a_node_that_was_exchanged_is_not_used(void **state)
{
    struct node_facts node = {.mode = S_IFCHR | 0666,
                              .major = 226,
                              .minor = 128,
                              .is_named_render = true,
                              .named_minor = 128,
                              .path = "/dev/null",
                              .real = "/dev/null"};
    struct access_facts access;
    int fd = 5;

    (void)state;
    access_collect(&node, &access, &fd);
    assert_int_equal(fd, -1);
    assert_true(access.is_open_tried);
    assert_int_equal(access.open_error, ESTALE);
    assert_int_equal(access.null_error, 0);
    node.minor = 5; /* no render node at all: it is not opened */
    access_collect(&node, &access, &fd);
    assert_int_equal(fd, -1);
    assert_false(access.is_open_tried);
}

/* JSON has no word for what is no number. */
static void json_numbers_are_numbers(void **state)
{
    char text[128] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");
    struct json json = {.out = out};

    (void)state;
    assert_non_null(out);
    json_real(&json, NULL, 1.5);
    json_real(&json, "a", NAN);
    json_real(&json, "b", -INFINITY);
    json_signed(&json, NULL, -1);
    json_number(&json, NULL, UINT64_MAX);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "1.500, \"a\": null, \"b\": null, -1, 18446744073709551615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_groups_and_users),
        cmocka_unit_test(members_of_groups),
        cmocka_unit_test(groups_outside_the_map),
        cmocka_unit_test(units_of_processes),
        cmocka_unit_test(settings_of_units),
        cmocka_unit_test(mounts_of_their_own),
        cmocka_unit_test(the_mount_of_a_path),
        cmocka_unit_test(places),
        cmocka_unit_test(places_without_a_manager),
        cmocka_unit_test(nested_places),
        cmocka_unit_test(labels_of_security_modules),
        cmocka_unit_test(memory_that_ran_out),
        cmocka_unit_test(names_of_lxc_containers),
        cmocka_unit_test(distributions),
        cmocka_unit_test(json_strings_are_valid_utf8),
        cmocka_unit_test(a_node_that_was_exchanged_is_not_used),
        cmocka_unit_test(json_numbers_are_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * status: what the kernel says of open nodes, as i915, xe and amdgpu say it, and which container it
 * belongs to; from a /proc that is made of files.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/prometheus.h"
#include "cmocka_all.h"
#include "usage/metrics.h"
#include "usage/rows.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SECOND 1000000000ULL

/* ---- fdinfo ---------------------------------------------------------------------------------- */

/* Linux 6.12, an encode: the video engine works for 570 ms of a second, render for 31. */
#define I915(render, video)                                                                        \
    "pos:\t0\nflags:\t02400002\nmnt_id:\t27\nino:\t652\ndrm-driver:\ti915\ndrm-client-id:\t42\n"   \
    "drm-pdev:\t0000:00:02.0\ndrm-total-system0:\t18432 KiB\ndrm-engine-render:\t" #render         \
    " ns\n"                                                                                        \
    "drm-engine-copy:\t0 ns\ndrm-engine-video:\t" #video                                           \
    " ns\ndrm-engine-capacity-video:\t2\n"                                                         \
    "drm-engine-video-enhance:\t7 ns\n"
/* Cycles of 19.2 MHz. */
#define XE(vcs, passed)                                                                            \
    "pos:\t0\ndrm-driver:\txe\ndrm-client-id:\t7\ndrm-pdev:\t0000:03:00.0\n"                       \
    "drm-total-vram0:\t0\ndrm-cycles-rcs:\t0\ndrm-total-cycles-rcs:\t" #passed                     \
    "\ndrm-cycles-vcs:\t" #vcs "\ndrm-total-cycles-vcs:\t" #passed                                 \
    "\ndrm-engine-capacity-vcs:\t2\n"
#define AMDGPU(enc)                                                                                \
    "pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t14\ndrm-pdev:\t0000:0a:00.0\npasid:\t32771\n"   \
    "drm-memory-vram:\t20480 KiB\ndrm-engine-gfx:\t1000 ns\ndrm-engine-enc:\t" #enc " ns\n"

static uint32_t busy(const char *before, const char *after, const char *engine)
{
    struct drm_client then;
    struct drm_client now;

    assert_true(fdinfo_read(before, &then));
    assert_true(fdinfo_read(after, &now));
    assert_non_null(drm_engine_find(&then, engine));
    return drm_engine_busy(drm_engine_find(&then, engine), drm_engine_find(&now, engine), SECOND);
}

static void i915_counts_nanoseconds_of_each_engine(void **state)
{
    struct drm_client client;
    const char *before = I915(5000000000, 9000000000);
    const char *after = I915(5031000000, 9570000000);

    (void)state;
    assert_true(fdinfo_read(before, &client));
    assert_string_equal(client.driver, "i915");
    assert_string_equal(client.pci, "0000:00:02.0");
    assert_int_equal(client.id, 42);
    assert_int_equal(client.engine_count, 4);
    assert_int_equal(busy(before, after, "render"), 31);
    /* of two engines */
    assert_int_equal(busy(before, after, "video"), 285);
    assert_int_equal(busy(before, after, "copy"), 0);
}

static void xe_counts_cycles_among_those_that_passed(void **state)
{
    (void)state;
    assert_int_equal(busy(XE(1000, 19200000), XE(9601000, 38400000), "vcs"), 250);
    assert_int_equal(busy(XE(1000, 19200000), XE(9601000, 38400000), "rcs"), 0);
}

static void amdgpu_names_its_engines_otherwise(void **state)
{
    (void)state;
    assert_int_equal(busy(AMDGPU(2000), AMDGPU(910002000), "enc"), 910);
    assert_int_equal(busy(AMDGPU(2000), AMDGPU(910002000), "gfx"), 0);
}

static double seconds(const char *before, const char *after, const char *engine)
{
    struct drm_client then;
    struct drm_client now;

    assert_true(fdinfo_read(after, &now));
    if (!before)
        return drm_engine_seconds(NULL, drm_engine_find(&now, engine), SECOND);
    assert_true(fdinfo_read(before, &then));
    return drm_engine_seconds(drm_engine_find(&then, engine), drm_engine_find(&now, engine),
                              SECOND);
}

/* 19.2 million cycles pass in a second. */
static void the_seconds_of_an_engine_are_those_it_worked_for(void **state)
{
    (void)state;
    assert_float_equal(seconds(NULL, I915(0, 2500000000), "video"), 2.5, 1e-9);
    assert_float_equal(seconds(XE(0, 1000), XE(28800000, 19201000), "vcs"), 1.5, 1e-9);
    assert_float_equal(seconds(NULL, XE(28800000, 19201000), "vcs"), 0, 1e-9);
    assert_float_equal(seconds(XE(0, 19201000), XE(28800000, 19201000), "vcs"), 0, 1e-9);
}

static void a_counter_that_went_back_or_too_far_is_no_share(void **state)
{
    (void)state;
    assert_int_equal(busy(AMDGPU(2000), AMDGPU(1000), "enc"), 0);
    assert_int_equal(busy(AMDGPU(2000), AMDGPU(18446744073709551615), "enc"), 1000);
    assert_int_equal(busy(XE(5, 100), XE(9, 100), "vcs"), 0);
}

static void what_is_no_gpu_is_none(void **state)
{
    static const char *const texts[] = {"",
                                        "pos:\t0\nflags:\t02\n",
                                        "drm-driver:\ti915\n",
                                        "drm-client-id:\t1\n",
                                        "drm-driver:\ti915\ndrm-client-id:\tx\n",
                                        "drm-driver\ndrm-client-id:\t1\n",
                                        "drm-driver:\ndrm-client-id:\t1\n"};
    struct drm_client client;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(fdinfo_read(texts[i], &client));
}

static void more_engines_than_fit_are_left_out(void **state)
{
    char text[4000] = "drm-driver:\tx\ndrm-client-id:\t1\ndrm-engine-:\t5 ns\n";
    struct drm_client client;

    (void)state;
    for (int i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "drm-engine-e%d:\t%d ns\ndrm-engine-capacity-e%d:\t0\n", i, i, i);
    assert_true(fdinfo_read(text, &client));
    assert_int_equal(client.engine_count, FDINFO_ENGINES_MAX);
    assert_int_equal(client.engines[3].nanoseconds, 3);
    assert_int_equal(client.engines[3].capacity, 1);
}

/* ---- which container ------------------------------------------------------------------------- */

static void a_cgroup_names_its_container(void **state)
{
    static const struct {
        const char *text, *cgroup, *name;
    } rows[] = {
        {"0::/lxc.payload.web\n", "/lxc.payload.web", "web"},
        {"0::/lxc.payload.web/system.slice/a.service\n", "/lxc.payload.web", "web"},
        {"0::/user.slice/user-7001.slice/lxc.payload.u1/init.scope\n",
         "/user.slice/user-7001.slice/lxc.payload.u1", "u1"},
        {"0::/lxc/101/ns/init.scope\n", "/lxc/101", "101"},
        {"0::/lxc.payload/web/x\n", "/lxc.payload/web", "web"},
        {"12:devices:/lxc.payload.web\n0::/lxc.payload.web\n", "/lxc.payload.web", "web"},
    };
    static const char *const hosts[] = {"", "0::/\n", "0::/lxc.monitor.web\n", "0::/init.scope\n",
                                        "0::/user.slice/lxc/x\n"};
    char cgroup[512];
    char name[256];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(scan_cgroup_find(rows[i].text, cgroup, sizeof(cgroup)));
        assert_string_equal(cgroup, rows[i].cgroup);
        scan_name_find("", cgroup, name, sizeof(name));
        assert_string_equal(name, rows[i].name);
    }
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        assert_false(scan_cgroup_find(hosts[i], cgroup, sizeof(cgroup)));
    assert_false(scan_cgroup_find(rows[2].text, cgroup, 20));
    /* "-1" is LXC's when the first name was taken: the monitor knows better */
    scan_name_find("[lxc monitor] /var/lib/lxc web", "/lxc.payload.web-1", name, sizeof(name));
    assert_string_equal(name, "web");
    scan_name_find("[lxc monitor] /var/lib/lxc \033]0;x", "/lxc.payload.x", name, sizeof(name));
    assert_string_equal(name, "\\x1b]0;x");
}

static void a_monitor_names_its_path(void **state)
{
    char path[256];

    (void)state;
    scan_path_find("[lxc monitor] /var/lib/lxc web", path, sizeof(path));
    assert_string_equal(path, "/var/lib/lxc");
    scan_path_find("[lxc monitor] /srv/a b web", path, sizeof(path));
    assert_string_equal(path, "/srv/a b");
    scan_path_find("[lxc monitor] web", path, sizeof(path));
    assert_string_equal(path, "");
    scan_path_find("", path, sizeof(path));
    assert_string_equal(path, "");
}

static void a_start_is_behind_a_name_with_brackets(void **state)
{
    (void)state;
    assert_int_equal(scan_started("7 (a) b ) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
                                  "123456 99 1\n"),
                     123456);
    assert_int_equal(scan_started("7 (a) S 1"), 0);
    assert_int_equal(scan_started(""), 0);
}

/* ---- a /proc --------------------------------------------------------------------------------- */

static void put(int proc, const char *path, const char *text)
{
    char directory[200];
    char *slash = directory;
    int fd;

    snprintf(directory, sizeof(directory), "%s", path);
    while ((slash = strchr(slash, '/'))) {
        *slash = '\0';
        (void)mkdirat(proc, directory, 0755);
        *slash++ = '/';
    }
    fd = openat(proc, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
}

static void process_put(int proc, int pid, int parent, const char *cgroup, const char *nspid)
{
    char path[64];
    char text[200];

    snprintf(path, sizeof(path), "%d/cgroup", pid);
    snprintf(text, sizeof(text), "0::%s\n", cgroup);
    put(proc, path, text);
    snprintf(path, sizeof(path), "%d/status", pid);
    snprintf(text, sizeof(text), "Name:\tx\nPPid:\t%d\nNSpid:\t%s\n", parent, nspid);
    put(proc, path, text);
    snprintf(path, sizeof(path), "%d/stat", pid);
    snprintf(text, sizeof(text), "%d (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0\n", pid,
             pid * 100);
    put(proc, path, text);
    snprintf(path, sizeof(path), "%d/fdinfo/0", pid);
    put(proc, path, "pos:\t0\nflags:\t0\n");
}

/* Docker in container web; a container of another user's that uses nothing; the host's desktop. */
static int proc_make(char *folder)
{
    int proc;

    assert_non_null(mkdtemp(folder));
    proc = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(proc >= 0);
    process_put(proc, 10, 1, "/lxc.monitor.web", "10");
    put(proc, "10/cmdline", "[lxc monitor] /var/lib/lxc web");
    process_put(proc, 11, 10, "/lxc.payload.web-1/init.scope", "11\t1");
    process_put(proc, 12, 11, "/lxc.payload.web-1/docker/abc", "12\t20\t1");
    process_put(proc, 13, 12, "/lxc.payload.web-1/docker/abc", "13\t21\t2");
    process_put(proc, 20, 1, "/user.slice/lxc.payload.idle", "20\t1");
    process_put(proc, 30, 1, "/user.slice/desktop", "30");
    return proc;
}

static void clients_put(int proc, bool is_after)
{
    const char *text = is_after ? I915(5031000000, 9570000000) : I915(5000000000, 9000000000);

    put(proc, "12/fdinfo/5", text);
    put(proc, "12/fdinfo/6", text); /* the same once more */
    put(proc, "13/fdinfo/5", text); /* inherited */
    put(proc, "30/fdinfo/9", text); /* of the host */
}

static void proc_remove(const char *folder, int proc)
{
    char command[100];

    (void)close(proc);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of our own */
}

static const struct gpu_list host = {
    .count = 2,
    .nodes = {{.name = "card0", .node_minor = 0, .pci = "0000:00:02.0", .driver = "i915"},
              {.name = "renderD128",
               .is_render = true,
               .node_minor = 128,
               .pci = "0000:00:02.0",
               .driver = "i915",
               .vendor_id = 0x8086,
               .device_id = 0x46a6}}};

static void is_golden_text(const char *path, const char *text)
{
    CLEANUP_FREE char *wanted = NULL;
    size_t size;

    if (getenv("GOLDEN_UPDATE"))
        assert_int_equal(file_put(path, text, strlen(text), 0644), 0);
    assert_int_equal(file_read_at(AT_FDCWD, path, 1u << 20, &wanted, &size), 0);
    assert_string_equal(text, wanted);
}

/* The second is of a name that has to be escaped, and does not answer; the third says it is the
 * first. */
static void metrics_are_golden(const struct row *rows, size_t count, struct scan *scan)
{
    /* In the order of a directory that is not /proc. */
    const size_t web = strcmp(scan->containers[0].name, "web") == 0 ? 0 : 1;
    struct scan_container *other = &scan->containers[1 - web];
    const struct scan_container again = scan->containers[web];
    const struct metrics_container all[] = {
        {.container = &scan->containers[web], .has_right = true, .nodes = 2},
        {.container = other, .nodes = 0, .is_unknown = true},
        {.container = &again, .nodes = 1}};
    const struct usage_metrics metrics = {all, 3, rows, count, 1700000002};
    const struct usage_metrics none = {.now = 1700000002};
    CLEANUP_FREE char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    snprintf(other->name, sizeof(other->name), "a\"b\\x0a");
    usage_metrics_print(&metrics, out);
    assert_int_equal(fclose(out), 0);
    is_golden_text(GOLDEN_FOLDER "/metrics.prom", text);
    assert_non_null(strstr(text, "{container=\"a\\\"b\\\\x0a\","));
    /* Nobody runs: no metric without a sample. */
    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    usage_metrics_print(&none, out);
    assert_int_equal(fclose(out), 0);
    assert_null(strstr(text, "container_"));
    assert_non_null(strstr(text, "\nlxc_gpu_containers_running 0\n"));
}

static void is_golden(const struct row *rows, size_t count, const struct scan *scan)
{
    static const char path[] = GOLDEN_FOLDER "/busy.json";
    CLEANUP_FREE char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    rows_print_json(rows, count, scan, out);
    assert_int_equal(fclose(out), 0);
    is_golden_text(path, text);
}

static void a_container_has_the_share_of_its_processes_and_nobody_elses(void **state)
{
    static const struct node_seen seen = {.node_minor = 128, .has_group = true, .group = 104};
    char folder[] = "/tmp/hook_usage.XXXXXX";
    int proc = proc_make(folder);
    struct scan before;
    struct scan after;
    struct row rows[2] = {{.node_minor = 128, .node = &host.nodes[1], .seen = &seen},
                          {.node_minor = 129}};
    uint64_t first = 0;

    (void)state;
    clients_put(proc, false);
    assert_int_equal(scan_read(proc, &before), 0);
    clients_put(proc, true);
    assert_int_equal(scan_read(proc, &after), 0);
    assert_int_equal(after.container_count, 2);
    assert_int_equal(after.client_count, 1);
    assert_int_equal(after.unseen, 0);
    for (size_t i = 0; i < 2; i++) {
        bool is_web = strcmp(after.containers[i].cgroup, "/lxc.payload.web-1") == 0;
        assert_string_equal(after.containers[i].name, is_web ? "web" : "idle");
        assert_int_equal(after.containers[i].init, is_web ? 11 : 20);
        after.containers[i].owner = is_web ? 0 : 7001; /* whoever runs this test made the files */
        rows[is_web ? 0 : 1].container = &after.containers[i];
        snprintf(rows[is_web ? 0 : 1].started_by, sizeof(rows[0].started_by),
                 is_web ? "root" : "u");
    }
    row_add_clients(&before, &after, SECOND, &host, &rows[0], &first);
    row_add_clients(&before, &after, SECOND, &host, &rows[1], &first);
    assert_int_equal(rows[0].users, 1);
    assert_true(first == 1200 || first == 1300);
    assert_int_equal(rows[1].users, 0);
    rows[0].since = 1700000000;
    is_golden(rows, 2, &after);
    metrics_are_golden(rows, 2, &after);
    scan_close(&before);
    scan_close(&after);
    proc_remove(folder, proc);
}

/* The text format of Prometheus 0.0.4 knows three escapes in a label's value. */
static void a_label_ends_where_its_value_does(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    prometheus_label(out, "{", "name", "a\"b\\c\nd");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "{name=\"a\\\"b\\\\c\\nd\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_ends_where_its_value_does),
        cmocka_unit_test(i915_counts_nanoseconds_of_each_engine),
        cmocka_unit_test(xe_counts_cycles_among_those_that_passed),
        cmocka_unit_test(amdgpu_names_its_engines_otherwise),
        cmocka_unit_test(the_seconds_of_an_engine_are_those_it_worked_for),
        cmocka_unit_test(a_counter_that_went_back_or_too_far_is_no_share),
        cmocka_unit_test(what_is_no_gpu_is_none),
        cmocka_unit_test(more_engines_than_fit_are_left_out),
        cmocka_unit_test(a_cgroup_names_its_container),
        cmocka_unit_test(a_monitor_names_its_path),
        cmocka_unit_test(a_start_is_behind_a_name_with_brackets),
        cmocka_unit_test(a_container_has_the_share_of_its_processes_and_nobody_elses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

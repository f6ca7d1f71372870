/* SPDX-License-Identifier: MIT */
/* Device rules of a config: what they allow, in each of LXC's ways; which line is to blame; what
 * helps. */
#include "cmocka_all.h"
#include "config/devices.h"
#include "plan/device_verdict.h"
#include "say/advice_devices.h"
#include "say/say.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct device_rules rules;
static struct device_case devices;
static struct err err;

/* "+c 226:* rwm;-a": + allows, - denies, ! empties the allows, ? the denies; @ before: of a
 * package. */
static void rules_set(enum device_model model, const char *text)
{
    char copy[512];
    char *rest = NULL;
    unsigned line = 0;

    memset(&rules, 0, sizeof(rules));
    rules.model = model;
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *word = strtok_r(copy, ";", &rest); word; word = strtok_r(NULL, ";", &rest)) {
        bool is_package = *word == '@';
        char key[64];
        word += is_package;
        snprintf(key, sizeof(key), "lxc.cgroup%s.devices.%s", model == DEVICES_V1 ? "" : "2",
                 strchr("+!", *word) ? "allow" : "deny");
        struct device_place *place = device_rules_add(&rules, key, word + 1);
        line++;
        if (!place)
            continue;
        snprintf(place->file, sizeof(place->file), "%s",
                 is_package ? "/usr/share/lxc/config/gpu-privileged.conf"
                            : "/var/lib/lxc/c1/config");
        place->line = line;
    }
}

#define BASICS "-a;+c *:* m;+c 1:3 rwm;+c 136:* rwm"

/* By hand, from devcgroup_update_access() of the kernel and bpf_list_add_device() of LXC. */
static const struct {
    const char *text;
    bool v1, v2, in_order; /* node 226:128 may be opened */
} judged[] = {
    {"", true, true, true},
    {BASICS, false, false, false},
    {BASICS ";+c 226:* rwm", true, true, true},
    {"+c 226:* rwm;" BASICS, false, false, true}, /* the first that fits */
    {BASICS ";+c 226:* rwm;!;?", true, true, true},
    {BASICS ";+c 226:* rwm;!", false, true, false}, /* v2: "deny = a" alone is no program */
    {"-a", false, true, false},
    {"+a", true, true, true},
    {"-a;+a", true, true, true},
    {"+c 226:* rwm", true, true, true},
    {"+c 10:200 rwm", true, false, false},
    {"-c 226:* rwm", false, false, false},
    {"-c 10:200 rwm", true, false, false},
    {"+a;-c 10:200 rwm", true, true, true},
    {"+a;-c 226:128 rwm", false, false, false},
    {"+a;-c 226:129 rwm", true, true, true},
    /* v1 denies when any of it is denied; a program only when all that is asked for is in its mask
     */
    {"+a;-c 226:128 w", false, true, true},
    {"+a;-c 226:128 m", true, true, true},
    {"+a;-a", false, true, false},
    /* a number is taken off a list only as it was put there; on v2 a deny line of another is
       nothing */
    {BASICS ";+c 226:* rwm;-c 226:128 rwm", true, true, true},
    {BASICS ";+c 226:* rwm;-c 226:* rwm", false, false, false},
    {BASICS ";+c 226:* rwm;-c 226:* rwm;+c 226:* rwm", true, true, true},
    {BASICS ";+c 226:* rwm;-c 226:* rw", false, true, true},
    {BASICS ";+c 226:128 r;+c 226:128 w", true, false, false},
    {BASICS ";+c 226:128 rw", true, true, true},
    {BASICS ";+b 226:128 rwm", false, false, false},
    {BASICS ";+a *:* rwm", true, true, true},
    {BASICS ";+c 226:129 rwm", false, false, false},
    {BASICS ";+c 2261:* rwm", false, false, false},
    {BASICS ";+c 226:128", false, false, false}, /* no rule: LXC refuses the config */
};

static void rules_are_judged_in_their_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++)
        for (int model = DEVICES_V1; model <= DEVICES_V2_IN_ORDER; model++) {
            bool wanted = model == DEVICES_V1   ? judged[i].v1
                          : model == DEVICES_V2 ? judged[i].v2
                                                : judged[i].in_order;
            rules_set((enum device_model)model, judged[i].text);
            if (device_rules_allow(&rules, 226, 128) != wanted)
                fail_msg("model %d: '%s' is to be %s", model, judged[i].text,
                         wanted ? "allowed" : "denied");
        }
}

static void a_parent_with_a_list_bounds_what_can_be_allowed(void **state)
{
    (void)state;
    rules_set(DEVICES_V1, "");
    device_rules_take_parent(&rules, "c 1:3 rwm\nc 226:128 rwm\n");
    assert_true(device_rules_allow(&rules, 226, 128));
    assert_false(device_rules_allow(&rules, 226, 129));
    rules_set(DEVICES_V1, BASICS ";+c 226:* rwm");
    device_rules_take_parent(&rules, "c 1:3 rwm\nc 226:128 rwm\n");
    assert_false(device_rules_allow(&rules, 226, 128)); /* wider than the parent's: EPERM */
    rules_set(DEVICES_V1, BASICS ";+c 226:128 rw");
    device_rules_take_parent(&rules, "c 1:3 rwm\nc 226:128 rwm\n");
    assert_true(device_rules_allow(&rules, 226, 128));
    rules_set(DEVICES_V1, "+a");
    device_rules_take_parent(&rules, "c 1:3 rwm\n");
    assert_false(device_rules_allow(&rules, 226, 128));
    device_rules_take_parent(&rules, "a *:* rwm\n");
    assert_true(device_rules_allow(&rules, 226, 128));
}

static void the_line_to_blame(void **state)
{
    /* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order that it is read in */
    static const struct {
        enum device_model model;
        const char *text;
        enum device_reason reason;
        size_t rule, allow;
    } cases[] = {
        {DEVICES_V1, BASICS, DEVICE_UNLISTED, 0, 0},
        {DEVICES_V2, BASICS, DEVICE_UNLISTED, 1, 0},
        {DEVICES_V1, "+c 226:* rwm;" BASICS, DEVICE_ORDER, 1, 0},
        {DEVICES_V2, "+c 226:* rwm;" BASICS, DEVICE_ORDER, 1, 0},
        {DEVICES_V1, BASICS ";+c 226:* rwm;-c 226:* rwm", DEVICE_DENIED, 5, 0},
        {DEVICES_V2, BASICS ";+c 226:* rwm;-c 226:* rwm", DEVICE_DENIED, 5, 0},
        {DEVICES_V1, "-c 226:* rwm", DEVICE_DENIED, 0, 0},
        {DEVICES_V2, "-c 226:* rwm", DEVICE_ALL, 0, 0},
        {DEVICES_V2, "-c 10:200 rwm", DEVICE_ALL, 0, 0},
        {DEVICES_V2, "+c 10:200 rwm", DEVICE_ALL, 0, 0},
        {DEVICES_V1, "-a", DEVICE_ALL, 0, 0},
        {DEVICES_V2, "-a", DEVICE_ALLOWED, 0, 0},
        {DEVICES_V1, BASICS ";+c 226:* rwm;" BASICS, DEVICE_ORDER, 5, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rules_set(cases[i].model, cases[i].text);
        struct device_verdict verdict = device_rules_judge(&rules, 226, 128);
        if (verdict.reason != cases[i].reason || verdict.rule != cases[i].rule ||
            verdict.allow != cases[i].allow)
            fail_msg("'%s': reason %d, rule %zu, allow %zu", cases[i].text, verdict.reason,
                     verdict.rule, verdict.allow);
    }
}

static const char *advice(bool is_privileged)
{
    static const struct device_minors node = {.count = 1, .minors = {128}};

    devices = (struct device_case){.is_privileged = is_privileged, .has_rules = true};
    devices.rules = rules;
    err = (struct err){.status = 0};
    advice_devices(&devices, &node, "/var/lib/lxc/c1/config", &err);
    return err.fix;
}

static void what_helps_is_what_the_model_says_helps(void **state)
{
    (void)state;
    rules_set(DEVICES_V1, BASICS);
    assert_string_equal(advice(true), "lxc.cgroup.devices.allow = c 226:128 rwm");
    assert_non_null(strstr(advice(false),
                           "\nlxc.cgroup.devices.deny =\n"
                           "lxc.cgroup.devices.allow ="));
    rules_set(DEVICES_V2, "-c 226:* rwm");
    assert_string_equal(advice(false),
                        "sed -i.bak '/^ *lxc\\.cgroup2\\.devices\\.deny *[:=] *c 226:\\* rwm *$/d' "
                        "/var/lib/lxc/c1/config");
    rules_set(DEVICES_V2, "+c 226:* rwm;+c 226:128 rwm;+c 226:* rwm");
    assert_non_null(strstr(advice(false), "c 226:128 rwm *$/d'"));
    rules_set(DEVICES_V2, "@+c 226:* rwm");
    assert_string_equal(advice(false),
                        "sed -i.bak 's/gpu-privileged\\.conf/gpu.conf/' /var/lib/lxc/c1/config");
    rules_set(DEVICES_V1, "@+c 226:* rwm;" BASICS);
    assert_non_null(strstr(advice(true),
                           "gpu-privileged\\.conf *$/d' /var/lib/lxc/c1/config\n"
                           "lxc.include = "));
    /* a package's file is not edited: its line is overridden */
    rules_set(DEVICES_V2, "-c 226:* rwm");
    snprintf(rules.places[0].file, sizeof(rules.places[0].file), "/usr/share/lxc/config/x.conf");
    assert_null(strstr(advice(false), "sed"));
    rules.places[0].file[0] = '\0'; /* nobody knows where it stands */
    assert_null(strstr(advice(false), "sed"));
    rules_set(DEVICES_V1, "-a;+c 226:* rwm");
    assert_non_null(strstr(advice(true), "lxc.cgroup.devices.allow = c 1:3 rwm\n"));
    assert_null(strstr(advice(false), "allow = c"));
}

/* Whatever the rules: for an id map no allow line, and what is deleted leaves /dev/null usable. */
static void no_advice_does_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++)
        for (int model = DEVICES_V1; model <= DEVICES_V2_IN_ORDER; model++) {
            struct device_remedy remedy;
            rules_set((enum device_model)model, judged[i].text);
            if (device_rules_allow(&rules, 226, 128) && device_rules_allow(&rules, 1, 3))
                continue;
            assert_null(strstr(advice(false), "allow = "));
            device_rules_remedy(&rules, 226, 128, false, &remedy);
            assert_true(remedy.fix == DEVICE_FIX_CLEAR || remedy.fix == DEVICE_FIX_DELETE ||
                        remedy.fix == DEVICE_FIX_PLAIN);
            const struct device_view left = {&rules, rules.count, remedy.is_deleted};
            if (remedy.fix == DEVICE_FIX_DELETE)
                assert_true(device_view_allows(&left, 226, 128) && device_view_allows(&left, 1, 3));
        }
}

static void each_cause_has_its_words(void **state)
{
    const struct about about = {.devices = &devices};
    struct fault fault;

    (void)state;
    rules_set(DEVICES_V1, "+c 226:* rwm;" BASICS);
    (void)advice(true);
    (void)fault_set(&fault, CAUSE_NODE_DENIED, EPERM, .name = "renderD128");
    device_case_explain(&devices, 128, &fault);
    (void)say_words(&fault, &about, &err);
    assert_string_equal(
        err.text,
        "open /dev/dri/renderD128: the container's device cgroup denies it, in the order that its "
        "lines have: 'lxc.cgroup.devices.allow = c 226:* rwm' (/var/lib/lxc/c1/config, line 1) "
        "comes "
        "before 'lxc.cgroup.devices.deny = a' (/var/lib/lxc/c1/config, line 2), which takes it "
        "back: "
        "Operation not permitted");
    strcpy(devices.above, "/system.slice/x.service");
    device_case_explain(&devices, 128, &fault);
    (void)say_words(&fault, &about, &err);
    assert_non_null(strstr(err.text, "the device cgroup /system.slice/x.service, above the "));
    assert_null(strstr(err.text, "line"));
}

static void a_start_from_another_cgroup(void **state)
{
    static const struct device_placement relative = {.is_relative = true, .dir = "no-such/a"};
    static const struct device_placement absolute = {.dir = ""};
    char path[PATH_MAX];

    (void)state;
    assert_false(devices_start_cgroup("no-such-unit.service", path, sizeof(path)));
    assert_string_equal(path, "");
    assert_false(devices_start_cgroup("/no/such/cgroup", path, sizeof(path)));
    if (!cgroup_exists("/", cgroup_host_is_v1()))
        return; /* no cgroup at all here */
    assert_true(devices_start_cgroup("/", path, sizeof(path)));
    assert_string_equal(path, "/");
    /* what is not there yet is made below what is */
    assert_true(devices_parent(&relative, false, "/", path, sizeof(path)));
    assert_string_equal(path, "/");
    assert_false(devices_parent(&relative, false, "", path, sizeof(path)));
    if (geteuid() == 0) /* from wherever it is started */
        assert_int_equal(devices_parent(&absolute, false, "", path, sizeof(path)),
                         devices_parent(&absolute, false, NULL, path, sizeof(path)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_judged_in_their_order),
        cmocka_unit_test(a_parent_with_a_list_bounds_what_can_be_allowed),
        cmocka_unit_test(the_line_to_blame),
        cmocka_unit_test(what_helps_is_what_the_model_says_helps),
        cmocka_unit_test(no_advice_does_harm),
        cmocka_unit_test(each_cause_has_its_words),
        cmocka_unit_test(a_start_from_another_cgroup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

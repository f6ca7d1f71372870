/* SPDX-License-Identifier: MIT */
/* The plan: owners, fallbacks, links, kept nodes and the witness, from facts alone. */
#include "cmocka_all.h"
#include "exit_status.h"
#include "plan/plan.h"
#include "plan/prove.h"
#include "say/advice_gpu.h"
#include "say/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct options options;
static struct gpu_list gpus;
static struct guest guest;
static struct guest_group groups[2];
static struct plan plan;
static struct fault fault;
static struct err err;

static int set_up(void **state)
{
    (void)state;
    options = (struct options){.mode = 0660};
    gpus = (struct gpu_list){.has_dev_dri = true,
                             .count = 2,
                             .nodes = {{.name = "renderD128",
                                        .is_render = true,
                                        .node_minor = 128,
                                        .driver = "i915",
                                        .pci = "0000:00:02.0",
                                        .device = "0000:00:02.0"},
                                       {.name = "renderD129",
                                        .is_render = true,
                                        .node_minor = 129,
                                        .driver = "vgem",
                                        .device = "vgem"}}};
    memset(&guest, 0, sizeof(guest));
    guest_init(&guest);
    guest.uids = (struct idmap){1, {{0, 100000, 65536}}};
    guest.gids = (struct idmap){3, {{0, 100000, 109}, {109, 107, 1}, {110, 100110, 65426}}};
    groups[0] = (struct guest_group){.found = true, .gid = 109};
    groups[1] = (struct guest_group){.found = true, .gid = 44};
    return 0;
}

/* The words of the failure, and of the only warning. */
static void say(const struct proofs *proofs)
{
    const struct about about = {.options = &options,
                                .gpus = &gpus,
                                .guest = &guest,
                                .uids = &guest.uids,
                                .gids = &guest.gids,
                                .plan = &plan,
                                .proofs = proofs};

    (void)say_words(&fault, &about, &err);
    (void)say_fault(&fault, &about, &err);
}

static const char *warned(void)
{
    static char line[WARNING_SIZE];

    assert_int_equal(plan.warning_count, 1);
    const struct about about = {.options = &options, .guest = &guest, .plan = &plan};
    report_warning_words(&plan.warnings[0], &about, line, sizeof(line));
    return line;
}

static void build(void)
{
    assert_int_equal(plan_build(&options, &gpus, &guest, groups, &plan, &fault), 0);
}

static const struct op *op_named(const char *name)
{
    for (size_t i = 0; i < plan.op_count; i++)
        if (strcmp(plan.ops[i].name, name) == 0)
            return &plan.ops[i];
    return NULL;
}

static void the_render_group_goes_through_the_guests_map(void **state)
{
    (void)state;
    build();
    assert_int_equal(plan.owner.host_uid, 100000);
    assert_int_equal(plan.owner.host_gid, 107);
    assert_int_equal(plan.owner.guest_gid, 109);
    assert_string_equal(plan.owner.group, "render");
    assert_int_equal(plan.root_uid, 100000);
    assert_int_equal(plan.root_gid, 100000);
    assert_int_equal(plan.warning_count, 0);
}

static void nodes_and_links_for_pci_and_other_devices(void **state)
{
    (void)state;
    build();
    assert_int_equal(plan.op_count, 4);
    assert_int_equal(op_named("renderD128")->kind, OP_NODE);
    assert_string_equal(op_named("by-path/pci-0000:00:02.0-render")->target, "../renderD128");
    assert_string_equal(op_named("by-path/platform-vgem-render")->target, "../renderD129");
}

static void falls_back_to_video_then_root_with_a_warning(void **state)
{
    (void)state;
    groups[0].found = false;
    build();
    assert_int_equal(plan.owner.host_gid, 100044);
    assert_string_equal(plan.owner.group, "video");
    assert_int_equal(plan.warning_count, 1);
    groups[1].found = false;
    build();
    assert_int_equal(plan.owner.host_gid, 100000);
    assert_string_equal(plan.owner.group, "root");
    assert_int_equal(plan.warning_count, 1);
}

static void a_group_asked_for_is_never_replaced(void **state)
{
    (void)state;
    options.group = "media";
    groups[0].found = false;
    assert_true(plan_build(&options, &gpus, &guest, groups, &plan, &fault) < 0);
    say(NULL);
    assert_int_equal(err.status, STATUS_OWNERSHIP);
    assert_non_null(strstr(err.fix, "groupadd -r media"));
}

static void unmapped_owners_are_refused_with_the_range(void **state)
{
    (void)state;
    guest.gids = (struct idmap){1, {{0, 100000, 100}}};
    assert_true(plan_build(&options, &gpus, &guest, groups, &plan, &fault) < 0);
    say(NULL);
    assert_int_equal(err.status, STATUS_OWNERSHIP);
    assert_non_null(strstr(err.text, "guest gid 109 is outside the container's id map (0-99)"));
    set_up(NULL);
    guest.uids = (struct idmap){1, {{1, 100001, 10}}};
    assert_true(plan_build(&options, &gpus, &guest, groups, &plan, &fault) < 0);
    say(NULL);
    assert_int_equal(err.status, STATUS_OWNERSHIP);
    assert_non_null(strstr(err.text, "guest uid 0 is outside"));
}

static void nodes_of_the_config_are_kept_or_replaced(void **state)
{
    (void)state;
    guest.node_count = 2;
    guest.nodes[0] = (struct guest_node){"card0", 0};
    guest.nodes[1] = (struct guest_node){"renderD128", 128};
    build();
    assert_int_equal(op_named("card0")->kind, OP_KEEP);
    assert_int_equal(op_named("renderD128")->kind, OP_NODE);
    assert_non_null(strstr(warned(), "/dev/dri/card0 comes from"));
    guest.config.brings_dri = true;
    guest.config.entry_count = 1;
    guest.config.entries[0] = (struct config_entry){
        .is_folder = true, .line = "lxc.mount.entry = /dev/dri dev/dri none bind"};
    build();
    assert_non_null(strstr(warned(),
                           "only card0 is still needed with this hook; delete the line if the "
                           "container does not need that either: "
                           "lxc.mount.entry = /dev/dri dev/dri none bind"));
    guest.nodes[0] = guest.nodes[1];
    guest.node_count = 1;
    build();
    assert_non_null(strstr(warned(), "delete it: lxc.mount.entry = /dev/dri dev/dri none bind"));
}

static void a_node_that_is_hidden_under_another_name_is_named(void **state)
{
    (void)state;
    guest.config.entry_count = 1;
    guest.config.entries[0] =
        (struct config_entry){.kind = ENTRY_OTHER_NAME,
                              .is_card = true,
                              .line = "lxc.mount.entry = /dev/dri/card1 dev/dri/card0 none bind",
                              .source = "/dev/dri/card1",
                              .target = "dev/dri/card0",
                              .file = "/c"};
    build();
    assert_non_null(strstr(warned(),
                           "hides a node that a line of the container's config shows by "
                           "another name; --with-card gives it by its own: "
                           "lxc.mount.entry = /dev/dri/card1 dev/dri/card0 none bind\n"
                           "# in place of the config's lines for this hook\n"
                           "lxc.hook.mount = "));
    assert_non_null(strstr(warned(), " --with-card\nsed -i.bak "));
    gpus.nodes[1].is_render = false; /* it has a primary node already */
    options.selection.with_card = true;
    build();
    assert_non_null(strstr(warned(), "by another name; delete it: lxc"));
    assert_null(strstr(warned(), "lxc.hook.mount"));
}

static void an_init_that_is_not_let_in_is_named(void **state)
{
    struct config_init *init = &guest.config.init;

    (void)state;
    init->uid = init->gid = 1000;
    build();
    assert_non_null(strstr(warned(),
                           "runs as uid 1000, gid 1000 (lxc.init.uid, lxc.init.gid), and "
                           "is not in the nodes' group 109 (render)\n"));
    assert_non_null(strstr(warned(), "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --group 1000"));
    init->group_count = 2;
    init->groups[1] = 109;
    build();
    assert_int_equal(plan.warning_count, 0);
    init->group_count = 0;
    init->gid = 109;
    build();
    assert_int_equal(plan.warning_count, 0);
    init->gid = 1000;
    options.user = 1000;
    build();
    assert_int_equal(plan.warning_count, 0);
    options.user = 0;
    options.mode = 0666;
    build();
    assert_int_equal(plan.warning_count, 0);
}

static void the_witness_has_only_the_right_that_the_mode_gives(void **state)
{
    (void)state;
    build();
    assert_int_equal(plan.witness.guest_uid, 65534);
    assert_int_equal(plan.witness.guest_gid, 109);
    options.mode = 0600;
    build();
    assert_int_equal(plan.witness.guest_uid, 0);
    assert_int_not_equal(plan.witness.guest_gid, 109);
    options.mode = 0666;
    build();
    assert_int_equal(plan.witness.guest_gid, 109);
    options.mode = 0640; /* the group may only look: the owner's right is the one that does */
    build();
    assert_int_equal(plan.witness.guest_uid, 0);
    assert_int_not_equal(plan.witness.guest_gid, 109);
    options.mode = 0606;
    options.user = 1000;
    build();
    assert_int_equal(plan.witness.guest_uid, 1000);
}

static void a_map_without_root_is_refused_whoever_starts_it(void **state)
{
    (void)state;
    guest.gids = (struct idmap){1, {{1, 100001, 65535}}};
    assert_true(plan_build_bound(&options, &gpus, &guest, groups, &plan, &fault) < 0);
    say(NULL);
    assert_int_equal(err.status, STATUS_OWNERSHIP);
    assert_non_null(strstr(err.text, "guest gid 0 is outside the container's id map"));
    assert_string_equal(
        err.fix, "# in place of the config's lxc.idmap = g lines\nlxc.idmap = g 0 100000 65536");
}

static void each_proof_is_its_own_steps(void **state)
{
    struct proofs proofs = {0};

    (void)state;
    gpus.nodes[0].node_minor = 128;
    build();
    /* a link's place stays empty; the second node is step 2 */
    assert_int_equal(plan.ops[2].kind, OP_NODE);
    assert_int_equal(prove_judge(&plan, &proofs, &fault), 0);
    assert_null(prove_shut_node(&plan, &proofs));
    proofs.nodes[2].error = EPERM;
    assert_true(prove_judge(&plan, &proofs, &fault) < 0);
    assert_null(prove_shut_node(&plan, &proofs)); /* denied is not shut */
    say(&proofs);
    assert_int_equal(err.status, STATUS_DEVICE_CGROUP);
    assert_string_equal(err.fix, "lxc.cgroup2.devices.allow = c 226:129 rwm");
    /* with an id map an allow line would shut out all else */
    guest.user_ns = 3;
    say(&proofs);
    guest.user_ns = -1;
    assert_null(strstr(err.fix, "= c 226"));
    assert_non_null(strstr(err.fix, "lxc.cgroup2.devices.allow ="));
    proofs.is_dev_null_denied = true;
    assert_true(prove_judge(&plan, &proofs, &fault) < 0);
    say(&proofs);
    assert_non_null(strstr(err.text, "/dev/null too"));
    proofs.nodes[2].error = EACCES;
    assert_true(prove_judge(&plan, &proofs, &fault) < 0);
    say(&proofs);
    assert_int_equal(err.status, STATUS_UNSAFE_PATH);
    assert_true(err.fix[0] != '\0');
    assert_ptr_equal(prove_shut_node(&plan, &proofs), &gpus.nodes[1]);
    proofs.nodes[2].error = ENXIO;
    assert_true(prove_judge(&plan, &proofs, &fault) < 0);
    say(&proofs);
    assert_int_equal(err.status, STATUS_DEAD_NODE);
}

static void a_node_is_usable_by_the_containers_group_or_by_all(void **state)
{
    struct gpu_node node = {.mode = 0660};

    (void)state;
    assert_true(plan_is_usable_as_it_is(&node, true, 109, 109));
    assert_false(plan_is_usable_as_it_is(&node, true, 44, 109));
    assert_false(plan_is_usable_as_it_is(&node, false, 109, 109));
    assert_false(plan_is_usable_as_it_is(&node, false, 0, 0));
    node.mode = 0640;
    assert_false(plan_is_usable_as_it_is(&node, true, 109, 109));
    node.mode = 0606;
    assert_true(plan_is_usable_as_it_is(&node, false, 0, 109));
}

static void a_number_for_the_group_is_taken_as_it_is(void **state)
{
    (void)state;
    options.has_gid = true;
    options.gid = 44;
    build();
    assert_int_equal(plan.owner.guest_gid, 44);
    assert_int_equal(plan.owner.host_gid, 100044);
    assert_string_equal(plan.owner.group, "");
    assert_int_equal(plan.warning_count, 0);
}

static void a_card_comes_only_when_asked_for_and_links_as_one(void **state)
{
    (void)state;
    gpus.nodes[1] = (struct gpu_node){.name = "card1",
                                      .node_minor = 1,
                                      .driver = "i915",
                                      .pci = "0000:00:02.0",
                                      .device = "0000:00:02.0"};
    build();
    assert_null(op_named("card1"));
    options.selection.with_card = true;
    build();
    assert_int_equal(op_named("card1")->kind, OP_NODE);
    assert_string_equal(op_named("by-path/pci-0000:00:02.0-card")->target, "../card1");
    options.selection.count = 1;
    options.selection.specs[0] = "renderD128";
    build();
    assert_int_equal(op_named("card1")->kind, OP_NODE);
    gpus.nodes[1].device[0] = '\0'; /* of no device that is known */
    build();
    assert_null(op_named("card1"));
}

/* No id map gives the host's root group away, or makes the container's root the render group. */
static void roots_groups_are_not_paired(void **state)
{
    struct plan_owner owner = {.guest_gid = 109, .group = "render"};

    (void)state;
    gpus.nodes[0].gid = 107;
    assert_int_equal(plan_gid_pair(&gpus.nodes[0], &owner, &fault), 0);
    gpus.nodes[0].gid = 0;
    assert_true(plan_gid_pair(&gpus.nodes[0], &owner, &fault) < 0);
    assert_int_equal(fault.cause, CAUSE_HOST_ROOT_GROUP);
    gpus.nodes[0].gid = 107;
    owner.guest_gid = 0;
    assert_true(plan_gid_pair(&gpus.nodes[0], &owner, &fault) < 0);
    assert_int_equal(fault.cause, CAUSE_ROOT_IS_NO_RENDER);
    owner.group[0] = '\0';
    assert_true(plan_gid_pair(&gpus.nodes[0], &owner, &fault) < 0);
    assert_int_equal(fault.cause, CAUSE_ROOT_KEEPS_GID);
}

static void a_full_host_fits(void **state)
{
    (void)state;
    gpus.count = GPU_NODES_MAX;
    for (unsigned i = 0; i < GPU_NODES_MAX; i++)
        gpus.nodes[i] = gpus.nodes[0];
    options.selection.with_card = true;
    guest.node_count = GUEST_NODES_MAX;
    for (unsigned i = 0; i < GUEST_NODES_MAX; i++)
        guest.nodes[i] = (struct guest_node){"card63", 63};
    build();
    assert_int_equal(plan.op_count, PLAN_OPS_MAX);
    assert_int_equal(plan.warning_count, PLAN_WARNINGS_MAX);
}

static void nothing_to_take_names_what_there_is(void **state)
{
    (void)state;
    options.selection = (struct selection){.count = 1, .specs = {"driver=xe"}};
    assert_true(plan_build(&options, &gpus, &guest, groups, &plan, &fault) < 0);
    say(NULL);
    assert_int_equal(err.status, STATUS_NO_NODE);
    assert_string_equal(err.text,
                        "no render node matches 'driver=xe'; this host has renderD128 (i915 at "
                        "0000:00:02.0), renderD129 (vgem)");
    assert_non_null(
        strstr(err.fix, "# one of these, in place of the config's lines for this hook\n"));
    assert_non_null(
        strstr(err.fix,
               "lxc.hook.mount = /usr/bin/lxc-gpu-hook --select pci=0000:00:02.0\n"
               "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select pci=0000:00:02.0\n"));
    assert_non_null(
        strstr(err.fix, "lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select renderD129"));
}

static void offers_are_whole_pairs_and_the_rest_is_counted(void **state)
{
    size_t mounts = 0;
    size_t starts = 0;

    (void)state;
    gpus.count = 20;
    for (unsigned i = 0; i < 20; i++)
        gpus.nodes[i] = gpus.nodes[0];
    err = (struct err){0};
    advice_no_match(&options, &gpus, &err);
    for (const char *at = err.fix; (at = strstr(at, "lxc.hook.mount = ")); at++)
        mounts++;
    for (const char *at = err.fix; (at = strstr(at, "lxc.hook.start-host = ")); at++)
        starts++;
    assert_true(mounts >= 6);
    assert_int_equal(mounts, starts);
    char last[64];
    snprintf(last, sizeof(last), "\n# and %zu more: lxc-gpu-hook list", 20 - mounts);
    assert_string_equal(err.fix + strlen(err.fix) - strlen(last), last);
}

static void a_usable_node_that_nobody_bound_is_named(void **state)
{
    (void)state;
    assert_int_equal(plan_build_bound(&options, &gpus, &guest, groups, &plan, &fault), 0);
    assert_int_equal(plan.op_count, 0);
    /* 0660 of a group that is not the guest's */
    gpus.nodes[0].mode = gpus.nodes[1].mode = 0660;
    gpus.nodes[0].gid = gpus.nodes[1].gid = 44;
    assert_null(plan_left_unbound(&options, &gpus, &guest, &plan.owner));
    gpus.nodes[1].gid = 107;
    gpus.nodes[1].mode = 0600; /* the group's, and shut to it */
    assert_null(plan_left_unbound(&options, &gpus, &guest, &plan.owner));
    gpus.nodes[1].mode = 0640;
    assert_null(plan_left_unbound(&options, &gpus, &guest, &plan.owner));
    gpus.nodes[1].mode = 0604;
    assert_null(plan_left_unbound(&options, &gpus, &guest, &plan.owner));
    gpus.nodes[1].mode = 0660;
    assert_ptr_equal(plan_left_unbound(&options, &gpus, &guest, &plan.owner), &gpus.nodes[1]);
    gpus.nodes[0].mode = 0666;
    assert_ptr_equal(plan_left_unbound(&options, &gpus, &guest, &plan.owner), &gpus.nodes[0]);
    options.selection = (struct selection){.count = 1, .specs = {"renderD129"}};
    assert_ptr_equal(plan_left_unbound(&options, &gpus, &guest, &plan.owner), &gpus.nodes[1]);
    guest.node_count = 1;
    guest.nodes[0] = (struct guest_node){"renderD129", 129};
    assert_null(plan_left_unbound(&options, &gpus, &guest, &plan.owner));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_render_group_goes_through_the_guests_map, set_up),
        cmocka_unit_test_setup(nodes_and_links_for_pci_and_other_devices, set_up),
        cmocka_unit_test_setup(falls_back_to_video_then_root_with_a_warning, set_up),
        cmocka_unit_test_setup(a_group_asked_for_is_never_replaced, set_up),
        cmocka_unit_test_setup(unmapped_owners_are_refused_with_the_range, set_up),
        cmocka_unit_test_setup(nodes_of_the_config_are_kept_or_replaced, set_up),
        cmocka_unit_test_setup(a_node_that_is_hidden_under_another_name_is_named, set_up),
        cmocka_unit_test_setup(an_init_that_is_not_let_in_is_named, set_up),
        cmocka_unit_test_setup(the_witness_has_only_the_right_that_the_mode_gives, set_up),
        cmocka_unit_test_setup(a_map_without_root_is_refused_whoever_starts_it, set_up),
        cmocka_unit_test_setup(each_proof_is_its_own_steps, set_up),
        cmocka_unit_test_setup(a_node_is_usable_by_the_containers_group_or_by_all, set_up),
        cmocka_unit_test_setup(a_number_for_the_group_is_taken_as_it_is, set_up),
        cmocka_unit_test_setup(a_card_comes_only_when_asked_for_and_links_as_one, set_up),
        cmocka_unit_test_setup(roots_groups_are_not_paired, set_up),
        cmocka_unit_test_setup(a_full_host_fits, set_up),
        cmocka_unit_test_setup(nothing_to_take_names_what_there_is, set_up),
        cmocka_unit_test_setup(offers_are_whole_pairs_and_the_rest_is_counted, set_up),
        cmocka_unit_test_setup(a_usable_node_that_nobody_bound_is_named, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

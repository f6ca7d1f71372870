/* SPDX-License-Identifier: MIT */
/* Who runs, by the names of the sockets; and whether a container has what a start would give it. */
#include "base/tree_sum.h"
#include "cmocka_all.h"
#include "heal/running.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#define LISTENS "ffff8880: 00000002 00000000 00010000 0001 01 31415 "

static bool reads(const char *line, const char *lxcpath, const char *name)
{
    struct running found;

    return running_line_read(line, strlen(line), &found) && strcmp(found.lxcpath, lxcpath) == 0 &&
           strcmp(found.name, name) == 0;
}

static void reads_the_socket_of_a_monitor(void **state)
{
    (void)state;
    assert_true(reads(LISTENS "@/var/lib/lxc/web/command", "/var/lib/lxc", "web"));
    assert_true(reads(LISTENS "@/home/an na/lxc/we b/command", "/home/an na/lxc", "we b"));
}

static void leaves_out_every_other_one(void **state)
{
    static const char *const lines[] = {
        "Num       RefCount Protocol Flags    Type St Inode Path",
        /* one that is connected has the name too */
        "ffff8880: 00000002 00000000 00000000 0001 03 31415 @/var/lib/lxc/web/command",
        LISTENS "/var/lib/lxc/web/command",
        LISTENS "@/var/lib/lxc/web/commands",
        LISTENS "@/web/command",
        LISTENS "@/command",
        LISTENS "@/var/lib/lxc//command",
        LISTENS "@lxc/0123456789abcdef/command",
        LISTENS "@",
        LISTENS,
        "",
    };
    struct running found;

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_false(running_line_read(lines[i], strlen(lines[i]), &found));
}

static void leaves_out_a_name_that_is_too_long(void **state)
{
    char line[6000] = LISTENS "@/";
    struct running found;
    size_t length = strlen(line);

    (void)state;
    memset(line + length, 'a', 5000);
    snprintf(line + length + 5000, sizeof(line) - length - 5000, "/web/command");
    assert_false(running_line_read(line, strlen(line), &found));
    line[length + 100] = '/';
    snprintf(line + length + 400, sizeof(line) - length - 400, "/command");
    assert_false(running_line_read(line, strlen(line), &found));
}

static const struct gpu_node gpu = {.name = "renderD128", .node_minor = 128};

/* A plan of one node with its link; the caller changes what it likes. */
static struct plan *planned(void)
{
    static struct plan plan;

    memset(&plan, 0, sizeof(plan));
    plan.mode = 0660;
    plan.owner.guest_gid = 2992;
    plan.op_count = 2;
    plan.ops[0] = (struct op){.kind = OP_NODE, .name = "renderD128", .gpu = &gpu};
    plan.ops[1] = (struct op){
        .kind = OP_LINK, .name = "by-path/pci-0000:00:02.0-render", .target = "../renderD128"};
    return &plan;
}

static const struct tree_entry entries[] = {
    {'l', "by-path/pci-0000:00:02.0-render", "../renderD128", 0, 0, 0, 0},
    {'n', "renderD128", NULL, 128, 0, 2992, 0660},
};

static void the_sum_is_that_of_the_plan_in_any_order(void **state)
{
    uint64_t sum = 0;
    uint64_t other = 0;

    (void)state;
    tree_sum_add(&sum, &entries[0]);
    tree_sum_add(&sum, &entries[1]);
    tree_sum_add(&other, &entries[1]);
    tree_sum_add(&other, &entries[0]);
    assert_true(sum == other);
    assert_true(sum == plan_tree_sum(planned()));
}

static void each_difference_is_one(void **state)
{
    static struct gpu_node other = {.name = "renderD128", .node_minor = 129};
    uint64_t whole = plan_tree_sum(planned());
    struct plan *plan = planned();

    (void)state;
    plan->mode = 0666;
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->owner.guest_gid = 44;
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->owner.guest_uid = 1;
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->ops[0].gpu = &other;
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->ops[1].target[5] = 'E';
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->ops[0].kind = OP_KEEP;
    assert_true(plan_tree_sum(plan) != whole);
    plan = planned();
    plan->op_count = 1;
    assert_true(plan_tree_sum(plan) != whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_socket_of_a_monitor),
        cmocka_unit_test(leaves_out_every_other_one),
        cmocka_unit_test(leaves_out_a_name_that_is_too_long),
        cmocka_unit_test(the_sum_is_that_of_the_plan_in_any_order),
        cmocka_unit_test(each_difference_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

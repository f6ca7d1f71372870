/* What one finding hangs on: facts that differ in one thing, and the cause that is named. */
#include "cmocka_all.h"
#include "judge/checks.h"
#include "verify_cases.h"

#include <errno.h>
#include <sys/stat.h>

static enum cause cause_of(enum check_id check)
{
    struct report report;

    checks_judge(&facts, &report);
    return report.findings[check].cause;
}

#define assert_access(cause) assert_int_equal(cause_of(CHECK_ID_ACCESS), CAUSE_##cause)

/* Refused to a user outside the node's group. */
static void refused(void)
{
    facts_all_good();
    facts_va_never();
    facts.sys.access.open_error = EACCES;
    facts.sys.access.is_in_group = facts.sys.access.is_listed = false;
}

static void in_first_namespace(void)
{
    facts.sys.access.uid_map = (struct idmap){1, {{0, 0, UINT32_MAX}}};
    facts.sys.access.gid_map = facts.sys.access.uid_map;
}

static void nobodys_files_of_a_host_are_mapped(void **state)
{
    (void)state;
    refused();
    facts.sys.node.gid = 65534;
    facts.sys.access.has_render = false;
    SET(facts.sys.access.group, "nogroup");
    assert_access(UNMAPPED);
    in_first_namespace();
    facts_at(PLACE_HOST);
    assert_access(NOT_IN_GROUP);
}

static void the_mode_is_that_of_the_user(void **state)
{
    (void)state;
    refused();
    facts.sys.node.uid = facts.sys.access.uid; /* the owner */
    facts.sys.node.mode = S_IFCHR | 0600;
    assert_access(NODEV_NAMESPACE);
    facts.sys.node.mode = S_IFCHR | 0066;
    assert_access(NOT_IN_GROUP);
    refused();
    facts.sys.access.is_in_group = true; /* the group */
    facts.sys.node.mode = S_IFCHR | 0060;
    assert_access(NODEV_NAMESPACE);
    facts.sys.node.mode = S_IFCHR | 0606;
    assert_access(MODE);
    facts.sys.node.mode = S_IFCHR | 0640; /* to read is not enough */
    assert_access(MODE);
    refused(); /* others */
    facts.sys.node.mode = S_IFCHR | 0666;
    assert_access(NODEV_NAMESPACE);
    facts.sys.node.mode = S_IFCHR | 0660;
    assert_access(NOT_IN_GROUP);
    facts.sys.node.mode = S_IFCHR | 0640; /* shut to the group, whoever is in it */
    assert_access(MODE);
}

static void a_foreign_group_is_one_beside_render(void **state)
{
    (void)state;
    refused();
    SET(facts.sys.access.group, "ssl-cert");
    facts.sys.access.render_gid = 109;
    assert_access(FOREIGN_GROUP);
    facts.sys.access.has_render = false;
    assert_access(NOT_IN_GROUP);
    facts.sys.access.has_render = true;
    SET(facts.sys.access.group, "video");
    assert_access(NOT_IN_GROUP);
}

static void what_is_denied_with_dev_null_is_a_lone_rule(void **state)
{
    (void)state;
    refused();
    facts.sys.access.open_error = EPERM;
    assert_access(CGROUP);
    facts.sys.access.null_error = EPERM;
    assert_access(LONE_ALLOW);
    facts.sys.access.null_error = ENOENT; /* odd, and no rule */
    assert_access(CGROUP);
    facts.sys.access.open_error = 0;
    assert_access(NONE);
}

static void one_empty_frame_is_one_too_many(void **state)
{
    (void)state;
    facts_all_good();
    assert_int_equal(cause_of(CHECK_ID_BITSTREAM), CAUSE_NONE);
    facts.va.encode.empty_frames = 1;
    assert_int_equal(cause_of(CHECK_ID_BITSTREAM), CAUSE_EMPTY);
    facts_all_good();
    facts.va.encode.bytes = 0;
    assert_int_equal(cause_of(CHECK_ID_BITSTREAM), CAUSE_EMPTY);
    facts_all_good();
    facts.va.encode.flagged_frames = 1;
    assert_int_equal(cause_of(CHECK_ID_BITSTREAM), CAUSE_FLAGGED);
}

/* Whatever the rest says: without a picture there is nothing that is alike. */
static void no_picture_at_all_does_not_pass(void **state)
{
    struct report report;

    (void)state;
    facts_all_good();
    facts.va.decode.frames = 0;
    checks_judge(&facts, &report);
    assert_int_not_equal(report.status, STATUS_PASS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobodys_files_of_a_host_are_mapped),
        cmocka_unit_test(the_mode_is_that_of_the_user),
        cmocka_unit_test(a_foreign_group_is_one_beside_render),
        cmocka_unit_test(what_is_denied_with_dev_null_is_a_lone_rule),
        cmocka_unit_test(one_empty_frame_is_one_too_many),
        cmocka_unit_test(no_picture_at_all_does_not_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

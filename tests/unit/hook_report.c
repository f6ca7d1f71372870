/* SPDX-License-Identifier: MIT */
/* What goes to the system log: each record with its priority, and each warning where it is due. */
#include "cmocka_all.h"
#include "say/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int log_end = -1; /* what a logger would read */

/* In place of libc's: /dev/log is the host's, and its logger is not to hear of this. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    struct sockaddr_un here;
    socklen_t size = sizeof(here);

    (void)length;
    if (strcmp(address.__sockaddr_un__->sun_path, "/dev/log") != 0) {
        errno = ENOENT;
        return -1;
    }
    assert_int_equal(getsockname(log_end, (struct sockaddr *)&here, &size), 0);
    return (int)syscall(SYS_connect, fd, &here, size);
}

static int open_log(void **state)
{
    const struct sockaddr_un any = {.sun_family = AF_UNIX}; /* the kernel finds it a name */
    static const struct report_style style = {.container = "c1", .use_syslog = true};

    (void)state;
    log_end = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(log_end >= 0);
    assert_int_equal(bind(log_end, (const struct sockaddr *)&any, sizeof(any.sun_family)), 0);
    report_open(&style);
    return 0;
}

/* The next record, "" when there is none. */
static const char *record(void)
{
    static char text[2048];
    ssize_t size = recv(log_end, text, sizeof(text) - 1, 0);

    text[size > 0 ? size : 0] = '\0';
    return text;
}

/* A record of that priority that ends so. */
static void assert_record(const char *priority, const char *end)
{
    char name[64];
    const char *text = record();
    size_t length = strlen(text);

    (void)snprintf(name, sizeof(name), "%slxc-gpu-hook[%d]: ", priority, (int)getpid());
    if (strncmp(text, name, strlen(name)) != 0 || length < strlen(end) ||
        strcmp(text + length - strlen(end), end) != 0)
        fail_msg("'%s' is not a record of %s that ends with '%s'", text, priority, end);
}

static void a_failure_is_an_error_with_each_line_of_its_fix(void **state)
{
    const struct err err = {.text = "it failed", .fix = "one\ntwo"};

    (void)state;
    report_failure(&err);
    assert_record("<27>", "it failed");
    assert_record("<27>", "fix: one");
    assert_record("<27>", "fix: two");
    assert_string_equal(record(), "");
}

static void a_warning_is_one_with_its_fix(void **state)
{
    (void)state;
    report_warning("look here\ndo this");
    assert_record("<28>", "warning: look here");
    assert_record("<28>", "fix: do this");
    assert_string_equal(record(), "");
}

static void a_step_is_not_said_unasked(void **state)
{
    (void)state;
    report_step("a step");
    assert_string_equal(record(), "");
}

static void a_node_is_information_and_an_unproven_cgroup_a_warning(void **state)
{
    static const struct gpu_node node = {
        .name = "renderD128", .is_render = true, .node_minor = 128, .driver = "i915"};
    static struct plan plan = {.op_count = 1, .mode = 0660, .owner = {.group = "render"}};
    static struct proofs proofs;
    static struct guest guest;
    const struct about about = {.plan = &plan, .proofs = &proofs, .guest = &guest};
    static const char denied[] =
        "warning: the container's cgroup could not be joined: its device rules are not proven";

    (void)state;
    plan.ops[0] = (struct op){.kind = OP_NODE, .gpu = &node, .name = "renderD128"};
    report_success(&about, false); /* nothing was proven: nothing is said about the rules */
    assert_record("<30>", "mode 0660, not proven");
    assert_string_equal(record(), "");
    strcpy(proofs.nodes[0].driver, "i915");
    report_success(&about, false);
    assert_record("<30>", "mode 0660");
    assert_record("<28>", denied);
    assert_string_equal(record(), "");
    report_success(&about, true);
    assert_record("<30>", "mode 0660");
    assert_string_equal(record(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_an_error_with_each_line_of_its_fix),
        cmocka_unit_test(a_warning_is_one_with_its_fix),
        cmocka_unit_test(a_step_is_not_said_unasked),
        cmocka_unit_test(a_node_is_information_and_an_unproven_cgroup_a_warning),
    };

    return cmocka_run_group_tests(tests, open_log, NULL);
}

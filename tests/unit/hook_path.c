/* SPDX-License-Identifier: MIT */
/*
 * Paths inside a container: both ways of opening them (openat2, and component by component) give
 * the same answer and never leave the root.
 */
#include "base/cleanup.h"
#include "cmocka_all.h"
#include "facts/path.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

typedef int (*opener)(int root, const char *path, enum path_links links, int *ret);

static const opener openers[] = {path_open, path_open_stepwise};

static char top[] = "/tmp/hook_path.XXXXXX";
static int root_fd;

static void put_file(const char *path)
{
    CLEANUP_FD int fd = openat(root_fd, path, O_CREAT | O_WRONLY, 0600);

    assert_true(fd >= 0);
}

static void put_link(const char *path, const char *target)
{
    assert_int_equal(symlinkat(target, root_fd, path), 0);
}

static int make_tree(void **state)
{
    char chain[16];
    char next[16];

    (void)state;
    assert_non_null(mkdtemp(top));
    root_fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(root_fd, "etc", 0755), 0);
    assert_int_equal(mkdirat(root_fd, "etc/sub", 0755), 0);
    assert_int_equal(mkfifoat(root_fd, "fifo", 0600), 0);
    put_file("etc/passwd");
    put_file("etc/sub/file");
    put_link("abs", "/etc/passwd");
    put_link("up", "../../../../etc/passwd");
    put_link("etc/sub/back", "../passwd");
    put_link("etc/sub/abs", "/etc/passwd");
    put_link("dir", "etc/sub");
    put_link("loop1", "loop2");
    put_link("loop2", "loop1");
    put_link("escape", "/proc/1/root/etc/passwd");
    put_link("dangling", "nowhere");
    put_link("chain0", "etc/passwd");
    for (int i = 1; i <= 41; i++) {
        snprintf(chain, sizeof(chain), "chain%d", i);
        snprintf(next, sizeof(next), "chain%d", i - 1);
        put_link(chain, next);
    }
    return 0;
}

static int remove_tree(void **state)
{
    char command[64];

    (void)state;
    (void)close(root_fd);
    snprintf(command, sizeof(command), "rm -rf %s", top);
    return system(command); /* NOLINT(cert-env33-c): a folder that mkdtemp named */
}

struct path_case {
    const char *path;
    enum path_links links;
    int result;
    const char *is; /* the same inode as this, relative to the root */
};

static const struct path_case cases[] = {
    {"etc/passwd", PATH_NO_LINKS, 0, "etc/passwd"},
    {"/etc//./passwd", PATH_NO_LINKS, 0, "etc/passwd"},
    {"etc/sub/../passwd", PATH_NO_LINKS, 0, "etc/passwd"},
    {"../../etc/passwd", PATH_NO_LINKS, 0, "etc/passwd"},
    {"fifo", PATH_NO_LINKS, 0, "fifo"},
    {"abs", PATH_NO_LINKS, -ELOOP, NULL},
    {"dir/file", PATH_NO_LINKS, -ELOOP, NULL},
    {"etc/passwd/x", PATH_NO_LINKS, -ENOTDIR, NULL},
    {"etc/none", PATH_NO_LINKS, -ENOENT, NULL},
    {"abs", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"up", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"dir/back", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"etc/sub/abs", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"dir/file", PATH_FOLLOW_INSIDE, 0, "etc/sub/file"},
    {"dir/../passwd", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"loop1", PATH_FOLLOW_INSIDE, -ELOOP, NULL},
    {"chain39", PATH_FOLLOW_INSIDE, 0, "etc/passwd"},
    {"chain41", PATH_FOLLOW_INSIDE, -ELOOP, NULL},
    {"escape", PATH_FOLLOW_INSIDE, -ENOENT, NULL}, /* there is no proc folder in this root */
    {"dangling", PATH_FOLLOW_INSIDE, -ENOENT, NULL},
};

static void check_case(opener open_it, const struct path_case *c)
{
    struct stat here;
    struct stat wanted;
    CLEANUP_FD int fd = -1;
    int r = open_it(root_fd, c->path, c->links, &fd);

    if (r != c->result)
        fail_msg("%s: %d where %d was due", c->path, r, c->result);
    if (r < 0)
        return;
    assert_int_equal(fstat(fd, &here), 0);
    assert_int_equal(fstatat(root_fd, c->is, &wanted, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(here.st_ino, wanted.st_ino);
    assert_int_equal(here.st_dev, wanted.st_dev);
}

static void both_ways_agree_and_stay_inside(void **state)
{
    (void)state;
    for (size_t way = 0; way < 2; way++)
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
            check_case(openers[way], &cases[i]);
}

static void a_path_of_endless_length_is_an_error(void **state)
{
    static char path[8192];
    int fd = -1;

    (void)state;
    memset(path, 'a', sizeof(path) - 1);
    for (size_t way = 0; way < 2; way++)
        assert_int_equal(openers[way](root_fd, path, PATH_NO_LINKS, &fd), -ENAMETOOLONG);
    for (size_t i = 0; i < 3000; i += 2)
        memcpy(path + i, "d/", 2);
    path[3000] = '\0';
    for (size_t way = 0; way < 2; way++)
        assert_true(openers[way](root_fd, path, PATH_NO_LINKS, &fd) < 0);
    assert_int_equal(fd, -1);
}

/* They lead to what a process has open, wherever that is. */
static void links_of_proc_are_refused(void **state)
{
    CLEANUP_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;

    (void)state;
    for (size_t way = 0; way < 2; way++) {
        assert_true(openers[way](root, "proc/self/exe", PATH_FOLLOW_INSIDE, &fd) < 0);
        assert_true(openers[way](root, "proc/1/root/etc", PATH_FOLLOW_INSIDE, &fd) < 0);
    }
    assert_int_equal(fd, -1);
}

/* Renames a folder of its own until it is killed. */
static pid_t restless(const char *name)
{
    char other[16];
    pid_t pid = fork();

    if (pid)
        return pid;
    snprintf(other, sizeof(other), "%s-", name);
    (void)mkdirat(root_fd, name, 0755);
    while (renameat(root_fd, name, root_fd, other) == 0 &&
           renameat(root_fd, other, root_fd, name) == 0)
        continue;
    _exit(1);
}

/* The kernel gives a ".." up with EAGAIN where something is renamed meanwhile, anywhere. */
/* Another file under the same name is not the one that was looked at. */
static void what_was_looked_at_is_what_is_read(void **state)
{
    CLEANUP_FD int found = -1;
    CLEANUP_FD int file = -1;

    (void)state;
    put_file("etc/swapped");
    put_file("etc/other");
    assert_int_equal(path_open(root_fd, "etc/swapped", PATH_FOLLOW_INSIDE, &found), 0);
    assert_int_equal(path_open_to_read(root_fd, "etc/swapped", PATH_FOLLOW_INSIDE, found, &file),
                     0);
    (void)close(file);
    file = -1;
    assert_int_equal(renameat(root_fd, "etc/other", root_fd, "etc/swapped"), 0);
    assert_int_equal(path_open_to_read(root_fd, "etc/swapped", PATH_FOLLOW_INSIDE, found, &file),
                     -ESTALE);
    assert_int_equal(unlinkat(root_fd, "etc/swapped", 0), 0);
}

static void what_else_the_host_renames_is_no_error(void **state)
{
    pid_t others[] = {restless("r0"), restless("r1"), restless("r2")};
    int failures = 0;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        CLEANUP_FD int fd = -1;
        failures += path_open(root_fd, "dir/back", PATH_FOLLOW_INSIDE, &fd) < 0;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(kill(others[i], SIGKILL), 0);
        assert_int_equal(waitpid(others[i], NULL, 0), others[i]);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_agree_and_stay_inside),
        cmocka_unit_test(links_of_proc_are_refused),
        cmocka_unit_test(what_was_looked_at_is_what_is_read),
        cmocka_unit_test(what_else_the_host_renames_is_no_error),
        cmocka_unit_test(a_path_of_endless_length_is_an_error),
    };

    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}

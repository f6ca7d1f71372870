/* SPDX-License-Identifier: MIT */
/*
 * What a start-host hook finds: processes in user and mount namespaces of their own, each with an
 * empty /dev/dri and the group file that is asked for. No LXC, so that only the hook is measured.
 *
 *   container COUNT EXTENTS GROUP_FILE
 *
 * COUNT of them, with EXTENTS extents in each id map of 0 to 65535. Prints their process ids, one a
 * line; they end with this program, which ends with its standard input.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define IDS     65536
#define OUTSIDE 100000U

static void die(const char *what)
{
    fprintf(stderr, "container: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void settle(const char *group_file)
{
    if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        die("become root");
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        die("leave the host's mounts");
    if (mount("dev", "/dev", "tmpfs", 0, "mode=0755") < 0 || mkdir("/dev/dri", 0755) < 0)
        die("make /dev/dri");
    if (mount(group_file, "/etc/group", NULL, MS_BIND, NULL) < 0)
        die(group_file);
}

/*
 * The first extents hold one id each, the last one all that is left. The kernel takes less than a
 * page of text, so 340 extents leave no room for large numbers.
 */
static void map_write(pid_t pid, const char *name, unsigned extents)
{
    char path[64];
    char text[16384];
    size_t used = 0;

    for (unsigned i = 0; i + 1 < extents; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %u 1\n", i, 1 + 2 * i);
    used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %u %u\n", extents - 1, OUTSIDE,
                             IDS - extents + 1);
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, used) != (ssize_t)used)
        die(path);
    (void)close(fd);
}

static void start(unsigned extents, const char *group_file)
{
    int mapped[2];
    int settled[2];
    char byte = 0;

    if (pipe2(mapped, O_CLOEXEC) < 0 || pipe2(settled, O_CLOEXEC) < 0)
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || write(settled[1], &byte, 1) != 1 ||
            read(mapped[0], &byte, 1) != 1)
            die("unshare");
        settle(group_file);
        /* A change of ids clears it. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(settled[1], &byte, 1) != 1)
            die("tell");
        for (;;)
            (void)pause();
    }
    (void)close(settled[1]);
    if (pid < 0 || read(settled[0], &byte, 1) != 1)
        die("start");
    map_write(pid, "uid_map", extents);
    map_write(pid, "gid_map", extents);
    if (write(mapped[1], &byte, 1) != 1 || read(settled[0], &byte, 1) != 1)
        die("settle");
    for (int i = 0; i < 2; i++)
        (void)close(mapped[i]);
    (void)close(settled[0]);
    printf("%d\n", (int)pid);
}

int main(int argc, char **argv)
{
    char byte;

    if (argc != 4) {
        fputs("usage: container COUNT EXTENTS GROUP_FILE\n", stderr);
        return 2;
    }
    for (long i = 0; i < strtol(argv[1], NULL, 10); i++)
        start((unsigned)strtol(argv[2], NULL, 10), argv[3]);
    (void)fflush(stdout);
    (void)close(STDOUT_FILENO);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    return 0;
}

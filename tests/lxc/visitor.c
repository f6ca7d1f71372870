/* SPDX-License-Identifier: MIT */
/*
 * Takes gpu-verify's place in the tests of `lxc-gpu-hook verify`: says what it was given, and tries
 * what a program in a container must not be able to do to the one who has sent it.
 * usage: visitor --version | look | tty | exit STATUS | wait SECONDS | bytes
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern char **environ;

static void say_ids(void)
{
    gid_t groups[100];
    int count = getgroups(100, groups);

    printf("ids %u:%u", getuid(), getgid());
    for (int i = 0; i < count; i++)
        printf(" %u", groups[i]);
    printf("\nsession %s\n", getsid(0) == 0 ? "of the host's" : "of its own");
}

static void say_status(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];

    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0 ||
            strncmp(line, "Seccomp:", 8) == 0)
            printf("status %s", line);
    if (file)
        (void)fclose(file);
}

/* Each descriptor but the one that the list is read by. */
static void say_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    char target[256];

    while (dir && (entry = readdir(dir))) {
        ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        if (length <= 0 || atoi(entry->d_name) == dirfd(dir))
            continue;
        target[length] = '\0';
        target[strcspn(target, ":")] = '\0';
        printf("descriptor %s %s\n", entry->d_name, target);
    }
    if (dir)
        (void)closedir(dir);
}

static int look(void)
{
    char cwd[256] = "?";

    (void)!getcwd(cwd, sizeof(cwd));
    printf("cwd %s\n", cwd);
    say_ids();
    say_status();
    say_descriptors();
    for (char **word = environ; *word; word++)
        printf("environment %s\n", *word);
    return 0;
}

/* Types into each terminal that can be reached. */
static int type_into(void)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    char byte = '!';

    printf("tty %s\n", tty < 0 ? "none" : "open");
    for (int fd = 0; fd <= 2; fd++)
        printf("typed %d %s\n", fd, ioctl(fd, TIOCSTI, &byte) == 0 ? "yes" : "no");
    return 0;
}

int main(int argc, char **argv)
{
    const char *task = argc > 1 ? argv[1] : "look";
    const char *value = argc > 2 ? argv[2] : "0";

    if (strcmp(task, "--version") == 0)
        return puts("gpu-verify of the tests") < 0;
    if (strcmp(task, "look") == 0)
        return look();
    if (strcmp(task, "tty") == 0)
        return type_into();
    if (strcmp(task, "bytes") == 0)
        return fwrite("a\033]0;b\007c\0d\303\251\n", 1, 13, stdout) != 13;
    if (strcmp(task, "exit") == 0)
        return atoi(value);
    printf("waiting\n");
    (void)fflush(stdout);
    (void)sleep((unsigned)atoi(value));
    return 0;
}

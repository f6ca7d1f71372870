/* SPDX-License-Identifier: MIT */
/*
 * Answers LXC's socket of a container that does not run, in place of its monitor:
 *
 *   squat SOCKET PID              the container runs, and this is its init
 *   squat SOCKET --reused CGROUP  its init is a process that looks like one: first of a pid
 * namespace, in a user namespace with the map 0 100000 65536, in that cgroup. As soon as somebody
 * has been told its number, it dies, and a service of the host, with a mount namespace of its own,
 * gets the number.
 *
 * SOCKET is the abstract name. Prints "ready PID" when it listens. LXC's protocol: commands.h of
 * LXC 4.0 to 6.0.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GET_STATE = 3, GET_INIT_PID = 4, RUNNING = 2 };

struct request {
    int command;
    int length;
    const void *data;
};

struct answer {
    int result;
    int length;
    void *data; /* a number */
};

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "squat: %s: %s\n", what, strerror(errno));
    exit(125);
}

static void put(const char *folder, pid_t pid, const char *file, const char *text)
{
    char path[300];
    ssize_t length = (ssize_t)strlen(text);
    int fd;

    if (folder)
        snprintf(path, sizeof(path), "%s/%s", folder, file);
    else
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, (size_t)length) != length)
        die(path);
    close(fd);
}

__attribute__((noreturn)) static void wait_for_end(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

static pid_t make_init(const char *cgroup)
{
    char number[16];
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | SIGCHLD,
                               NULL, NULL, NULL, NULL);

    if (pid < 0)
        die("clone");
    if (pid == 0)
        wait_for_end();
    put(NULL, pid, "uid_map", "0 100000 65536\n");
    put(NULL, pid, "gid_map", "0 100000 65536\n");
    snprintf(number, sizeof(number), "%d", pid);
    put(cgroup, pid, "cgroup.procs", number);
    return pid;
}

static void give_number_away(pid_t pid)
{
    pid_t set[] = {pid};
    struct clone_args args = {
        .flags = CLONE_NEWNS, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)set, .set_tid_size = 1};
    pid_t made;

    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    made = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (made < 0)
        die("clone3 with a number");
    if (made == 0)
        wait_for_end();
    printf("reused %d\n", made);
    (void)fflush(stdout);
}

static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (length >= sizeof(address.sun_path))
        die("name");
    memcpy(address.sun_path + 1, name, length);
    length += offsetof(struct sockaddr_un, sun_path) + 1;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, (socklen_t)length) < 0 || listen(fd, 8) < 0)
        die(name);
    return fd;
}

/* A descriptor of that process, when it is to print the init: "lxc-info ... -pH". */
static int printer_open(int peer)
{
    char path[40];
    char words[500] = "";
    struct ucred who;
    socklen_t size = sizeof(who);
    ssize_t length;
    int fd;

    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
        die("peer");
    snprintf(path, sizeof(path), "/proc/%d/cmdline", who.pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd < 0 ? 0 : read(fd, words, sizeof(words) - 1);
    close(fd);
    if (length < 4 || strcmp(words + length - 4, "-pH") != 0)
        return -1;
    return (int)syscall(SYS_pidfd_open, who.pid, 0);
}

static void serve(int peer, pid_t pid)
{
    struct request request;

    while (recv(peer, &request, sizeof(request), 0) == sizeof(request)) {
        struct answer answer = {.result = -1};
        uintptr_t number = request.command == GET_STATE ? RUNNING : (uintptr_t)pid;
        if (request.command == GET_STATE || request.command == GET_INIT_PID) {
            answer.result = 0;
            memcpy(&answer.data, &number, sizeof(number)); /* LXC's pointer that is a number */
        }
        if (send(peer, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
            break;
    }
    close(peer);
}

int main(int argc, char **argv)
{
    bool is_reused = argc == 4 && strcmp(argv[2], "--reused") == 0;
    struct pollfd waits[2] = {{.events = POLLIN}, {.fd = -1, .events = POLLIN}};
    pid_t pid;

    if (argc != 3 && !is_reused) {
        fprintf(stderr, "usage: squat SOCKET PID | squat SOCKET --reused CGROUP\n");
        return 125;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    waits[0].fd = listen_at(argv[1]);
    pid = is_reused ? make_init(argv[3]) : atoi(argv[2]);
    printf("ready %d\n", pid);
    (void)fflush(stdout);
    while (poll(waits, 2, -1) > 0) {
        if (waits[1].revents) {
            waits[1].fd = -1;
            is_reused = false;
            give_number_away(pid);
        }
        int peer = waits[0].revents ? accept4(waits[0].fd, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (peer < 0)
            continue;
        if (is_reused && waits[1].fd < 0)
            waits[1].fd = printer_open(peer);
        serve(peer, pid);
    }
    die("poll");
}

/* SPDX-License-Identifier: MIT */
#include "base/child.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#define NUMBERS_MAX 1048576 /* descriptors of a process, unless fs.nr_open was raised */

/* How long a killed child may take to go: one that hangs inside the kernel may not go at all. */
#define GRACE_SECONDS 2

void *child_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void child_memory_end(void *memory, size_t size)
{
    (void)munmap(memory, size);
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t child_deadline(int seconds)
{
    return now_ms() + (int64_t)seconds * 1000;
}

/* ---- its beginning --------------------------------------------------------------------------- */

__attribute__((noreturn)) static void child_main(const struct child_job *job, pid_t parent,
                                                 int link)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    job->outcome->has_begun = true;
    job->outcome->result = job->steps(job->memory, link);
    job->outcome->is_finished = true;
    _exit(0);
}

/* As fork(2), the child in that cgroup from its first moment (Linux 5.7). */
static pid_t fork_into(int cgroup)
{
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)cgroup};

    return (pid_t)syscall(__NR_clone3, &args, sizeof(args));
}

int child_start(const struct child_job *job, struct child *ret)
{
    pid_t parent = getpid();
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    pid = job->cgroup >= 0 ? fork_into(job->cgroup) : fork();
    if (pid == 0) {
        (void)close(ends[0]);
        child_main(job, parent, ends[1]);
    }
    int error = errno;
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return -error;
    }
    *ret = (struct child){pid, ends[0]};
    return 0;
}

/* ---- between the two ------------------------------------------------------------------------- */

/* No signal of ours has a handler, so an interrupted wait is an oddity, and goes on. */
static int link_wait(int link, short events, int64_t deadline)
{
    struct pollfd wait = {.fd = link, .events = events};
    int64_t left;
    int r;

    do {
        left = deadline - now_ms();
        r = poll(&wait, 1, left > 0 ? (int)left : 0);
    } while (r < 0 && errno == EINTR);
    return r > 0 ? 0 : -ETIMEDOUT;
}

int child_hear(const struct child *child, int64_t deadline)
{
    char byte;
    int r = link_wait(child->link, POLLIN, deadline);

    if (r < 0)
        return r;
    return recv(child->link, &byte, 1, MSG_DONTWAIT) == 1 ? 0 : -EPIPE;
}

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int child_tell(const struct child *child, const void *data, size_t size, int fd)
{
    union control control = {0};
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    }
    /* A child that was stopped takes nothing; one packet always has room. */
    return sendmsg(child->link, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

void child_say(int link)
{
    (void)send(link, "", 1, MSG_NOSIGNAL);
}

int child_listen(int link, void *data, size_t size, int *ret_fd)
{
    union control control = {0};
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    const struct cmsghdr *header;
    ssize_t got;

    *ret_fd = -1;
    while ((got = recvmsg(link, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        continue;
    header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
    if (got == (ssize_t)size)
        return 0;
    fd_cleanup(ret_fd);
    *ret_fd = -1;
    return -EPIPE;
}

/* ---- its end --------------------------------------------------------------------------------- */

static bool reap(struct child *child, int64_t deadline)
{
    char byte;

    /* Behind the bytes that nobody asked for comes the end. */
    for (;;) {
        if (link_wait(child->link, POLLIN, deadline) < 0)
            return false;
        if (recv(child->link, &byte, 1, MSG_DONTWAIT) <= 0)
            break;
    }
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return true;
}

static void child_close(struct child *child)
{
    fd_cleanup(&child->link);
    *child = CHILD_NONE;
}

bool child_kill(struct child *child)
{
    bool is_gone = true;

    if (child->pid) {
        (void)kill(child->pid, SIGKILL);
        is_gone = reap(child, child_deadline(GRACE_SECONDS));
    }
    child_close(child);
    return is_gone;
}

int child_end(struct child *child, int64_t deadline, bool *ret_stays)
{
    *ret_stays = false;
    if (!child->pid || reap(child, deadline)) {
        child_close(child);
        return 0;
    }
    *ret_stays = !child_kill(child);
    return -ETIMEDOUT;
}

/* ---- descriptors ----------------------------------------------------------------------------- */

/* The highest open descriptor, by /proc; the limit, where /proc is not there or not the kernel's.
 */
static unsigned highest_open(void)
{
    CLEANUP_DIR DIR *dir = opendir("/proc/self/fd");
    struct rlimit limit = {.rlim_max = NUMBERS_MAX};
    struct statfs fs;
    struct dirent *entry;
    unsigned highest = 0;
    uint32_t number;

    while (dir && (entry = readdir(dir)))
        if (text_to_u32(entry->d_name, 10, INT32_MAX, &number) == 0 && number > highest)
            highest = number;
    if (dir && fstatfs(dirfd(dir), &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
        highest >= (unsigned)dirfd(dir))
        return highest;
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max < NUMBERS_MAX ? (unsigned)limit.rlim_max : NUMBERS_MAX;
}

static void close_from_to(unsigned first, unsigned last)
{
    if (first > last)
        return;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, last, 0U) == 0)
        return;
#endif
    /* Linux before 5.9. */
    if (last == ~0U)
        last = highest_open();
    for (unsigned fd = first; fd <= last; fd++)
        (void)close((int)fd);
}

void child_keep_only(const int *fds, size_t count)
{
    unsigned from = 3;

    for (;;) {
        unsigned next = ~0U;
        for (size_t i = 0; i < count; i++)
            if (fds[i] >= 0 && (unsigned)fds[i] >= from && (unsigned)fds[i] < next)
                next = (unsigned)fds[i];
        if (next == ~0U)
            break;
        if (next > from)
            close_from_to(from, next - 1);
        from = next + 1;
    }
    close_from_to(from, ~0U);
}

void child_leave_output(int fd)
{
    for (int number = 0; number <= 2; number++)
        (void)dup2(fd, number);
}

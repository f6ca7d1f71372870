/* SPDX-License-Identifier: MIT */
#include "visit/session.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"
#include "visit/inside.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define STEP_MS      20 /* how often is looked whether it has ended */
#define TOLD_MAX     8
#define FREE_ABOVE   16 /* no number that the new process wants */
#define LOST         127
#define GROUPS_SIZE  (GUEST_USER_GROUPS_MAX * 11 + 1)
#define OWN_WORDS    8
#define READ_AT_ONCE 4096

enum { END_OUT, END_ERR, END_TOLD, ENDS };

/* What the two processes have in common. */
struct pipes {
    int read[ENDS], write[ENDS];
    int nothing; /* what is at its end */
};

static void pipes_close(struct pipes *pipes)
{
    for (int i = 0; i < ENDS; i++) {
        fd_cleanup(&pipes->read[i]);
        fd_cleanup(&pipes->write[i]);
    }
    fd_cleanup(&pipes->nothing);
}

static int pipes_make(struct pipes *ret)
{
    int ends[2];

    *ret = (struct pipes){{-1, -1, -1}, {-1, -1, -1}, -1};
    for (int i = 0; i < ENDS; i++) {
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -errno;
        ret->read[i] = ends[0];
        ret->write[i] = ends[1];
        (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    ret->nothing = ends[0];
    (void)close(ends[1]);
    return 0;
}

/* ---- the new process ------------------------------------------------------------------------- */

static void groups_describe(const struct guest_user *user, char *ret, size_t size)
{
    struct text text = {.data = ret, .size = size};

    ret[0] = '\0';
    for (uint32_t i = 0; i < user->group_count; i++)
        text_add(&text, "%s%u", i ? "," : "", user->groups[i]);
}

/* Each to its number, and nothing else stays open. */
static int descriptors_place(const struct session *session, const struct pipes *pipes)
{
    const int from[] = {pipes->nothing,         pipes->write[END_OUT], pipes->write[END_ERR],
                        pipes->write[END_TOLD], session->first,        session->program};
    const int keep[] = {VISIT_TOLD_FD, VISIT_FIRST_FD, VISIT_PROGRAM_FD};
    int above[6];

    for (int i = 0; i < 6; i++) {
        above[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FREE_ABOVE);
        if (above[i] < 0)
            return -errno;
    }
    for (int i = 0; i < 6; i++)
        if (dup2(above[i], i) < 0)
            return -errno;
    child_keep_only(keep, 3);
    return 0;
}

/* lxc-attach's words, lxc-gpu-inside's, and the program's. */
static int words_exec(const struct session *session, const char **words)
{
    const struct guest_user *user = session->user;
    char ids[2][12] = {VISIT_STAY, VISIT_STAY};
    char groups[GROUPS_SIZE] = VISIT_STAY;
    char first[32];
    size_t count = 0;

    snprintf(first, sizeof(first), "/proc/self/fd/%d", VISIT_FIRST_FD);
    if (user) {
        snprintf(ids[0], sizeof(ids[0]), "%u", user->uid);
        snprintf(ids[1], sizeof(ids[1]), "%u", user->gid);
        groups_describe(user, groups, sizeof(groups));
    }
    const char *own[OWN_WORDS] = {"--clear-env",
                                  "--",
                                  first,
                                  ids[0],
                                  ids[1],
                                  groups,
                                  session->user_name,
                                  user ? user->home : "/root"};
    for (size_t i = 0; i < session->attach->count; i++)
        words[count++] = session->attach->words[i];
    for (size_t i = 0; i < OWN_WORDS; i++)
        words[count++] = own[i];
    for (size_t i = 0; session->words[i]; i++)
        words[count++] = session->words[i];
    words[count] = NULL;
    return command_exec(words);
}

__attribute__((noreturn)) static void process_main(const struct session *session,
                                                   const struct pipes *pipes, pid_t parent,
                                                   const char **words)
{
    const struct command *attach = session->attach;
    int r;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(LOST);
    /* No terminal: what runs in the container could type into it. */
    (void)setsid();
    r = chdir("/") < 0 ? -errno : descriptors_place(session, pipes);
    if (r == 0 && attach->prepare)
        r = attach->prepare(attach->memory);
    if (r == 0)
        r = words_exec(session, words);
    (void)dprintf(STDERR_FILENO, "%s: %s\n", attach->words[0], strerror(-r));
    _exit(LOST);
}

/* ---- this one -------------------------------------------------------------------------------- */

struct watch {
    const struct session *session;
    struct pipes *pipes;
    pid_t pid;
    int64_t until;
    char told[TOLD_MAX];
    size_t told_count;
};

static void told_read(const struct watch *watch, struct session_end *ret)
{
    for (size_t i = 0; i < watch->told_count; i++) {
        switch (watch->told[i]) {
        case VISIT_BEGUN:
        case VISIT_IDS:
        case VISIT_READY:
            ret->step = (unsigned char)watch->told[i];
            break;
        case VISIT_FAILED:
            ret->error = i + 1 < watch->told_count ? (unsigned char)watch->told[i + 1] : EIO;
            return;
        default:
            return;
        }
    }
}

/* One read of a stream. False when there is nothing more now. */
static bool stream_take(struct watch *watch, int end)
{
    char data[READ_AT_ONCE + 1];
    int *fd = &watch->pipes->read[end];
    ssize_t got = *fd < 0 ? 0 : read(*fd, data, READ_AT_ONCE);

    if (got < 0)
        return errno == EINTR;
    if (got == 0) {
        fd_cleanup(fd);
        *fd = -1;
        return false;
    }
    if (end != END_TOLD) {
        data[got] = '\0';
        watch->session->take(watch->session->memory, end == END_OUT ? 1 : 2, data, (size_t)got);
    }
    for (ssize_t i = 0; end == END_TOLD && i < got && watch->told_count < TOLD_MAX; i++)
        watch->told[watch->told_count++] = data[i];
    return true;
}

static bool is_ready(const struct watch *watch)
{
    return memchr(watch->told, VISIT_READY, watch->told_count) != NULL;
}

static bool is_late(const struct watch *watch)
{
    return (watch->session->has_limit || !is_ready(watch)) && child_deadline(0) >= watch->until;
}

/* Until lxc-attach has ended: a process of the container may hold the pipes open for ever. */
static int watch_streams(struct watch *watch, bool *ret_is_late)
{
    struct pollfd waits[ENDS];
    int status = 0;
    pid_t gone;

    while ((gone = waitpid(watch->pid, &status, WNOHANG)) == 0 && !*ret_is_late) {
        for (int i = 0; i < ENDS; i++)
            waits[i] = (struct pollfd){.fd = watch->pipes->read[i], .events = POLLIN};
        (void)poll(waits, ENDS, STEP_MS);
        for (int i = 0; i < ENDS; i++)
            if (waits[i].revents)
                (void)stream_take(watch, i);
        *ret_is_late = is_late(watch);
    }
    if (gone == 0) {
        (void)kill(watch->pid, SIGKILL);
        while (waitpid(watch->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    /* As much as was on its way, and no more: somebody may go on. */
    for (int i = 0; i < ENDS; i++)
        for (int left = 64; left > 0 && stream_take(watch, i); left--)
            continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static size_t words_count(const struct session *session)
{
    size_t count = 0;

    while (session->words[count])
        count++;
    return session->attach->count + count + OWN_WORDS + 1;
}

int session_run(const struct session *session, struct session_end *ret, struct err *err)
{
    __attribute__((cleanup(pipes_close))) struct pipes pipes;
    CLEANUP_FREE const char **words = calloc(words_count(session), sizeof(*words));
    struct watch watch = {.session = session, .pipes = &pipes};
    int r = pipes_make(&pipes);
    pid_t self = getpid();

    *ret = (struct session_end){.step = VISIT_NOTHING};
    if (r < 0 || !words)
        return err_set(err, STATUS_INTERNAL, r < 0 ? -r : ENOMEM, "make pipes to a container");
    watch.until = child_deadline(SESSION_SECONDS);
    watch.pid = fork();
    if (watch.pid == 0)
        process_main(session, &pipes, self, words);
    if (watch.pid < 0)
        return err_set(err, STATUS_INTERNAL, errno, "make a process");
    for (int i = 0; i < ENDS; i++) {
        (void)close(pipes.write[i]);
        pipes.write[i] = -1;
    }
    ret->status = watch_streams(&watch, &ret->is_late);
    told_read(&watch, ret);
    return 0;
}

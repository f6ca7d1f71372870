/* SPDX-License-Identifier: MIT */
#include "start/privilege.h"

#include "base/child.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_MORE ((cap_value_t)-1)

struct phase_row {
    cap_value_t keeps[12]; /* up to NO_MORE */
    bool no_new_privs;     /* from then on not even execve(2) as root gives any back */
};

static const struct phase_row phases[] = {
    [PHASE_PREPARE] =
        {
            {
                CAP_SYS_PTRACE,      /* open /proc/PID/root and ns/ of another user's process */
                CAP_DAC_READ_SEARCH, /* look below folders that only the guest's root may enter */
                CAP_SYS_ADMIN,       /* make a file system; and for what follows, as all below */
                CAP_MKNOD,           /* make the nodes */
                CAP_CHOWN,           /* give them to the guest */
                CAP_SYS_CHROOT,
                CAP_SETUID,
                CAP_SETGID,
                CAP_DAC_OVERRIDE,
                CAP_KILL,
                NO_MORE,
            },
            false, /* AppArmor does not let go of a process with no_new_privs */
        },
    [PHASE_SEND] =
        {
            {
                CAP_SYS_ADMIN,    /* for the witness: setns(2) */
                CAP_SYS_CHROOT,   /* setns(2) into a mount namespace */
                CAP_SETUID,       /* become an ordinary user */
                CAP_SETGID,       /* the same */
                CAP_DAC_OVERRIDE, /* join a cgroup that the container's own systemd has made */
                CAP_KILL,         /* for PHASE_WAIT */
                NO_MORE,
            },
            false, /* nor of the witness */
        },
    [PHASE_WAIT] =
        {
            {
                CAP_KILL, /* the others run under other uids */
                NO_MORE,
            },
            true,
        },
    [PHASE_UNDO] =
        {
            {
                CAP_SYS_ADMIN, /* umount2(2) */
                NO_MORE,
            },
            true,
        },
    [PHASE_ENTER] =
        {
            {
                CAP_SYS_ADMIN,       /* setns(2) */
                CAP_SYS_CHROOT,      /* setns(2) into a mount namespace */
                CAP_SETUID,          /* become the container's root */
                CAP_SETGID,          /* the same */
                CAP_DAC_READ_SEARCH, /* for PHASE_ATTACH in a container without user namespace */
                NO_MORE,
            },
            true,
        },
    [PHASE_ATTACH] =
        {
            {
                CAP_SYS_ADMIN,       /* open_tree(2), move_mount(2), umount2(2) */
                CAP_DAC_READ_SEARCH, /* read what the container's root may read */
                NO_MORE,
            },
            true,
        },
    [PHASE_BIND] =
        {
            {
                CAP_SYS_ADMIN, /* mount(2) */
                NO_MORE,
            },
            true,
        },
    [PHASE_PROVE] = {{NO_MORE}, true},
};

static int keeps_count(const struct phase_row *row)
{
    int count = 0;

    while (row->keeps[count] != NO_MORE)
        count++;
    return count;
}

/*
 * Whoever starts us may have changed these. Ignored SIGCHLD hides how a child ended; SIGPIPE and
 * SIGXFSZ would end us half-way where an error can be handled.
 */
static void reset_signals(void)
{
    static const int ignored[] = {SIGPIPE, SIGXFSZ};
    sigset_t none;

    (void)signal(SIGCHLD, SIG_DFL);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        (void)signal(ignored[i], SIG_IGN);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* setuid, setgid or with capabilities of the file: the environment is an unprivileged user's. */
static void drop_foreign_environment(void)
{
    if (getauxval(AT_SECURE) || getuid() != geteuid() || getgid() != getegid())
        (void)clearenv();
}

void privilege_start(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)umask(022); /* a folder that the container's users have to pass is not shut by root's */
    drop_foreign_environment();
    reset_signals();
    child_keep_only(NULL, 0);
    /* A closed 0, 1 or 2 would be given to the next open, and then written to as output. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR);
}

/* PROC_USER_INIT_INO in the kernel's include/linux/proc_ns.h since 3.8: the same on every host. */
#define HOST_USER_NS_INODE 0xEFFFFFFDU

bool privilege_is_hosts(void)
{
    struct stat st;

    return stat("/proc/self/ns/user", &st) == 0 && st.st_ino == HOST_USER_NS_INODE;
}

bool privilege_is_roots(void)
{
    return geteuid() == 0 && privilege_is_hosts();
}

static void missing_describe(cap_t have, const struct phase_row *row, struct text *text)
{
    for (int i = 0; row->keeps[i] != NO_MORE; i++) {
        cap_flag_value_t is_set = CAP_CLEAR;
        char *name;
        (void)cap_get_flag(have, row->keeps[i], CAP_PERMITTED, &is_set);
        if (is_set == CAP_SET)
            continue;
        name = cap_to_name(row->keeps[i]);
        text_add(text, "%s%s", text->used ? ", " : "", name ? name : "?");
        (void)cap_free(name);
    }
}

static int phase_set(const struct phase_row *row, cap_t wanted, struct fault *fault)
{
    int count = keeps_count(row);

    if (cap_clear(wanted) < 0 ||
        (count && (cap_set_flag(wanted, CAP_PERMITTED, count, row->keeps, CAP_SET) < 0 ||
                   cap_set_flag(wanted, CAP_EFFECTIVE, count, row->keeps, CAP_SET) < 0)) ||
        cap_set_proc(wanted) < 0 ||
        (row->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
        return fault_set(fault, CAUSE_CAPS_NOT_LOWERED, errno);
    return 0;
}

int privilege_enter(enum phase phase, struct fault *fault)
{
    const struct phase_row *row = &phases[phase];
    cap_t caps = cap_get_proc();
    char missing[200] = "";
    struct text text = TEXT_ON(missing);
    int r;

    if (!caps)
        return fault_set(fault, CAUSE_CAPS_UNREADABLE, errno);
    missing_describe(caps, row, &text);
    r = text.used ? fault_set(fault, CAUSE_CAPS_MISSING, 0, .detail = missing)
                  : phase_set(row, caps, fault);
    (void)cap_free(caps);
    return r;
}

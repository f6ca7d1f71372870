/* SPDX-License-Identifier: MIT */
/*
 * Makes a process of somebody else's do what it would never do: tries, as that process, to get back
 * any privilege. What the kernel then allows it is what a bug in it could do.
 *
 *   force UID PROGRAM COMMAND...
 *
 * COMMAND runs until one of its processes has become UID and is about to open a file. PROGRAM is
 * put into that one's root folder, setuid to the folder's owner, and executed last of all. One line
 * for every attempt that worked, "open: ATTEMPT"; then "tried N", and how the process stands after
 * execve(2): "ids REAL EFFECTIVE, capabilities PERMITTED". COMMAND is ended. For x86-64.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPEN_TREE    428
#define SU           "/su"
#define FDS          32
#define ALL_CAPS     0xffffffffU
#define CAPS_VERSION 0x20080522U

#define INSTRUCTION 2 /* the length of "syscall" */

/* What is written into the process's stack, for calls that want memory. */
struct memory {
    unsigned header[2];
    unsigned caps[6];
    char su[8];
    char dri[16];
    char none[8];
    unsigned long long argv[2];
};

static struct user_regs_struct before;
static unsigned long long memory_at;
static unsigned tried;

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "force: %s: %s\n", what, strerror(errno));
    exit(125);
}

static void registers(pid_t pid, enum __ptrace_request request, struct user_regs_struct *regs)
{
    struct iovec area = {regs, sizeof(*regs)};

    if (ptrace(request, pid, NT_PRSTATUS, &area) < 0)
        die("registers");
}

static int next_stop(pid_t pid, enum __ptrace_request request)
{
    int status;

    if (ptrace(request, pid, 0, 0) < 0)
        die("go on");
    if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status))
        die("wait for the process");
    return status;
}

/* Its current system call is made again, as another one. */
static long call(pid_t pid, unsigned long number, const unsigned long long arguments[5])
{
    struct user_regs_struct regs = before;
    unsigned long long *const places[5] = {&regs.rdi, &regs.rsi, &regs.rdx, &regs.r10, &regs.r8};

    regs.rip -= INSTRUCTION;
    for (int i = 0; i < 5; i++)
        *places[i] = arguments[i];
    regs.rax = number;
    regs.orig_rax = ~0ULL;
    registers(pid, PTRACE_SETREGSET, &regs);
    (void)next_stop(pid, PTRACE_SYSCALL);
    if (number == SYS_execve &&
        next_stop(pid, PTRACE_SYSCALL) >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
        return 0;
    if (number != SYS_execve)
        (void)next_stop(pid, PTRACE_SYSCALL);
    registers(pid, PTRACE_GETREGSET, &regs);
    return (long)regs.rax;
}

static void attempt(pid_t pid, const char *name, unsigned long number,
                    const unsigned long long arguments[5])
{
    tried++;
    if (call(pid, number, arguments) >= 0)
        printf("open: %s\n", name);
}

#define AT(member) (memory_at + offsetof(struct memory, member))
#define TRY(pid, name, number, ...)                                                                \
    attempt(pid, name, number, (const unsigned long long[5]){__VA_ARGS__})

static void try_all(pid_t pid, pid_t parent)
{
    const unsigned long long node = makedev(226, 128);

    TRY(pid, "become uid 0", SYS_setresuid, 0, 0, 0);
    TRY(pid, "become gid 0", SYS_setresgid, 0, 0, 0);
    TRY(pid, "another fsuid of its ids", SYS_setreuid, ~0ULL, 0);
    TRY(pid, "other groups", SYS_setgroups, 1, AT(header));
    TRY(pid, "all capabilities", SYS_capset, AT(header), AT(caps));
    TRY(pid, "ambient CAP_SYS_ADMIN", SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21);
    TRY(pid, "new privileges", SYS_prctl, PR_SET_NO_NEW_PRIVS, 0);
    TRY(pid, "other secure bits", SYS_prctl, PR_SET_SECUREBITS, 1);
    TRY(pid, "a mount namespace", SYS_unshare, CLONE_NEWNS);
    TRY(pid, "another root", SYS_chroot, AT(dri));
    TRY(pid, "a mount", SYS_mount, AT(none), AT(dri), AT(none), MS_BIND);
    TRY(pid, "an unmount", SYS_umount2, AT(dri), MNT_DETACH);
    TRY(pid, "a device node", SYS_mknodat, (unsigned)AT_FDCWD, AT(none), S_IFCHR | 0600, node);
    TRY(pid, "to trace its parent", SYS_ptrace, PTRACE_SEIZE, (unsigned long long)parent);
    tried++;
    if (syscall(SYS_kcmp, pid, parent, KCMP_VM, 0, 0) == 0)
        printf("open: the memory of its parent\n");
    TRY(pid, "to signal its parent", SYS_kill, (unsigned long long)parent, 0);
    for (unsigned long long fd = 0; fd < FDS; fd++) {
        TRY(pid, "the namespace of a descriptor", SYS_setns, fd, 0);
        TRY(pid, "a copy of a mount", OPEN_TREE, fd, AT(none) + 1, 1 | AT_EMPTY_PATH);
    }
}

static void put_memory(pid_t pid)
{
    struct memory memory = {.header = {CAPS_VERSION, 0},
                            .caps = {ALL_CAPS, ALL_CAPS, 0, ALL_CAPS, ALL_CAPS, 0},
                            .su = SU,
                            .dri = "/dev/dri",
                            .none = "n"};
    struct iovec ours = {&memory, sizeof(memory)};
    struct iovec theirs;

    memory_at = (before.rsp - 4096) & ~15ULL;
    memory.argv[0] = AT(su);
    theirs =
        (struct iovec){(void *)memory_at, sizeof(memory)}; /* NOLINT(performance-no-int-to-ptr) */
    if (process_vm_writev(pid, &ours, 1, &theirs, 1, 0) != sizeof(memory))
        die("write its memory");
}

/* As whoever owns the folder: root of the host may have no id there. */
static void put_program(pid_t pid, const char *program)
{
    static char bytes[1 << 16];
    char path[64];
    struct stat st;
    ssize_t got;
    int from = open(program, O_RDONLY | O_CLOEXEC);
    int to;

    snprintf(path, sizeof(path), "/proc/%d/root", pid);
    if (from < 0 || stat(path, &st) < 0)
        die(program);
    (void)setfsgid(st.st_gid);
    (void)setfsuid(st.st_uid);
    snprintf(path, sizeof(path), "/proc/%d/root" SU, pid);
    to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    while (to >= 0 && (got = read(from, bytes, sizeof(bytes))) > 0)
        if (write(to, bytes, (size_t)got) != got)
            die(path);
    if (to < 0 || fchmod(to, 04755) < 0)
        die(path);
    close(to);
    close(from);
    (void)setfsuid(0);
    (void)setfsgid(0);
}

/* The number behind `field`, at its `word`, of /proc/PID/status. */
static void status_word(pid_t pid, const char *field, int word, char ret[32])
{
    char path[40];
    char line[256];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    file = fopen(path, "re");
    if (!file)
        die(path);
    snprintf(ret, 32, "?");
    while (fgets(line, sizeof(line), file)) {
        char *rest = line + strlen(field);
        if (strncmp(line, field, strlen(field)) != 0)
            continue;
        for (char *found = strtok_r(rest, "\t\n ", &rest); found && word-- >= 0;
             found = strtok_r(NULL, "\t\n ", &rest))
            snprintf(ret, 32, "%s", found);
    }
    (void)fclose(file);
}

static void start(char **command)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)raise(SIGSTOP);
        execv(command[0], command);
        die(command[0]);
    }
    if (pid < 0 || waitpid(pid, NULL, WUNTRACED) < 0 ||
        ptrace(PTRACE_SEIZE, pid, 0,
               PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) < 0 ||
        kill(pid, SIGCONT) < 0)
        die("start the command");
}

static bool is_about_to_open(pid_t pid, const char *uid)
{
    struct __ptrace_syscall_info info;
    char now[32];

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY || info.entry.nr != SYS_openat)
        return false;
    status_word(pid, "Uid:", 1, now);
    return strcmp(now, uid) == 0;
}

static pid_t wait_for(const char *uid)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
        if (!WIFSTOPPED(status))
            continue;
        if (signal == (SIGTRAP | 0x80) && is_about_to_open(pid, uid))
            return pid;
        /* What stopped it for us only, it does not get. */
        if (signal == (SIGTRAP | 0x80) || status >> 16 || signal == SIGSTOP)
            signal = 0;
        (void)ptrace(PTRACE_SYSCALL, pid, 0, signal);
    }
    die("no process of that user opened a file");
}

/* The open itself is not made; from where it would have returned, other calls are. */
static void take_over(pid_t pid)
{
    struct user_regs_struct regs;

    registers(pid, PTRACE_GETREGSET, &before);
    regs = before;
    regs.orig_rax = ~0ULL;
    registers(pid, PTRACE_SETREGSET, &regs);
    (void)next_stop(pid, PTRACE_SYSCALL);
}

int main(int argc, char **argv)
{
    char parent[32];
    char words[3][32];
    pid_t pid;

    if (argc < 4) {
        fprintf(stderr, "usage: force UID PROGRAM COMMAND...\n");
        return 125;
    }
    start(argv + 3);
    pid = wait_for(argv[1]);
    put_program(pid, argv[2]);
    take_over(pid);
    put_memory(pid);
    status_word(pid, "PPid:", 0, parent);
    try_all(pid, atoi(parent)); /* NOLINT(cert-err34-c) */
    printf("tried %u\n", tried);
    if (call(pid, SYS_execve, (const unsigned long long[5]){AT(su), AT(argv), AT(argv) + 8}) < 0)
        die("execute");
    status_word(pid, "Uid:", 0, words[0]);
    status_word(pid, "Uid:", 1, words[1]);
    status_word(pid, "CapPrm:", 0, words[2]);
    printf("ids %s %s, capabilities %s\n", words[0], words[1], words[2]);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stops every process of somebody else's program at every system call, before it and after it, and
 * tries there what the root of a container could try to get into its memory.
 *
 *   trespass PID COMMAND...
 *
 * Tried as the root of PID's user namespace, which sees the host's /proc: process_vm_writev(2), to
 * open /proc/PID/mem, and behind each system call ptrace(2), for which our own tracing ends first.
 * From the command's first fork on. One line for every attempt that worked, "open: PROCESS ATTEMPT
 * WHERE SYSCALL"; PROCESS counts from 1 on, the command itself. Then, for each process, "tried
 * PROCESS STOPS". Ends with the command's status. For x86-64.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 16
#define OPTIONS                                                                                    \
    (PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |        \
     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)

enum attempt { ATTEMPT_WRITE = 1, ATTEMPT_MEM = 2, ATTEMPT_PTRACE = 4 };

struct question {
    pid_t pid;
    unsigned long long address;
    bool with_ptrace;
};

struct process {
    pid_t pid;
    bool is_inside_call; /* the next stop is the one behind it */
    unsigned stops;
};

static struct process processes[PROCESSES_MAX];
static int process_count;
static int intruder = -1;

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "trespass: %s: %s\n", what, strerror(errno));
    exit(125);
}

/* ---- the intruder ---------------------------------------------------------------------------- */

static unsigned try_all(const struct question *question)
{
    char path[40];
    char byte = 0;
    struct iovec ours = {&byte, 1};
    struct iovec theirs = {(void *)question->address, 1}; /* NOLINT(performance-no-int-to-ptr) */
    unsigned open_to = 0;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/mem", question->pid);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        open_to |= ATTEMPT_MEM;
        close(fd);
    }
    if (question->with_ptrace && ptrace(PTRACE_SEIZE, question->pid, 0, 0) == 0) {
        open_to |= ATTEMPT_PTRACE;
        (void)ptrace(PTRACE_INTERRUPT, question->pid, 0, 0);
        (void)waitpid(question->pid, NULL, __WALL);
        (void)ptrace(PTRACE_DETACH, question->pid, 0, SIGSTOP);
    }
    /* Reads, so that the program goes on; the kernel asks the same of a write. */
    if (syscall(SYS_process_vm_readv, question->pid, &ours, 1, &theirs, 1, 0) == 1 &&
        syscall(SYS_process_vm_writev, question->pid, &ours, 1, &theirs, 1, 0) == 1)
        open_to |= ATTEMPT_WRITE;
    return open_to;
}

static void intruder_start(const char *pid)
{
    struct question question;
    char path[40];
    int ends[2];
    int ns;

    snprintf(path, sizeof(path), "/proc/%s/ns/user", pid);
    ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die("prepare the intruder");
    intruder = ends[0];
    if (fork() != 0) {
        close(ends[1]);
        close(ns);
        return;
    }
    close(ends[0]);
    if (setns(ns, CLONE_NEWUSER) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        die("become the container's root");
    while (recv(ends[1], &question, sizeof(question), 0) == sizeof(question)) {
        unsigned answer = try_all(&question);
        if (send(ends[1], &answer, sizeof(answer), 0) < 0)
            break;
    }
    _exit(0);
}

static unsigned ask(const struct question *question)
{
    unsigned answer = 0;

    if (send(intruder, question, sizeof(*question), 0) < 0 ||
        recv(intruder, &answer, sizeof(answer), 0) != sizeof(answer))
        die("ask the intruder");
    return answer;
}

/* ---- the processes --------------------------------------------------------------------------- */

static struct process *process_of(pid_t pid)
{
    for (int i = 0; i < process_count; i++)
        if (processes[i].pid == pid)
            return &processes[i];
    if (process_count == PROCESSES_MAX) {
        errno = E2BIG;
        die("remember a process");
    }
    processes[process_count] = (struct process){.pid = pid};
    return &processes[process_count++];
}

static void tell(const struct process *process, unsigned answer, unsigned long long number)
{
    static const struct {
        enum attempt attempt;
        const char *name;
    } names[] = {
        {ATTEMPT_WRITE, "process_vm_writev"}, {ATTEMPT_MEM, "mem"}, {ATTEMPT_PTRACE, "ptrace"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (answer & names[i].attempt)
            printf("open: %d %s %s %llu\n", (int)(process - processes) + 1, names[i].name,
                   process->is_inside_call ? "before" : "behind", number);
}

static char state_of(pid_t pid)
{
    char path[40];
    char text[512] = "";
    const char *end;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    if (fd >= 0)
        close(fd);
    end = strrchr(text, ')');
    if (!end)
        return '?';
    return end[2];
}

/* Nobody traces it for a while: it is stopped by a signal instead. */
static unsigned ask_untraced(struct question *question)
{
    pid_t pid = question->pid;
    unsigned answer;
    int status;

    if (ptrace(PTRACE_DETACH, pid, 0, SIGSTOP) < 0)
        die("let go");
    for (int i = 0; i < 20000 && state_of(pid) != 'T'; i++)
        usleep(50);
    question->with_ptrace = true;
    answer = ask(question);
    if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0)
        die("take hold again");
    (void)kill(pid, SIGCONT);
    /* Until it is on its way: it stops for the signals' sake first. */
    while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) &&
           WSTOPSIG(status) != SIGCONT)
        (void)ptrace(PTRACE_CONT, pid, 0, 0);
    return answer;
}

static void stopped(struct process *process)
{
    struct user_regs_struct regs;
    struct iovec area = {&regs, sizeof(regs)};
    struct question question = {.pid = process->pid};
    unsigned answer;

    if (ptrace(PTRACE_GETREGSET, process->pid, NT_PRSTATUS, &area) < 0)
        return;
    process->is_inside_call = !process->is_inside_call;
    if (process_count < 2 || regs.orig_rax == SYS_exit_group)
        return;
    process->stops++;
    question.address = regs.rsp;
    answer = process->is_inside_call ? ask(&question) : ask_untraced(&question);
    tell(process, answer, regs.orig_rax);
}

static void start(char **command)
{
    pid_t pid = fork();

    if (pid == 0) {
        close(intruder);
        (void)raise(SIGSTOP);
        execvp(command[0], command);
        die(command[0]);
    }
    if (pid < 0 || waitpid(pid, NULL, WUNTRACED) < 0 || ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0 ||
        kill(pid, SIGCONT) < 0)
        die("start the command");
    (void)process_of(pid);
}

int main(int argc, char **argv)
{
    int first = 0;
    int status;
    pid_t pid;

    if (argc < 3) {
        fprintf(stderr, "usage: trespass PID COMMAND...\n");
        return 125;
    }
    intruder_start(argv[1]);
    start(argv + 2);
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
        if (!WIFSTOPPED(status)) {
            if (pid == processes[0].pid) {
                first = status;
                close(intruder);
            }
            continue;
        }
        if (signal == (SIGTRAP | 0x80)) {
            stopped(process_of(pid));
        } else if (status >> 16) {
            (void)process_of(pid);
        }
        /* What stopped it for us only, it does not get. */
        if (signal == (SIGTRAP | 0x80) || status >> 16 || signal == SIGSTOP || signal == SIGCONT)
            signal = 0;
        (void)ptrace(PTRACE_SYSCALL, pid, 0, signal);
    }
    for (int i = 0; i < process_count; i++)
        printf("tried %d %u\n", i + 1, processes[i].stops);
    return WIFEXITED(first) ? WEXITSTATUS(first) : 125;
}

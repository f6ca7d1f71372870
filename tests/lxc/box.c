/* SPDX-License-Identifier: MIT */
/*
 * A container in two milliseconds: a process in a mount namespace (and a user namespace) of its
 * own, with a tmpfs for its root. For tests that need hundreds of them, or one that misbehaves.
 *
 *   box [OPTION]... -- COMMAND...
 *     --privileged    no user namespace
 *     --shared        a bare mount namespace, and our own root: mounts stay shared with ours where
 *                     they are
 *     --root FOLDER   this for its root, rather than an empty one
 *     --nested        made in a user namespace: it maps the ids of that one to one
 *     --autodev       a tmpfs on /dev, when that is a folder, as LXC puts it
 *     --read-only     the root cannot be written to
 *     --swap FOLDER   all the while, swap /dev, /dev/dri and /etc/group with links into FOLDER
 *     --fuse PLACE    a file system that never answers on PLACE: "etc", "dev/dri", or "dev/null",
 * which is a file
 *     --taken         the same, but it takes the requests: the kernel then waits for the answer
 * even when the caller is killed
 *     --overlay       the same as --taken, and on PLACE is an overlay over that file system
 *     --no-openat2    COMMAND runs on a kernel without that system call; faster than under strace
 *
 * COMMAND runs outside, with the box's process id for every word that reads {} and in LXC_PID. Then
 * one line tells what is in the box: "dri: " and absent, empty, or the nodes with their owners.
 * Exit status: the command's, 128 + N for a signal, 125 when the box could not be made.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

struct box {
    bool privileged, shared, taken, overlay, nested, autodev, read_only, no_openat2;
    const char *root;
    const char *swap;
    const char *fuse;
};

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "box: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void check(int result, const char *what)
{
    if (result < 0)
        die(what);
}

static void put_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ssize_t length = (ssize_t)strlen(text);

    if (fd < 0 || (length && write(fd, text, (size_t)length) != length))
        die(path);
    close(fd);
}

/* ---- inside --------------------------------------------------------------------------------- */

static void fill_root(void)
{
    check(mount("box", "/tmp", "tmpfs", 0, "mode=0755"), "tmpfs");
    check(chdir("/tmp"), "enter the root");
    check(mkdir("dev", 0755), "dev");
    check(mkdir("etc", 0755), "etc");
    check(mkdir("proc", 0755), "proc");
    put_text("etc/group", "root:x:0:\nrender:x:2992:\n");
}

static bool is_folder(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void make_root(const struct box *box)
{
    check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "mounts to slaves");
    if (box->root) {
        check(mount(box->root, box->root, NULL, MS_BIND | MS_REC, NULL), box->root);
        check(chdir(box->root), box->root);
    } else {
        fill_root();
    }
    if (is_folder("proc"))
        check(mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL), "proc");
    if (box->autodev && is_folder("dev"))
        check(mount("box", "dev", "tmpfs", 0, "mode=0755"), "autodev");
    if (box->read_only)
        check(mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "read-only");
    check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
    check(umount2(".", MNT_DETACH), "leave the old root");
    check(chdir("/"), "the new root");
}

/* Nobody reads from the connection, or somebody does and keeps silent. */
static void mount_fuse(const struct box *box, int fuse)
{
    bool is_file = strcmp(box->fuse, "dev/null") == 0;
    char settings[80];
    char place[32];

    snprintf(place, sizeof(place), "/%s", box->fuse);
    if (is_file)
        put_text(place, "");
    else
        (void)mkdir(place, 0755);
    snprintf(settings, sizeof(settings), "fd=%d,rootmode=%s,user_id=0,group_id=0,allow_other", fuse,
             is_file ? "100666" : "40755");
    check(mount("silent", place, "fuse", 0, settings), "fuse");
}

/*
 * What a mount needs is answered (linux/fuse.h): FUSE_INIT by the smallest reply the kernel takes,
 * and FUSE_STATFS, which an overlay asks first. Nothing else ever is.
 */
static void take_requests(int fuse)
{
    static const struct {
        unsigned opcode, size, words[20];
    } answers[] = {{26, 64, {7, 31, 0, 0, 0, 1 << 16}}, {17, 80, {0}}};
    static char request[1 << 18];
    struct {
        unsigned length;
        int error;
        unsigned long long unique;
        unsigned words[20];
    } reply = {0};

    while (read(fuse, request, sizeof(request)) > 0) {
        unsigned opcode;
        memcpy(&opcode, request + 4, sizeof(opcode));
        memcpy(&reply.unique, request + 8, sizeof(reply.unique));
        for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
            if (answers[i].opcode != opcode)
                continue;
            reply.length = 16 + answers[i].size;
            memcpy(reply.words, answers[i].words, sizeof(reply.words));
            if (write(fuse, &reply, reply.length) < 0)
                die("answer a mount");
        }
    }
}

/* The file system is on /below, and answers from a process of its own: mount(2) waits for it. */
static void mount_overlay(const struct box *box, int fuse)
{
    struct box below = {.fuse = "below"};
    char place[32];

    mount_fuse(&below, fuse);
    if (fork() == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        take_requests(fuse);
        _exit(0);
    }
    snprintf(place, sizeof(place), "/%s", box->fuse);
    (void)mkdir(place, 0755);
    (void)mkdir("/other", 0755);
    check(mount("box", place, "overlay", 0, "lowerdir=/below:/other"), "overlay");
}

static void swap(const char *a, const char *b)
{
    (void)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */);
}

static void swap_for_ever(const char *folder)
{
    char dri[256];
    char group[256];

    snprintf(dri, sizeof(dri), "%s/dri", folder);
    snprintf(group, sizeof(group), "%s/group", folder);
    check(symlink(folder, "/dev.link"), "link");
    check(symlink(group, "/etc/group.link"), "link");
    check(symlink(dri, "/dev/dri.link"), "link");
    check(mkdir("/dev/dri", 0755), "dri");
    for (unsigned round = 0;; round++) {
        swap("/dev/dri", "/dev/dri.link");
        if (round % 3 == 0)
            swap("/dev", "/dev.link");
        if (round % 5 == 0)
            swap("/etc/group", "/etc/group.link");
        if (round % 16 == 0) {
            /* A mount cannot be renamed: away with what was attached. */
            (void)umount2("/dev/dri", MNT_DETACH);
            (void)umount2("/dev/dri.link", MNT_DETACH);
        }
        /* From far shorter to longer than attach takes, so that it meets every mixture. */
        usleep(1U << ((round * 7) % 15));
    }
}

__attribute__((noreturn)) static void inside(const struct box *box, int maps_ready, int told)
{
    int fuse = -1;
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    check(unshare(CLONE_NEWNS | (box->privileged || box->shared ? 0 : CLONE_NEWUSER)), "unshare");
    check((int)write(told, "u", 1), "tell");
    check((int)read(maps_ready, &byte, 1), "id maps");
    if (!box->privileged && !box->shared)
        check(setresgid(0, 0, 0) | setresuid(0, 0, 0), "become root");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* which a change of ids takes back */
    /* It belongs to the user namespace that it is opened in. */
    if (box->fuse)
        check(fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC), "/dev/fuse");
    if (!box->shared)
        make_root(box);
    if (box->overlay)
        mount_overlay(box, fuse);
    else if (box->fuse)
        mount_fuse(box, fuse);
    check((int)write(told, "r", 1), "tell");
    close(told);
    if (box->taken)
        take_requests(fuse);
    if (box->swap)
        swap_for_ever(box->swap);
    for (;;)
        pause();
}

/* ---- outside -------------------------------------------------------------------------------- */

static void put_maps(const struct box *box, pid_t pid)
{
    const char *map = box->nested ? "0 0 65536\n" : "0 100000 65536\n";
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
    put_text(path, map);
    snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
    put_text(path, map);
}

/* A cgroup as LXC makes one, by which a container that shares our user namespace is known. */
static void cgroup_path(pid_t pid, const char *file, char *ret, size_t size)
{
    const char *mounts[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
    bool is_hybrid = access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) == 0;

    snprintf(ret, size, "%s/lxc.payload.box-%d%s", mounts[is_hybrid ? 0 : 1], pid, file);
}

static void enter_cgroup(pid_t pid)
{
    char path[96];
    char number[16];

    cgroup_path(pid, "", path, sizeof(path));
    check(mkdir(path, 0755), path);
    cgroup_path(pid, "/cgroup.procs", path, sizeof(path));
    snprintf(number, sizeof(number), "%d", pid);
    put_text(path, number);
}

static void leave_cgroup(pid_t pid)
{
    char path[96];

    cgroup_path(pid, "", path, sizeof(path));
    (void)rmdir(path);
}

static pid_t start(const struct box *box)
{
    int ready[2];
    int told[2];
    char byte = 0;
    pid_t pid;

    check(pipe2(ready, O_CLOEXEC) | pipe2(told, O_CLOEXEC), "pipe");
    /* As a container's init is: the first process of a pid namespace. */
    pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
    check(pid, "clone");
    if (pid == 0)
        inside(box, ready[0], told[1]);
    close(told[1]);
    if (read(told[0], &byte, 1) != 1)
        die("start");
    if (!box->privileged && !box->shared)
        put_maps(box, pid);
    else
        enter_cgroup(pid);
    check((int)write(ready[1], "m", 1), "go");
    if (read(told[0], &byte, 1) != 1 || byte != 'r')
        die("make");
    return pid;
}

static void hide_openat2(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

    check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "seccomp");
}

static int run(const struct box *box, char **command, pid_t box_pid)
{
    static char number[16];
    int status;
    pid_t pid;

    snprintf(number, sizeof(number), "%d", box_pid);
    (void)setenv("LXC_PID", number, 1);
    for (char **word = command; *word; word++)
        if (strcmp(*word, "{}") == 0)
            *word = number;
    pid = fork();
    check(pid, "fork");
    if (pid == 0) {
        if (box->no_openat2)
            hide_openat2();
        execvp(command[0], command);
        die(command[0]);
    }
    while (waitpid(pid, &status, 0) < 0)
        check(errno == EINTR ? 0 : -1, "wait");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void tell_dri(pid_t pid)
{
    char path[64];
    struct dirent *entry;
    struct stat st;
    bool is_empty = true;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/root/dev/dri", pid);
    dir = opendir(path);
    printf("dri:%s", dir ? "" : " absent");
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "by-path") == 0 ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        is_empty = false;
        printf(" %s=%u:%u,%u:%u,%o", entry->d_name, major(st.st_rdev), minor(st.st_rdev), st.st_uid,
               st.st_gid, st.st_mode & 07777);
    }
    printf("%s\n", dir && is_empty ? " empty" : "");
    if (dir)
        closedir(dir);
}

static bool *find_switch(struct box *box, const char *name)
{
    const struct {
        const char *name;
        bool *value;
    } switches[] = {{"--privileged", &box->privileged}, {"--shared", &box->shared},
                    {"--taken", &box->taken},           {"--overlay", &box->overlay},
                    {"--nested", &box->nested},         {"--autodev", &box->autodev},
                    {"--read-only", &box->read_only},   {"--no-openat2", &box->no_openat2}};

    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        if (strcmp(switches[i].name, name) == 0)
            return switches[i].value;
    return NULL;
}

static char **read_options(char **argv, struct box *ret)
{
    for (argv++; *argv && strcmp(*argv, "--") != 0; argv++) {
        bool *value = find_switch(ret, *argv);
        if (value)
            *value = true;
        else if (strcmp(*argv, "--root") == 0 && argv[1])
            ret->root = *++argv;
        else if (strcmp(*argv, "--swap") == 0 && argv[1])
            ret->swap = *++argv;
        else if (strcmp(*argv, "--fuse") == 0 && argv[1])
            ret->fuse = *++argv;
        else
            return NULL;
    }
    return *argv ? argv + 1 : NULL;
}

int main(int argc, char **argv)
{
    struct box box = {0};
    char **command = read_options(argv, &box);
    int status;
    pid_t pid;

    if (argc < 3 || !command || !*command) {
        fprintf(stderr, "usage: box [OPTION]... -- COMMAND...\n");
        return 125;
    }
    pid = start(&box);
    status = run(&box, command, pid);
    if (!box.swap && (!box.fuse || strcmp(box.fuse, "dev/null") == 0))
        tell_dri(pid);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    leave_cgroup(pid);
    return status;
}

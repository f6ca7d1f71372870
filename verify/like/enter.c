/* SPDX-License-Identifier: MIT */
/* As a running process is. Everything of it is opened first, and then followed. */
#include "like/like.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX     ((size_t)1 << 20)
#define VARIABLES    1024
#define CAPABILITIES 64

enum space { SPACE_USER, SPACE_MOUNT, SPACE_PID, SPACE_NET, SPACE_IPC, SPACE_UTS, SPACE_COUNT };

/* In the order in which they are entered: the first of them lets into the rest. */
static const struct {
    const char *name;
    int type;
} SPACES[SPACE_COUNT] = {
    [SPACE_USER] = {"user", CLONE_NEWUSER}, [SPACE_MOUNT] = {"mnt", CLONE_NEWNS},
    [SPACE_PID] = {"pid", CLONE_NEWPID},    [SPACE_NET] = {"net", CLONE_NEWNET},
    [SPACE_IPC] = {"ipc", CLONE_NEWIPC},    [SPACE_UTS] = {"uts", CLONE_NEWUTS},
};

#define LABEL_MAX 256

struct target {
    int pid;
    char label[LABEL_MAX];         /* of a security module; "" without one */
    bool is_labelled, is_filtered; /* and this program is not */
    struct like_process process;
    char *environment;
    size_t environment_size;
    int root, self;
    int spaces[SPACE_COUNT]; /* -1: the same as ours */
    struct idmap uid_map, gid_map;
};

#define TARGET_NONE ((struct target){.root = -1, .self = -1, .spaces = {-1, -1, -1, -1, -1, -1}})

static void target_close(struct target *target)
{
    if (target->root >= 0)
        (void)close(target->root);
    if (target->self >= 0)
        (void)close(target->self);
    for (int i = 0; i < SPACE_COUNT; i++)
        if (target->spaces[i] >= 0)
            (void)close(target->spaces[i]);
    free(target->environment);
}

/* ---- looking --------------------------------------------------------------------------------- */

/* -1 where it is ours already. */
static int space_open(int directory, const char *name, int *ret)
{
    char path[32];
    char own[48];
    struct stat theirs, ours;
    CLEANUP_FD int fd = -1;

    snprintf(path, sizeof(path), "ns/%s", name);
    snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
    fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &theirs) < 0 || stat(own, &ours) < 0)
        return -errno;
    if (theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino)
        *ret = fd_steal(&fd);
    return 0;
}

static void map_read(int directory, const char *name, struct idmap *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    if (file_read_at(directory, name, TEXT_MAX, &text, &size) == 0)
        (void)idmap_parse(text, ret);
}

/* "" where there is no security module, or none that says anything. */
static void label_read(int directory, const char *name, char ret[LABEL_MAX])
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    *ret = '\0';
    if (file_read_at(directory, name, TEXT_MAX, &text, &size) == 0)
        snprintf(ret, LABEL_MAX, "%.*s", (int)strcspn(text, "\n"), text);
}

static int files_read(int directory, struct target *ret)
{
    CLEANUP_FREE char *status = NULL;
    size_t size;
    int r = file_read_at(directory, "status", TEXT_MAX, &status, &size);

    if (r == 0)
        r = file_read_at(directory, "environ", TEXT_MAX, &ret->environment, &ret->environment_size);
    if (r < 0)
        return r;
    map_read(directory, "uid_map", &ret->uid_map);
    map_read(directory, "gid_map", &ret->gid_map);
    label_read(directory, "attr/current", ret->label);
    return like_process_parse(status, &ret->process) ? 0 : -EINVAL;
}

static int target_open(int pid, struct target *ret, struct err *err)
{
    char path[32];
    CLEANUP_FD int directory = -1;
    int r = 0;

    ret->pid = pid;
    snprintf(path, sizeof(path), "/proc/%d", pid);
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return err_set(err, STATUS_USAGE, errno, "--like: process %d", pid);
    r = files_read(directory, ret);
    for (int i = 0; i < SPACE_COUNT && r == 0; i++)
        r = space_open(directory, SPACES[i].name, &ret->spaces[i]);
    ret->root = openat(directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ret->self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (r == 0 && (ret->root < 0 || ret->self < 0))
        r = -errno;
    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "--like: look at process %d", pid) : 0;
}

/* ---- following ------------------------------------------------------------------------------- */

/* "0::/a" and "5:devices:/a": where devices and memory are limited. */
static bool cgroup_procs(const char *line, char *ret, size_t size)
{
    const char *path = strchr(line, ':') ? strchr(strchr(line, ':') + 1, ':') : NULL;
    int length = path ? (int)strcspn(path + 1, "\n") : 0;

    if (!path)
        return false;
    if (strncmp(line, "0::", 3) == 0)
        snprintf(ret, size, "/sys/fs/cgroup%s%.*s/cgroup.procs",
                 access("/sys/fs/cgroup/unified", F_OK) == 0 ? "/unified" : "", length, path + 1);
    else if (strncmp(strchr(line, ':') + 1, "devices:", strlen("devices:")) == 0)
        snprintf(ret, size, "/sys/fs/cgroup/devices%.*s/cgroup.procs", length, path + 1);
    else
        return false;
    return true;
}

/* Where one is already there is nothing to be done, and may be nothing to write to. */
static bool has_line(const char *text, const char *line)
{
    size_t length = strcspn(line, "\n");

    for (; *text; text += strcspn(text, "\n"), text += *text != 0)
        if (strcspn(text, "\n") == length && strncmp(text, line, length) == 0)
            return true;
    return false;
}

/* Without it the device rules of the unit would not be those that bind here: no verdict then. */
static int cgroup_enter(int pid, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FREE char *own = NULL;
    char path[1200];
    size_t size;

    snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
    int r = file_read_at(AT_FDCWD, path, TEXT_MAX, &text, &size);
    if (r == 0)
        r = file_read_at(AT_FDCWD, "/proc/self/cgroup", TEXT_MAX, &own, &size);
    for (const char *line = text; r == 0 && *line;
         line += strcspn(line, "\n"), line += *line != 0) {
        if (has_line(own, line) || !cgroup_procs(line, path, sizeof(path)))
            continue;
        CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0\n", 2) != 2)
            r = -errno;
    }
    return r < 0 ? err_set(err, STATUS_INTERNAL, -r, "--like: join the cgroup of process %d (%s)",
                           pid, path)
                 : 0;
}

static int spaces_enter(const struct target *target, struct err *err)
{
    for (int i = 0; i < SPACE_COUNT; i++) {
        if (target->spaces[i] >= 0 && setns(target->spaces[i], SPACES[i].type) < 0)
            return err_set(err, STATUS_INTERNAL, errno,
                           "--like: enter the namespace %s of process %d", SPACES[i].name,
                           target->pid);
    }
    if (fchdir(target->root) < 0 || chroot(".") < 0)
        return err_set(err, STATUS_INTERNAL, errno,
                       "--like: enter the root directory of process %d", target->pid);
    return 0;
}

/* Numbers as this program's new user namespace has them. */
static bool ids_translate(struct target *target)
{
    struct like_process *process = &target->process;
    uint32_t known = 0;

    if (target->spaces[SPACE_USER] < 0)
        return true;
    for (uint32_t i = 0; i < process->group_count; i++)
        if (idmap_to_inside(&target->gid_map, process->groups[i], &process->groups[known]))
            known++;
    process->group_count = known;
    return idmap_to_inside(&target->uid_map, process->uid, &process->uid) &&
           idmap_to_inside(&target->gid_map, process->gid, &process->gid);
}

/* The bounding set is what root of a unit has left after its start. */
static int user_become(struct target *target, struct err *err)
{
    const struct like_process *process = &target->process;

    if (!ids_translate(target))
        return err_set(err, STATUS_INTERNAL, 0,
                       "--like: the user of process %d is not mapped in its own namespace",
                       target->pid);
    for (unsigned long capability = 0; capability < CAPABILITIES; capability++) {
        if (!(process->bounding >> capability & 1U) && prctl(PR_CAPBSET_READ, capability) == 1 &&
            prctl(PR_CAPBSET_DROP, capability) < 0)
            return err_set(err, STATUS_INTERNAL, errno, "--like: drop a capability");
    }
    if (setgroups(process->group_count, process->groups) < 0 ||
        setresgid(process->gid, process->gid, process->gid) < 0 ||
        setresuid(process->uid, process->uid, process->uid) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "--like: become the user of process %d",
                       target->pid);
    if (process->is_no_new_privs)
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return 0;
}

static void self_execute(const struct target *target, char **argv)
{
    static char *variables[VARIABLES + 1];
    const char *end = target->environment + target->environment_size;
    size_t count = 0;

    for (char *at = target->environment; at < end && count < VARIABLES; at += strlen(at) + 1)
        if (*at)
            variables[count++] = at;
    (void)fexecve(target->self, argv, variables);
}

/* In the child. Comes back with an error only. */
static int child_follow(struct target *target, char **argv, struct err *err)
{
    int r = user_become(target, err);

    if (r < 0)
        return r;
    /* After the change of user, which takes it back. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    self_execute(target, argv);
    return err_set(err, STATUS_INTERNAL, errno,
                   "--like: start gpu-verify among the files of process %d (is this system's C "
                   "library there?)",
                   target->pid);
}

/* ---- what was not followed ------------------------------------------------------------------- */

/* Looked at before anything is entered, for then /proc is another one. */
static void rest_find(struct target *target)
{
    CLEANUP_FREE char *status = NULL;
    struct like_process own = {0};
    char label[LABEL_MAX];
    size_t size;

    label_read(AT_FDCWD, "/proc/self/attr/current", label);
    target->is_labelled = like_is_labelled(target->label, label);
    target->is_filtered =
        file_read_at(AT_FDCWD, "/proc/self/status", TEXT_MAX, &status, &size) == 0 &&
        like_process_parse(status, &own) && like_is_filtered(&target->process, &own);
}

/* What passed may fail there all the same; what failed fails there too. */
static void rest_print(const struct target *target, int status)
{
    char safe[LABEL_MAX * 4];
    bool is_selinux = label_kind(target->label) == LABEL_SELINUX;

    if (status != STATUS_PASS)
        return;
    if (target->is_labelled)
        (void)fprintf(stderr, "note: without the rules that %s has for process %d (%s)\n",
                      is_selinux ? "SELinux" : "AppArmor", target->pid,
                      text_printable(safe, sizeof(safe), target->label));
    if (target->is_filtered)
        (void)fprintf(stderr, "note: without the system call filter of process %d (seccomp)\n",
                      target->pid);
}

int like_enter(int pid, char **argv, int *ret_status, struct err *err)
{
    struct target target = TARGET_NONE;
    int r = target_open(pid, &target, err);

    if (r == 0)
        rest_find(&target);
    if (r == 0)
        r = cgroup_enter(pid, err);
    if (r == 0)
        r = spaces_enter(&target, err);
    if (r == 0) {
        (void)fflush(NULL);
        pid_t child = fork(); /* a PID namespace is entered by one's children only */
        if (child == 0) {
            (void)child_follow(&target, argv, err);
            (void)fprintf(stderr, "gpu-verify: %s\n", err->text);
            _exit(err->status);
        }
        if (child < 0)
            r = err_set(err, STATUS_INTERNAL, errno, "--like: start a process");
        else
            *ret_status = like_wait(child);
    }
    if (r == 0)
        rest_print(&target, *ret_status);
    target_close(&target);
    return r;
}

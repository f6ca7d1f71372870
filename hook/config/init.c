/* SPDX-License-Identifier: MIT */
#include "config/init.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/fault.h"
#include "say/say.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PROC_FILE_MAX (64u << 10)

/* ---- LXC's socket ---------------------------------------------------------------------------- */

/* FNV-1a of 64 bits, as LXC hashes what is too long (src/lxc/utils.c, fnv_64a_buf). */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
    return hash;
}

size_t init_socket_name(const char *lxcpath, const char *name, char *ret, size_t size)
{
    char whole[PATH_MAX + NAME_MAX + 2];
    int length = snprintf(ret, size, "%s/%s/command", lxcpath, name);

    if ((size_t)length < size)
        return (size_t)length;
    snprintf(whole, sizeof(whole), "%s/%s", lxcpath, name);
    return (size_t)snprintf(ret, size, "lxc/%016" PRIx64 "/command", hash_of(whole));
}

int init_socket_peer(const char *lxcpath, const char *name, struct ucred *ret)
{
    CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(*ret);
    size_t length =
        init_socket_name(lxcpath, name, address.sun_path + 1, sizeof(address.sun_path) - 1);

    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) < 0)
        return errno == ECONNREFUSED ? -ENOENT : -errno;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &size) < 0 ? -errno : 0;
}

int init_socket_check(const char *lxcpath, const char *name, struct err *err)
{
    struct ucred peer = {.pid = 0};
    char shown[80];
    int r = init_socket_peer(lxcpath, name, &peer);

    if (r == -ENOENT)
        return 0;
    if (r == -EAGAIN)
        return err_set(err, STATUS_USAGE, 0, "whoever answers for container %s is busy",
                       text_printable(shown, sizeof(shown), name));
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "see who answers for the container");
    if (peer.uid == 0 || peer.uid == geteuid())
        return 0;
    return err_set(err, STATUS_USAGE, 0,
                   "process %d of uid %u answers in place of LXC for container %s, which does not "
                   "run: it is not believed",
                   peer.pid, peer.uid, text_printable(shown, sizeof(shown), name));
}

/* ---- what the kernel shows ------------------------------------------------------------------- */

/* At `at` stands the directory as a whole, or with "-1", which LXC adds where it is taken. */
static bool directory_ends(const char *at)
{
    if (*at == '-' && at[1] >= '0' && at[1] <= '9')
        at += 1 + strspn(at + 1, "0123456789");
    return *at == '/' || *at == '\n' || *at == '\0';
}

bool init_cgroup_is(const char *text, const char *directory)
{
    size_t length = strlen(directory);

    for (const char *at = text; length && (at = strstr(at, directory)); at++)
        if (at > text && at[-1] == '/' && directory_ends(at + length))
            return true;
    return false;
}

bool init_cgroup_is_payload(const char *text)
{
    /* LXC 4.0 and later; before, and Proxmox; what is above it may be a user's or systemd's. */
    return strstr(text, "/lxc.payload.") || strstr(text, "/lxc.payload/") || strstr(text, ":/lxc/");
}

bool init_is_first(const char *status)
{
    const char *line = strstr(status, "\nNSpid:");
    unsigned count = 0;
    unsigned last = 0;
    int used = 0;

    if (!line)
        return false;
    for (line += strlen("\nNSpid:"); *line == '\t'; line += used) {
        if (sscanf(line, "\t%u%n", &last, &used) != 1)
            return false;
        count++;
    }
    return count > 1 && last == 1;
}

static int not_init(pid_t pid, const char *why, struct err *err)
{
    return err_set(err, STATUS_USAGE, 0, "process %d is not the init of this container: %s", pid,
                   why);
}

static int proc_read(int proc, const char *name, char **ret, struct err *err)
{
    size_t size;
    int r = file_read_at(proc, name, PROC_FILE_MAX, ret, &size);

    return r < 0 ? err_set(err, exit_status_for(-r, STATUS_USAGE), -r, "read /proc/PID/%s", name)
                 : 0;
}

/* As guest_open opens it, and held for it: a process id that is used again leads nowhere. */
static int proc_open(pid_t pid, int *ret, struct err *err)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", pid);
    *ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret >= 0)
        return 0;
    if (errno == ENOENT)
        return err_set(err, STATUS_USAGE, 0, "process %d does not exist", pid);
    return err_set(err, STATUS_INTERNAL, errno, "open %s", path);
}

/* *ret is -1 when it is the very namespace we are in. */
static int namespace_open(int proc, const char *name, int *ret, struct err *err)
{
    CLEANUP_FD int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
    char ours[32];
    struct stat theirs_stat;
    struct stat ours_stat;

    if (fd < 0 && (errno == EACCES || errno == EPERM)) {
        struct fault fault;
        (void)fault_set(&fault, CAUSE_LOOK_DENIED, errno, .name = name);
        return say_fault(&fault, &(const struct about){0}, err);
    }
    if (fd < 0)
        return err_set(err, exit_status_for(errno, STATUS_USAGE), errno,
                       "look into the container (%s)", name);
    snprintf(ours, sizeof(ours), "/proc/self/%s", name);
    if (fstat(fd, &theirs_stat) < 0 || stat(ours, &ours_stat) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "compare %s", name);
    *ret = theirs_stat.st_dev == ours_stat.st_dev && theirs_stat.st_ino == ours_stat.st_ino
               ? -1
               : fd_steal(&fd);
    return 0;
}

static int map_compare(pid_t pid, int proc, const char *name, const struct idmap *wanted,
                       struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    struct idmap theirs;
    struct idmap ours = *wanted;
    int r = proc_read(proc, name, &text, err);

    if (r < 0)
        return r;
    if (idmap_parse(text, &theirs) < 0)
        return err_set(err, STATUS_INTERNAL, 0, "/proc/PID/%s is no id map", name);
    idmap_tidy(&theirs);
    idmap_tidy(&ours);
    if (theirs.count != ours.count ||
        memcmp(theirs.extents, ours.extents, ours.count * sizeof(ours.extents[0])) != 0)
        return not_init(
            pid, "its id map is not the one of the config, which was changed since, perhaps", err);
    return 0;
}

static int owner_check(pid_t pid, int user_ns, uid_t owner, struct err *err)
{
    char why[80];
    uid_t uid;

    if (user_ns < 0)
        return not_init(pid, "it has no user namespace of its own", err);
    if (ioctl(user_ns, NS_GET_OWNER_UID, &uid) < 0)
        return err_set(err, STATUS_KERNEL, errno,
                       "see who has made the container's user namespace");
    if (uid == owner)
        return 0;
    snprintf(why, sizeof(why), "uid %u has made its user namespace, not %u", uid, owner);
    return not_init(pid, why, err);
}

/* A container without lxc.idmap. */
static int shared_check(pid_t pid, int proc, int user_ns, struct err *err)
{
    CLEANUP_FD int mnt_ns = -1;
    CLEANUP_FD int pid_ns = -1;
    int r;

    if (user_ns >= 0)
        return not_init(pid, "it has a user namespace, and the config no lxc.idmap", err);
    r = namespace_open(proc, "ns/mnt", &mnt_ns, err);
    if (r == 0)
        r = namespace_open(proc, "ns/pid", &pid_ns, err);
    if (r == 0 && (mnt_ns < 0 || pid_ns < 0))
        r = not_init(pid, "it shares this host's own namespaces", err);
    return r;
}

static int namespaces_check(pid_t pid, int proc, const struct idmap *uids, const struct idmap *gids,
                            struct err *err)
{
    CLEANUP_FD int user_ns = -1;
    int r = namespace_open(proc, "ns/user", &user_ns, err);

    if (r == 0 && uids->count == 0 && gids->count == 0)
        return shared_check(pid, proc, user_ns, err);
    if (r == 0)
        r = owner_check(pid, user_ns, geteuid(), err);
    if (r == 0)
        r = map_compare(pid, proc, "uid_map", uids, err);
    return r == 0 ? map_compare(pid, proc, "gid_map", gids, err) : r;
}

/* Where LXC puts the container: what the config says, or LXC's own names. */
static bool cgroup_is_of(const char *text, const char *name, const char *configured)
{
    static const char *const patterns[] = {"lxc.payload.%s", "lxc.payload/%s", "lxc/%s"};
    char directory[NAME_MAX + 32];

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the three above */
        snprintf(directory, sizeof(directory), "%.*s%s", (int)strcspn(patterns[i], "%"),
                 patterns[i], name);
        if (init_cgroup_is(text, directory))
            return true;
    }
    configured += strspn(configured, "/");
    return init_cgroup_is(text, configured);
}

static int cgroup_check(const struct container *container, pid_t pid, int proc, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FREE char *configured = NULL;
    int r = proc_read(proc, "cgroup", &text, err);

    if (r == 0)
        r = lxc_config_get(container, "lxc.cgroup.dir.container", &configured, err);
    if (r == 0 && !cgroup_is_of(text, container->name, configured))
        r = not_init(pid, "it is in no cgroup that LXC has made for it", err);
    return r;
}

static int asked_again(const struct container *container, pid_t pid, struct err *err)
{
    char lxcpath[PATH_MAX];
    pid_t again = 0;
    int r = lxc_path(container, lxcpath, sizeof(lxcpath), err);

    if (r == 0)
        r = init_socket_check(lxcpath, container->name, err);
    if (r == 0)
        r = lxc_container_pid(container, &again, err);
    if (r == 0 && again != pid)
        r = not_init(pid, "LXC, asked again, names another one", err);
    return r;
}

int init_open(const struct container *container, pid_t pid, const struct idmap *uids,
              const struct idmap *gids, int *ret_proc, struct err *err)
{
    CLEANUP_FD int proc = -1;
    int r = proc_open(pid, &proc, err);

    if (r == 0)
        r = namespaces_check(pid, proc, uids, gids, err);
    if (r == 0)
        r = cgroup_check(container, pid, proc, err);
    if (r == 0)
        r = asked_again(container, pid, err);
    if (r == 0)
        *ret_proc = fd_steal(&proc);
    return r;
}

static int first_check(pid_t pid, int proc, struct err *err)
{
    CLEANUP_FREE char *status = NULL;
    CLEANUP_FD int mnt_ns = -1;
    int r = namespace_open(proc, "ns/mnt", &mnt_ns, err);

    if (r == 0 && mnt_ns < 0) {
        r = err_set(err, STATUS_USAGE, 0,
                    "process %d is in no container: it sees this host's own mounts", pid);
        err_fix(err, "lxc-ls -f -F NAME,PID    # the containers that run, and their inits");
        return r;
    }
    if (r == 0)
        r = proc_read(proc, "status", &status, err);
    if (r == 0 && !init_is_first(status))
        r = err_set(err, STATUS_USAGE, 0,
                    "process %d is no container's init: it is not the first process of a pid "
                    "namespace",
                    pid);
    return r;
}

int init_open_pid(pid_t pid, int64_t owner, int *ret_proc, struct err *err)
{
    CLEANUP_FREE char *cgroup = NULL;
    CLEANUP_FD int proc = -1;
    CLEANUP_FD int user_ns = -1;
    int r = proc_open(pid, &proc, err);

    if (r == 0)
        r = first_check(pid, proc, err);
    if (r == 0)
        r = namespace_open(proc, "ns/user", &user_ns, err);
    if (r == 0 && owner >= 0)
        r = owner_check(pid, user_ns, (uid_t)owner, err);
    if (r == 0 && user_ns < 0)
        r = proc_read(proc, "cgroup", &cgroup, err);
    if (r == 0 && cgroup && !init_cgroup_is_payload(cgroup))
        r = err_set(err, STATUS_USAGE, 0,
                    "process %d is no container's init: it shares this host's user namespace, and "
                    "is in no cgroup of LXC's",
                    pid);
    if (r == 0)
        *ret_proc = fd_steal(&proc);
    return r;
}

/* SPDX-License-Identifier: MIT */
#include "facts/guest.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "base/tree_sum.h"
#include "facts/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PROC_FILE_MAX (64u << 10) /* 340 extents of an id map take 12 kB */
#define MOUNTINFO_MAX (16u << 20)

void guest_init(struct guest *guest)
{
    guest->proc = guest->root = guest->user_ns = guest->mnt_ns = guest->cgroup = -1;
    guest->uids.count = guest->gids.count = 0;
    guest->cgroup_is_v1 = guest->has_our_tree = guest->has_dri = false;
    guest->tree_sum = 0;
    guest->node_count = 0;
    guest->rootfs = "";
    config_lines_init(&guest->config);
}

void guest_close(struct guest *guest)
{
    fd_cleanup(&guest->proc);
    fd_cleanup(&guest->root);
    fd_cleanup(&guest->user_ns);
    fd_cleanup(&guest->mnt_ns);
    fd_cleanup(&guest->cgroup);
    guest->proc = guest->root = guest->user_ns = guest->mnt_ns = guest->cgroup = -1;
}

/* ---- /proc/PID ------------------------------------------------------------------------------ */

static int proc_open(pid_t pid, int *ret, struct fault *fault)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", pid);
    *ret = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret >= 0)
        return 0;
    if (errno != ENOENT)
        return fault_set(fault, CAUSE_PROC, errno, .a = (uint32_t)pid);
    return fault_set(fault, CAUSE_NO_PROCESS, 0, .a = (uint32_t)pid);
}

static int proc_idmap(int proc, const char *name, struct idmap *ret, struct fault *fault)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    int r = file_read_at(proc, name, PROC_FILE_MAX, &text, &size);

    if (r < 0)
        return fault_set(fault, CAUSE_IDMAP_UNREADABLE, -r, .name = name);
    return idmap_parse(text, ret) < 0 ? fault_set(fault, CAUSE_IDMAP_ODD, 0, .name = name) : 0;
}

static int proc_member(int proc, const char *name, int flags, int *ret, struct fault *fault)
{
    *ret = openat(proc, name, flags | O_CLOEXEC);
    if (*ret >= 0)
        return 0;
    return fault_set(fault, errno == EACCES || errno == EPERM ? CAUSE_LOOK_DENIED : CAUSE_LOOK,
                     errno, .name = name);
}

/* -1 when it is the very namespace we are in. */
static int namespace_open(int proc, const char *name, int *ret, struct fault *fault)
{
    char ours[32];
    struct stat theirs_stat;
    struct stat ours_stat;
    CLEANUP_FD int fd = -1;
    int r = proc_member(proc, name, O_RDONLY, &fd, fault);

    if (r < 0)
        return r;
    snprintf(ours, sizeof(ours), "/proc/self/%s", name);
    if (fstat(fd, &theirs_stat) < 0 || stat(ours, &ours_stat) < 0)
        return fault_set(fault, CAUSE_NAMESPACE, errno, .name = name);
    if (theirs_stat.st_dev != ours_stat.st_dev || theirs_stat.st_ino != ours_stat.st_ino)
        *ret = fd_steal(&fd);
    return 0;
}

/* ---- its cgroup ------------------------------------------------------------------------------ */

/* A line reads "ID:CONTROLLERS:PATH"; the unified hierarchy has ID 0 and no controllers
 * (cgroups(7)). */
static bool line_has_devices(const char *controllers, size_t length)
{
    static const char wanted[] = "devices";

    while (length) {
        const char *comma = memchr(controllers, ',', length);
        size_t word = comma ? (size_t)(comma - controllers) : length;
        if (word == sizeof(wanted) - 1 && memcmp(controllers, wanted, word) == 0)
            return true;
        controllers += word + (comma ? 1 : 0);
        length -= word + (comma ? 1 : 0);
    }
    return false;
}

bool cgroup_path_find(const char *text, char *ret_path, size_t size, bool *ret_is_v1)
{
    bool found = false;

    for (const char *line = text; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *controllers = memchr(line, ':', (size_t)(end - line));
        const char *path =
            controllers ? memchr(controllers + 1, ':', (size_t)(end - controllers) - 1) : NULL;
        if (path) {
            size_t controllers_length = (size_t)(path - controllers) - 1;
            bool is_devices = line_has_devices(controllers + 1, controllers_length);
            size_t length = (size_t)(end - path) - 1;
            if ((is_devices || (controllers_length == 0 && !found)) && length < size) {
                memcpy(ret_path, path + 1, length);
                ret_path[length] = '\0';
                *ret_is_v1 = is_devices;
                found = true;
            }
            if (is_devices)
                break;
        }
        line = *end ? end + 1 : end;
    }
    /* The kernel writes ".." for a cgroup outside our cgroup namespace's root. */
    return found && ret_path[0] == '/' && !strstr(ret_path, "/..");
}

int cgroup_join(int folder, bool is_v1)
{
    /* The kernel waits for nothing where a thread moves itself alone, and "0" is that (Linux 5.5);
     * version 2 lets a process move only whole. */
    CLEANUP_FD int fd = openat(folder, is_v1 ? "tasks" : "cgroup.procs", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "0", 1) != 1)
        return -errno;
    return 0;
}

/* Without it the proof runs outside, and says so. */
void guest_find_cgroup(struct guest *guest)
{
    static const char *const v1_mounts[] = {"/sys/fs/cgroup/devices"};
    static const char *const v2_mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    CLEANUP_FREE char *text = NULL;
    char path[PATH_MAX];
    char folder[PATH_MAX + 32];
    size_t size;

    if (file_read_at(guest->proc, "cgroup", PROC_FILE_MAX, &text, &size) < 0 ||
        !cgroup_path_find(text, path, sizeof(path), &guest->cgroup_is_v1))
        return;
    const char *const *mounts = guest->cgroup_is_v1 ? v1_mounts : v2_mounts;
    size_t count = guest->cgroup_is_v1 ? 1 : 2;
    for (size_t i = 0; i < count && guest->cgroup < 0; i++) {
        snprintf(folder, sizeof(folder), "%s%s", mounts[i], path);
        guest->cgroup = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
}

/* ---- the container's own files -------------------------------------------------------------- */

/* Opens a folder of the guest, link-free. *ret is -1 when it is not there. */
static int folder_open(const struct guest *guest, const char *path, int *ret, struct fault *fault)
{
    CLEANUP_FD int fd = -1;
    char kind[48];
    char what[64];
    struct stat st;
    int r = path_open(guest->root, path, PATH_NO_LINKS, &fd);

    if (r == -ENOENT)
        return 0;
    if (r == -ELOOP || r == -ENOTDIR)
        return fault_set(fault, CAUSE_NO_FOLDER, 0, .name = path,
                         .detail = r == -ELOOP ? "a symbolic link"
                                               : "below something that is no directory");
    if (r < 0 || fstat(fd, &st) < 0)
        return fault_set(fault, CAUSE_FILE_OPEN, r < 0 ? -r : errno, .name = path);
    if (!S_ISDIR(st.st_mode)) {
        snprintf(what, sizeof(what), "a %s",
                 gpu_describe_file(st.st_mode, st.st_rdev, kind, sizeof(kind)));
        return fault_set(fault, CAUSE_NO_FOLDER, 0, .name = path, .detail = what);
    }
    *ret = fd_steal(&fd);
    return 0;
}

static void node_remember(struct guest_look *look, int dri, const struct stat *folder,
                          const char *name)
{
    unsigned node_minor;
    bool is_render;
    struct stat st;

    if (look->node_count == GUEST_NODES_MAX || !gpu_name_parse(name, &is_render, &node_minor) ||
        fstatat(dri, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISCHR(st.st_mode) ||
        st.st_rdev != makedev(DRM_MAJOR, node_minor) ||
        (look->has_our_tree && st.st_dev == folder->st_dev))
        return;
    look->node_minors[look->node_count++] = node_minor;
}

/* A node, a link, or what something else was mounted on; a directory has no part in the sum. */
static void entry_sum(struct guest_look *look, int dri, const struct stat *folder, const char *name)
{
    struct tree_entry entry = {.kind = 'k', .name = name};
    char target[PATH_MAX];
    struct stat st;
    ssize_t length;

    if (fstatat(dri, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
        return;
    if (S_ISLNK(st.st_mode)) {
        length = readlinkat(dri, name, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        entry.kind = 'l';
        entry.target = target;
    } else if (st.st_dev == folder->st_dev) {
        entry = (struct tree_entry){
            'n', name, NULL, minor(st.st_rdev), st.st_uid, st.st_gid, st.st_mode & 07777};
        if (!S_ISCHR(st.st_mode) || major(st.st_rdev) != DRM_MAJOR)
            entry.kind = '?';
    }
    tree_sum_add(&look->tree_sum, &entry);
}

typedef void entry_reader(struct guest_look *look, int dri, const struct stat *folder,
                          const char *name);

/* Each name of the directory below `dri`, behind `prefix`. 0 or -errno. */
static int entries_read(int dri, const char *path, const char *prefix, struct guest_look *look,
                        entry_reader *read_one)
{
    CLEANUP_DIR DIR *dir = NULL;
    struct dirent *entry;
    struct stat folder;
    char name[NAME_MAX + 16];
    int entries_left = 1024; /* a hostile folder may have no end */
    int fd = openat(dri, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &folder) < 0 || !(dir = fdopendir(fd))) {
        int r = -errno;
        fd_cleanup(&fd);
        return r;
    }
    while ((errno = 0, entries_left-- > 0) && (entry = readdir(dir))) {
        snprintf(name, sizeof(name), "%s%s", prefix, entry->d_name);
        read_one(look, dri, &folder, name);
    }
    return -errno;
}

static int read_nodes(int dri, struct guest_look *look, struct fault *fault)
{
    int r = entries_read(dri, ".", "", look, node_remember);

    /* A node that was not seen would not be kept. */
    if (r < 0)
        return fault_set(fault, CAUSE_DRI_READ, -r);
    if (look->has_our_tree && entries_read(dri, ".", "", look, entry_sum) == 0)
        (void)entries_read(dri, "by-path", "by-path/", look, entry_sum);
    return 0;
}

static int read_dri(const struct guest *guest, const char *mountinfo, struct guest_look *look,
                    struct fault *fault)
{
    CLEANUP_FD int dev = -1;
    CLEANUP_FD int dri = -1;
    int r = folder_open(guest, "dev", &dev, fault);

    if (r < 0)
        return r;
    if (dev < 0)
        return fault_set(fault, CAUSE_NO_DEV, 0);
    r = folder_open(guest, "dev/dri", &dri, fault);
    if (r < 0 || dri < 0)
        return r;
    look->has_dri = true;
    look->has_our_tree = mountinfo && mountinfo_shows_our_tree(mountinfo);
    return read_nodes(dri, look, fault);
}

char *guest_mountinfo(const struct guest *guest)
{
    char *text;
    size_t size;

    if (guest->proc < 0 || file_read_at(guest->proc, "mountinfo", MOUNTINFO_MAX, &text, &size) < 0)
        return NULL;
    return text;
}

int guest_look(const struct guest *guest, bool has_dev, const char *mountinfo,
               const char *const names[2], struct guest_look *ret, struct fault *fault)
{
    int r = has_dev ? read_dri(guest, mountinfo, ret, fault) : 0;

    return r == 0 && names[0][0] ? guest_find_groups(guest->root, names, ret->groups, fault) : r;
}

void guest_take_look(struct guest *guest, const struct guest_look *look,
                     struct guest_group ret_groups[2])
{
    struct guest_look copy = *look;

    guest->has_dri = copy.has_dri;
    guest->has_our_tree = copy.has_dri && copy.has_our_tree;
    guest->tree_sum = copy.tree_sum;
    guest->node_count = 0;
    for (uint32_t i = 0; i < copy.node_count && i < GUEST_NODES_MAX; i++) {
        unsigned node_minor = copy.node_minors[i];
        struct guest_node *node = &guest->nodes[guest->node_count];
        bool is_render = node_minor >= RENDER_MINOR_MIN;
        if (node_minor > RENDER_MINOR_MAX || (!is_render && node_minor > PRIMARY_MINOR_MAX))
            continue;
        node->node_minor = node_minor;
        snprintf(node->name, sizeof(node->name), is_render ? "renderD%u" : "card%u", node_minor);
        guest->node_count++;
    }
    memcpy(ret_groups, copy.groups, sizeof(copy.groups));
}

static int guest_fill(pid_t pid, struct guest *guest, struct fault *fault)
{
    int r = namespace_open(guest->proc, "ns/mnt", &guest->mnt_ns, fault);

    guest->pid = pid;
    if (r < 0)
        return r;
    if (guest->mnt_ns < 0)
        return fault_set(fault, CAUSE_NO_CONTAINER, 0, .a = (uint32_t)pid);
    r = namespace_open(guest->proc, "ns/user", &guest->user_ns, fault);
    if (r == 0)
        r = proc_idmap(guest->proc, "uid_map", &guest->uids, fault);
    if (r == 0)
        r = proc_idmap(guest->proc, "gid_map", &guest->gids, fault);
    if (r == 0)
        r = proc_member(guest->proc, "root", O_PATH | O_DIRECTORY, &guest->root, fault);
    return r;
}

int guest_open(pid_t pid, struct guest *ret, struct fault *fault)
{
    int proc = -1;
    int r;

    guest_init(ret);
    r = proc_open(pid, &proc, fault);
    return r == 0 ? guest_open_at(proc, pid, ret, fault) : r;
}

int guest_open_at(int proc, pid_t pid, struct guest *ret, struct fault *fault)
{
    int r;

    guest_init(ret);
    ret->proc = proc;
    r = guest_fill(pid, ret, fault);
    if (r < 0) {
        guest_close(ret);
        guest_init(ret);
    }
    return r;
}

/* SPDX-License-Identifier: MIT */
#include "usage/scan.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef AT_STATX_DONT_SYNC
#define AT_STATX_DONT_SYNC 0x4000
#endif

#define PROC_FILE_MAX (64u << 10)
#define FIELD_STARTED 22

/* ---- texts ----------------------------------------------------------------------------------- */

/* LXC 4.0 and later, and Incus; LXC before, and Proxmox. As init_cgroup_is_payload() has them. */
static const struct {
    const char *mark;
    bool has_name_behind; /* a slash, and then the name */
} places[] = {{"/lxc.payload.", false}, {"/lxc.payload/", true}, {":/lxc/", true}};

bool scan_cgroup_find(const char *text, char *ret, size_t size)
{
    const char *mark = NULL;
    const char *start;
    size_t length = 0;

    for (size_t i = 0; !mark && i < sizeof(places) / sizeof(places[0]); i++) {
        mark = strstr(text, places[i].mark);
        if (mark)
            length = strlen(places[i].mark);
    }
    if (!mark)
        return false;
    length += strcspn(mark + length, "/\n");
    /* From the path's beginning, which is behind the line's second colon. */
    for (start = mark; start > text && start[-1] != '\n' && start[-1] != ':';)
        start--;
    if (*start == ':')
        start++;
    length += (size_t)(mark - start);
    if (length >= size)
        return false;
    snprintf(ret, size, "%.*s", (int)length, start);
    return true;
}

static const char monitor[] = "[lxc monitor] ";

void scan_path_find(const char *command_line, char *ret, size_t size)
{
    const char *path;
    char text[256];

    ret[0] = '\0';
    if (strncmp(command_line, monitor, strlen(monitor)) != 0)
        return;
    path = command_line + strlen(monitor);
    if (!strrchr(path, ' '))
        return;
    snprintf(text, sizeof(text), "%.*s", (int)(strrchr(path, ' ') - path), path);
    text_printable(ret, size, text);
}

void scan_name_find(const char *command_line, const char *cgroup, char *ret, size_t size)
{
    static const char payload[] = "lxc.payload.";
    const char *name = strrchr(cgroup, '/');

    name = name ? name + 1 : cgroup;
    if (strncmp(name, payload, strlen(payload)) == 0)
        name += strlen(payload);
    if (strncmp(command_line, monitor, strlen(monitor)) == 0 && strrchr(command_line, ' ')[1])
        name = strrchr(command_line, ' ') + 1;
    text_printable(ret, size, name);
}

uint64_t scan_started(const char *stat)
{
    const char *at = strrchr(stat, ')');
    char number[24];
    uint64_t ticks = 0;

    for (int field = 2; at && field < FIELD_STARTED; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    if (!at || strcspn(at, " \n") >= sizeof(number))
        return 0;
    snprintf(number, sizeof(number), "%.*s", (int)strcspn(at, " \n"), at);
    return text_to_u64(number, 10, UINT64_MAX, &ticks) == 0 ? ticks : 0;
}

/* The words behind "\nPPid:" and the like; "" when there is no such line. */
static const char *status_line(const char *status, const char *key)
{
    const char *line = strstr(status, key);

    return line ? line + strlen(key) : "";
}

/* How many pid namespaces a first process is in; 0 for one that is not first in the last. */
static unsigned init_depth(const char *status)
{
    const char *line = status_line(status, "\nNSpid:");
    unsigned depth = 0;
    unsigned last = 0;
    int used = 0;

    for (; *line == '\t' && sscanf(line, "\t%u%n", &last, &used) == 1; line += used)
        depth++;
    return depth > 1 && last == 1 ? depth : 0;
}

/* ---- /proc ----------------------------------------------------------------------------------- */

static char *proc_text(int process, const char *name)
{
    char *text;
    size_t size;

    return file_read_at(process, name, PROC_FILE_MAX, &text, &size) < 0 ? NULL : text;
}

static uint64_t started_of(int process)
{
    CLEANUP_FREE char *stat = proc_text(process, "stat");

    return stat ? scan_started(stat) : 0;
}

static void *room_for_one(void *all, size_t count, size_t size)
{
    /* In steps: most hosts have few. */
    return count % 16 ? all : realloc(all, (count + 16) * size);
}

static int container_of(struct scan *scan, const char *cgroup, size_t *ret)
{
    struct scan_container *more;

    for (*ret = 0; *ret < scan->container_count; (*ret)++)
        if (text_is_equal(scan->containers[*ret].cgroup, cgroup))
            return 0;
    if (scan->container_count == SCAN_MAX)
        return -ENOSPC;
    more = room_for_one(scan->containers, scan->container_count, sizeof(*more));
    if (!more)
        return -ENOMEM;
    scan->containers = more;
    more[scan->container_count] = (struct scan_container){.init = 0};
    snprintf(more[scan->container_count].cgroup, sizeof(more->cgroup), "%s", cgroup);
    scan_name_find("", cgroup, more[scan->container_count].name, sizeof(more->name));
    scan->container_count++;
    return 0;
}

/* The parent of a container's init is LXC's monitor, a process of the host's. */
static void monitor_look(int proc, const char *status, struct scan_container *container)
{
    CLEANUP_FREE char *line = NULL;
    unsigned parent = 0;
    char path[32];
    struct stat st;

    (void)sscanf(status_line(status, "\nPPid:"), "%u", &parent);
    snprintf(path, sizeof(path), "%u", parent);
    if (parent && fstatat(proc, path, &st, 0) == 0)
        container->owner = st.st_uid;
    snprintf(path, sizeof(path), "%u/cmdline", parent);
    line = proc_text(proc, path);
    scan_name_find(line ? line : "", container->cgroup, container->name, sizeof(container->name));
    scan_path_find(line ? line : "", container->lxcpath, sizeof(container->lxcpath));
}

/* The init of a container in the container is one too: the one in the fewest namespaces. */
static void init_look(int proc, int process, pid_t pid, struct scan_container *container)
{
    CLEANUP_FREE char *status = proc_text(process, "status");
    unsigned depth = status ? init_depth(status) : 0;

    if (!depth || (container->init && container->depth <= depth))
        return;
    container->init = pid;
    container->depth = depth;
    container->started = started_of(process);
    monitor_look(proc, status, container);
}

/* What the kernel knows of the file, without asking a file system of the container's for it. */
static int node_minor_of(int process, const char *number)
{
    char path[32];
    struct statx st;

    snprintf(path, sizeof(path), "fd/%.20s", number);
    if (syscall(SYS_statx, process, path, AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0 ||
        !S_ISCHR(st.stx_mode) || st.stx_rdev_major != DRM_MAJOR)
        return -1;
    return (int)st.stx_rdev_minor;
}

static int client_add(struct scan *scan, int process, const char *number,
                      const struct scan_client *found)
{
    struct scan_client *more;

    if (scan->client_count == SCAN_MAX)
        return -ENOSPC;
    more = room_for_one(scan->clients, scan->client_count, sizeof(*more));
    if (!more)
        return -ENOMEM;
    scan->clients = more;
    more[scan->client_count] = *found;
    more[scan->client_count++].node_minor = node_minor_of(process, number);
    return 0;
}

/* One who has the node open several times, or whose child has inherited it, counts once. */
static bool has_client(const struct scan *scan, const struct scan_client *found)
{
    for (size_t i = 0; i < scan->client_count; i++)
        if (scan->clients[i].drm.id == found->drm.id &&
            scan->clients[i].container == found->container &&
            text_is_equal(scan->clients[i].drm.driver, found->drm.driver) &&
            text_is_equal(scan->clients[i].drm.pci, found->drm.pci))
            return true;
    return false;
}

static int descriptors_read(int process, pid_t pid, size_t container, struct scan *scan)
{
    int fd = openat(process, "fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct scan_client found = {.container = container, .pid = pid};
    struct dirent *entry;
    int r = 0;

    if (!dir) {
        scan->unseen += errno == EACCES || errno == EPERM;
        fd_cleanup(&fd);
        return 0;
    }
    while (r == 0 && (entry = readdir(dir))) {
        CLEANUP_FREE char *text = entry->d_name[0] == '.' ? NULL : proc_text(fd, entry->d_name);
        if (!text || !fdinfo_read(text, &found.drm) || has_client(scan, &found))
            continue;
        found.started = started_of(process);
        r = client_add(scan, process, entry->d_name, &found);
    }
    return r;
}

static int process_read(int proc, const char *name, pid_t pid, struct scan *scan)
{
    CLEANUP_FD int process = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_FREE char *text = process < 0 ? NULL : proc_text(process, "cgroup");
    char cgroup[sizeof(scan->containers->cgroup)];
    size_t container;
    int r;

    if (!text || !scan_cgroup_find(text, cgroup, sizeof(cgroup)))
        return 0; /* gone by now, or of the host */
    r = container_of(scan, cgroup, &container);
    if (r < 0)
        return r;
    init_look(proc, process, pid, &scan->containers[container]);
    return descriptors_read(process, pid, container, scan);
}

int scan_read(int proc, struct scan *ret)
{
    int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    uint32_t pid;
    int r = dir ? 0 : -errno;

    *ret = (struct scan){.containers = NULL};
    if (!dir)
        fd_cleanup(&fd);
    while (dir && r == 0 && (entry = readdir(dir)))
        if (text_to_u32(entry->d_name, 10, INT32_MAX, &pid) == 0)
            r = process_read(fd, entry->d_name, (pid_t)pid, ret);
    return r;
}

void scan_close(struct scan *scan)
{
    free(scan->containers);
    free(scan->clients);
    *scan = (struct scan){.containers = NULL};
}

/* SPDX-License-Identifier: MIT */
#include "usage/nodes.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/drm.h"
#include "base/file.h"
#include "base/idmap.h"
#include "facts/gpu.h"
#include "facts/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define LOOK_SECONDS 2
#define ENTRIES_MAX  1024 /* a hostile directory may have no end */
#define MAP_FILE_MAX (64u << 10)

struct page {
    struct child_outcome outcome;
    struct nodes_seen seen;
};

struct job {
    int root;
    const struct idmap *gids;
    struct page *page;
};

static void node_add(const struct job *job, int dri, const char *name)
{
    struct nodes_seen *seen = &job->page->seen;
    struct node_seen *node = &seen->nodes[seen->count];
    unsigned node_minor;
    bool is_render;
    struct stat st;

    if (seen->count == NODES_MAX || !gpu_name_parse(name, &is_render, &node_minor) || !is_render ||
        fstatat(dri, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISCHR(st.st_mode) ||
        st.st_rdev != makedev(DRM_MAJOR, node_minor))
        return;
    *node = (struct node_seen){.node_minor = node_minor};
    node->has_group = idmap_to_inside(job->gids, st.st_gid, &node->group);
    seen->count++;
}

static int look_steps(void *memory, int link)
{
    const struct job *job = memory;
    const int keep[] = {link, job->root};
    CLEANUP_FD int place = -1;
    struct dirent *entry;
    int left = ENTRIES_MAX;
    int fd;

    child_keep_only(keep, 2);
    child_leave_output(job->root);
    if (path_open(job->root, "dev/dri", PATH_NO_LINKS, &place) < 0)
        return 0; /* it has none */
    fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    while (dir && left-- > 0 && (entry = readdir(dir)))
        node_add(job, dirfd(dir), entry->d_name);
    return 0;
}

/* The child is under the container's influence: a number that cannot be is left out. */
static void seen_take(const struct nodes_seen *told, struct nodes_seen *ret)
{
    struct nodes_seen copy = *told;

    ret->count = 0;
    for (uint32_t i = 0; i < copy.count && i < NODES_MAX; i++)
        if (copy.nodes[i].node_minor >= RENDER_MINOR_MIN &&
            copy.nodes[i].node_minor <= RENDER_MINOR_MAX)
            ret->nodes[ret->count++] = copy.nodes[i];
}

static int look_run(struct job *job)
{
    struct child_job work = {.steps = look_steps, .memory = job, .cgroup = -1};
    struct child child = CHILD_NONE;
    bool stays;
    int r;

    work.outcome = &job->page->outcome;
    r = child_start(&work, &child);
    return r < 0 ? r : child_end(&child, child_deadline(LOOK_SECONDS), &stays);
}

int nodes_look(int proc, pid_t init, struct nodes_seen *ret)
{
    CLEANUP_FREE char *map = NULL;
    struct idmap gids = {0};
    char path[32];
    size_t size;
    int r;

    snprintf(path, sizeof(path), "%d/gid_map", init);
    if (file_read_at(proc, path, MAP_FILE_MAX, &map, &size) == 0)
        (void)idmap_parse(map, &gids);
    snprintf(path, sizeof(path), "%d/root", init);
    CLEANUP_FD int root = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return errno == EPERM ? -EACCES : -errno;
    struct job job = {.root = root, .gids = &gids, .page = child_memory(sizeof(struct page))};
    if (!job.page)
        return -ENOMEM;
    r = look_run(&job);
    if (r == 0)
        seen_take(&job.page->seen, ret);
    (void)munmap(job.page, sizeof(struct page));
    return r;
}

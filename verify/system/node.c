/* SPDX-License-Identifier: MIT */
#include "system/node.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DRI_FOLDER    "/dev/dri"
#define RENDER_PREFIX "renderD"
/* A folder with more entries than this is not a device folder. */
#define ENTRIES_MAX 4096

static bool name_is_render(const char *name, uint32_t *ret_minor)
{
    size_t prefix = strlen(RENDER_PREFIX);

    return strncmp(name, RENDER_PREFIX, prefix) == 0 &&
           text_to_u32(name + prefix, 10, INT32_MAX, ret_minor) == 0;
}

static int other_compare(const void *a, const void *b)
{
    const struct node_other *left = a;
    const struct node_other *right = b;

    return left->minor < right->minor ? -1 : left->minor > right->minor;
}

size_t node_list(struct node_other *ret, size_t max)
{
    CLEANUP_DIR DIR *dir = opendir(DRI_FOLDER);
    const struct dirent *entry;
    size_t count = 0;

    if (!dir)
        return 0;
    for (int seen = 0; count < max && seen < ENTRIES_MAX && (entry = readdir(dir)); seen++) {
        struct stat st;
        uint32_t named;
        if (!name_is_render(entry->d_name, &named))
            continue;
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (!facts_is_render_number(st.st_mode, st.st_rdev) || minor(st.st_rdev) != named)
            continue;
        ret[count].minor = named;
        snprintf(ret[count].path, sizeof(ret[count].path), "%s/" RENDER_PREFIX "%u", DRI_FOLDER,
                 named);
        count++;
    }
    qsort(ret, count, sizeof(*ret), other_compare);
    return count;
}

static void others_collect(struct node_facts *node)
{
    struct node_other all[NODE_OTHERS_MAX + 1];
    size_t count = node_list(all, NODE_OTHERS_MAX + 1);
    bool is_usable = node_is_render(node);

    for (size_t i = 0; i < count && node->other_count < NODE_OTHERS_MAX; i++) {
        if (is_usable && all[i].minor == node->minor)
            continue;
        node->others[node->other_count++] = all[i];
    }
}

static void real_path_collect(struct node_facts *node)
{
    CLEANUP_FREE char *real = realpath(node->path, NULL);
    const char *slash;

    if (!real || strlen(real) >= sizeof(node->real))
        return;
    memcpy(node->real, real, strlen(real) + 1);
    slash = strrchr(node->real, '/');
    node->is_named_render = slash && name_is_render(slash + 1, &node->named_minor);
}

void node_collect(const char *path, struct node_facts *ret)
{
    struct stat st;

    *ret = (struct node_facts){0};
    snprintf(ret->path, sizeof(ret->path), "%s", path);
    ret->is_link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    if (stat(path, &st) < 0) {
        ret->error = errno;
    } else {
        ret->mode = st.st_mode;
        ret->uid = st.st_uid;
        ret->gid = st.st_gid;
        ret->major = major(st.st_rdev);
        ret->minor = minor(st.st_rdev);
        real_path_collect(ret);
    }
    others_collect(ret);
}

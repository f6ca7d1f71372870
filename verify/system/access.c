#include "system/access.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "system/mounts.h"
#include "system/names.h"
#include "system/node.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

/* Files of the container, which may be anything: no more than this is read. */
#define NAMES_FILE_MAX  ((size_t)1 << 20)
#define MOUNTS_FILE_MAX ((size_t)4 << 20)
#define SMALL_FILE_MAX  ((size_t)64 << 10)
/* NGROUPS_MAX of Linux. */
#define GROUPS_CAP 65536

/* The default of the kernel (DEFAULT_OVERFLOWUID in linux/highuid.h), when /proc does not say. */
#define OVERFLOW_ID 65534

static void id_map_collect(const char *path, struct idmap *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    if (file_read_at(AT_FDCWD, path, SMALL_FILE_MAX, &text, &size) == 0)
        (void)idmap_parse(text, ret);
}

static uint32_t overflow_collect(const char *path)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t id;

    if (file_read_at(AT_FDCWD, path, 32, &text, &size) < 0)
        return OVERFLOW_ID;
    text[strcspn(text, "\n")] = '\0';
    return text_to_u32(text, 10, UINT32_MAX, &id) == 0 ? id : OVERFLOW_ID;
}

static void groups_collect(uint32_t node_gid, struct access_facts *ret)
{
    int count = getgroups(0, NULL);
    gid_t *groups;

    ret->is_in_group = ret->gid == node_gid;
    if (count <= 0 || count > GROUPS_CAP)
        return;
    groups = calloc((size_t)count, sizeof(*groups));
    if (!groups)
        return;
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++) {
        if (groups[i] == node_gid)
            ret->is_in_group = true;
        if (ret->group_count < ACCESS_GROUPS_MAX)
            ret->groups[ret->group_count++] = groups[i];
    }
    free(groups);
}

static void names_collect(uint32_t node_gid, struct access_facts *ret)
{
    CLEANUP_FREE char *passwd = NULL;
    CLEANUP_FREE char *group = NULL;
    size_t size;
    uint32_t primary;

    if (file_read_at(AT_FDCWD, "/etc/passwd", NAMES_FILE_MAX, &passwd, &size) == 0)
        (void)names_find(passwd, ret->uid, ret->user, sizeof(ret->user));
    if (file_read_at(AT_FDCWD, "/etc/group", NAMES_FILE_MAX, &group, &size) == 0) {
        (void)names_find(group, node_gid, ret->group, sizeof(ret->group));
        ret->has_render = names_find_id(group, "render", &ret->render_gid);
    }
    if (!ret->user[0])
        return;
    if (group && ret->gid_map.count > 0)
        (void)names_group_outside(group, ret->user, &ret->gid_map, ret->far_group,
                                  sizeof(ret->far_group), &ret->far_gid);
    ret->is_listed =
        (group && names_group_lists(group, node_gid, ret->user)) ||
        (passwd && names_primary_group(passwd, ret->user, &primary) && primary == node_gid);
}

static void mount_collect(const char *real, struct access_facts *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct mount_entry entry;
    struct statvfs fs;
    size_t size;

    ret->is_nodev = statvfs(real, &fs) == 0 && (fs.f_flag & ST_NODEV);
    if (file_read_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTS_FILE_MAX, &text, &size) < 0 ||
        !mounts_find(text, real, &entry))
        return;
    snprintf(ret->mount_point, sizeof(ret->mount_point), "%s", entry.point);
    snprintf(ret->mount_options, sizeof(ret->mount_options), "%s", entry.options);
}

/* "container_t", with its context, or "docker-default (enforce)"; what is confined by nothing has
 * none. */
static void label_collect(struct access_facts *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    if (file_read_at(AT_FDCWD, "/proc/self/attr/current", SMALL_FILE_MAX, &text, &size) < 0)
        return;
    text[strcspn(text, "\n")] = '\0';
    if (!strstr(text, "unconfined"))
        snprintf(ret->label, sizeof(ret->label), "%.120s", text);
}

static int null_open(void)
{
    CLEANUP_FD int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    return fd < 0 ? errno : 0;
}

/* Opens the node, and makes sure that it still is the device that was looked at. */
static int node_open(const struct node_facts *node, int *ret_fd)
{
    CLEANUP_FD int fd = open(node->path, O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return errno;
    if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(node->major, node->minor))
        return ESTALE;
    *ret_fd = fd_steal(&fd);
    return 0;
}

void access_collect(const struct node_facts *node, struct access_facts *ret, int *ret_fd)
{
    *ret = (struct access_facts){.uid = geteuid(), .gid = getegid()};
    *ret_fd = -1;
    id_map_collect("/proc/self/uid_map", &ret->uid_map);
    id_map_collect("/proc/self/gid_map", &ret->gid_map);
    ret->overflow_uid = overflow_collect("/proc/sys/kernel/overflowuid");
    ret->overflow_gid = overflow_collect("/proc/sys/kernel/overflowgid");
    groups_collect(node->gid, ret);
    names_collect(node->gid, ret);
    label_collect(ret);
    ret->null_error = null_open();
    if (!node_is_render(node))
        return;
    mount_collect(node->real, ret);
    ret->open_error = node_open(node, ret_fd);
    ret->is_open_tried = true;
}

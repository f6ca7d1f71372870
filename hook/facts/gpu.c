/* SPDX-License-Identifier: MIT */
#include "facts/gpu.h"

#include "base/cleanup.h"
#include "base/drm.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The last component that reads 0000:00:02.0: a virtio GPU hangs below its PCI device. */
static void pci_address_find(const char *path, char *ret, size_t size)
{
    ret[0] = '\0';
    while ((path = strchr(path, '/'))) {
        unsigned domain, bus, slot, function;
        int length = 0;
        path++;
        if (sscanf(path, "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &length) == 4 &&
            length == 12 && (path[length] == '/' || path[length] == '\0'))
            snprintf(ret, size, "%.*s", length, path);
    }
}

static unsigned sysfs_hex(int dir, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t value = 0;

    if (file_read_at(dir, name, 64, &text, &size) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, "0x", 2) == 0)
        (void)text_to_u32(text + 2, 16, UINT32_MAX, &value);
    return value;
}

static void link_basename(int dir, const char *name, char *ret, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(dir, name, target, sizeof(target) - 1);

    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    text_printable(ret, size, slash ? slash + 1 : target);
}

/* A virtio GPU's PCI device belongs to the transport; the GPU driver is bound to the device below
 * it. */
static void driver_below_virtio(int dir, struct gpu_node *node)
{
    int device = openat(dir, "device", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIR DIR *entries = device < 0 ? NULL : fdopendir(device);
    const struct dirent *entry;
    char link[NAME_MAX + 16];

    if (!entries) {
        fd_cleanup(&device);
        return;
    }
    while ((entry = readdir(entries))) {
        if (strncmp(entry->d_name, "virtio", strlen("virtio")) != 0)
            continue;
        snprintf(link, sizeof(link), "%s/driver", entry->d_name);
        link_basename(device, link, node->driver, sizeof(node->driver));
        return;
    }
}

/* sysfs knows the device but no driver is bound to it, as with vgem: ask the node itself. */
static void driver_ask(int dev_dri, struct gpu_node *node)
{
    CLEANUP_FD int fd = openat(dev_dri, node->name, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char name[sizeof(node->driver)];

    if (fd >= 0 && drm_driver_name(fd, name, sizeof(name)) == 0)
        text_printable(node->driver, sizeof(node->driver), name);
}

static void node_describe(int dev_dri, struct gpu_node *node)
{
    char link[64];
    char target[PATH_MAX];
    ssize_t length;

    snprintf(node->driver, sizeof(node->driver), "unknown");
    snprintf(link, sizeof(link), "/sys/dev/char/%d:%u", DRM_MAJOR, node->node_minor);
    CLEANUP_FD int dir = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
    length = readlink(link, target, sizeof(target) - 1);
    if (dir < 0 || length <= 0)
        return;
    /* ../../devices/pci0000:00/0000:00:02.0/drm/renderD128 */
    target[length] = '\0';
    pci_address_find(target, node->pci, sizeof(node->pci));
    node->vendor_id = sysfs_hex(dir, "device/vendor");
    node->device_id = sysfs_hex(dir, "device/device");
    link_basename(dir, "device", node->device, sizeof(node->device));
    link_basename(dir, "device/driver", node->driver, sizeof(node->driver));
    if (text_is_equal(node->driver, "virtio-pci"))
        driver_below_virtio(dir, node);
    if (text_is_equal(node->driver, "unknown"))
        driver_ask(dev_dri, node);
}

static void stray_add(struct gpu_list *list, const char *name, const struct stat *st)
{
    struct gpu_stray *stray = &list->strays[list->stray_count];
    char buffer[sizeof(stray->what)];

    if (list->stray_count == GPU_STRAYS_MAX)
        return;
    list->stray_count++;
    text_printable(stray->name, sizeof(stray->name), name);
    snprintf(stray->what, sizeof(stray->what), "%s",
             gpu_describe_file(st->st_mode, st->st_rdev, buffer, sizeof(buffer)));
}

static void entry_add(struct gpu_list *list, int dev_dri, const char *name)
{
    struct gpu_node node = {0};
    struct stat st;

    if (strncmp(name, "renderD", 7) != 0 && strncmp(name, "card", 4) != 0)
        return;
    if (fstatat(dev_dri, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return; /* gone since the folder was read */
    if (!gpu_name_parse(name, &node.is_render, &node.node_minor) || !S_ISCHR(st.st_mode) ||
        st.st_rdev != makedev(DRM_MAJOR, node.node_minor) || list->count == GPU_NODES_MAX) {
        stray_add(list, name, &st);
        return;
    }
    snprintf(node.name, sizeof(node.name), "%s", name);
    node.uid = st.st_uid;
    node.gid = st.st_gid;
    node.mode = st.st_mode & 07777;
    node_describe(dev_dri, &node);
    list->nodes[list->count++] = node;
}

static int node_compare(const void *a, const void *b)
{
    const struct gpu_node *x = a;
    const struct gpu_node *y = b;

    return x->node_minor < y->node_minor ? -1 : x->node_minor > y->node_minor;
}

int gpu_find(struct gpu_list *ret, struct fault *fault)
{
    CLEANUP_DIR DIR *dir = opendir("/dev/dri");
    struct dirent *entry;

    memset(ret, 0, offsetof(struct gpu_list, nodes));
    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (!dir)
        return fault_set(fault, CAUSE_HOST_DRI, errno);
    ret->has_dev_dri = true;
    while ((errno = 0, entry = readdir(dir)))
        entry_add(ret, dirfd(dir), entry->d_name);
    if (errno)
        return fault_set(fault, CAUSE_HOST_DRI, errno);
    qsort(ret->nodes, ret->count, sizeof(ret->nodes[0]), node_compare);
    return 0;
}

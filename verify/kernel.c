#include "kernel.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The two requests we need. Debian's kernel headers package has no drm/ folder, and libdrm is not
 * wanted for this: layouts as in the kernel's include/uapi/drm/drm.h and i915_drm.h, which never
 * change.
 */
struct drm_version_request {
    int version_major;
    int version_minor;
    int version_patchlevel;
    size_t name_len;
    char *name;
    size_t date_len;
    char *date;
    size_t desc_len;
    char *desc;
};
#define DRM_VERSION_IOCTL _IOWR('d', 0x00, struct drm_version_request)

struct i915_getparam_request {
    int param;
    int *value;
};
#define I915_GETPARAM_IOCTL _IOWR('d', 0x40 + 0x06, struct i915_getparam_request)
#define I915_HUC_STATUS     42

static int request_send(int fd, unsigned long request, void *argument)
{
    int r;

    do {
        r = ioctl(fd, request, argument);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? errno : 0;
}

static void version_collect(int fd, struct kernel_facts *ret)
{
    struct drm_version_request version = {.name = ret->driver, .name_len = sizeof(ret->driver) - 1};

    ret->error = request_send(fd, DRM_VERSION_IOCTL, &version);
    ret->is_asked = true;
    if (ret->error)
        return;
    ret->major = version.version_major;
    ret->minor = version.version_minor;
    ret->patch = version.version_patchlevel;
}

static void huc_collect(int fd, struct kernel_facts *ret)
{
    int value = 0;
    struct i915_getparam_request request = {.param = I915_HUC_STATUS, .value = &value};

    if (ret->error || !text_is_equal(ret->driver, "i915"))
        return;
    ret->huc_error = request_send(fd, I915_GETPARAM_IOCTL, &request);
    ret->huc_status = value;
    ret->is_huc_asked = true;
}

static uint32_t sys_id_read(int device, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t id;

    if (file_read_at(device, name, 32, &text, &size) < 0 || strncmp(text, "0x", 2) != 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    return text_to_u32(text + 2, 16, UINT32_MAX, &id) == 0 ? id : 0;
}

/* "0000:00:02.0": the name of the device's folder, when it is on the PCI bus. */
static void pci_address_read(int device, const char *device_path, struct kernel_facts *ret)
{
    char target[NODE_PATH_MAX];
    ssize_t length = readlinkat(device, "subsystem", target, sizeof(target) - 1);

    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    if (!slash || !text_is_equal(slash, "/pci"))
        return;
    CLEANUP_FREE char *real = realpath(device_path, NULL);
    slash = real ? strrchr(real, '/') : NULL;
    if (slash && strchr(slash, ':'))
        snprintf(ret->pci, sizeof(ret->pci), "%s", slash + 1);
}

static void sysfs_collect(const struct node_facts *node, struct kernel_facts *ret)
{
    char path[96];
    struct stat st;

    ret->is_sys_visible = stat("/sys/dev/char", &st) == 0;
    snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/drm", node->major, node->minor);
    ret->is_node_visible = stat(path, &st) == 0;
    path[strlen(path) - strlen("/drm")] = '\0';
    CLEANUP_FD int device = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (device < 0)
        return;
    pci_address_read(device, path, ret);
    ret->vendor_id = sys_id_read(device, "vendor");
    ret->device_id = sys_id_read(device, "device");
}

void kernel_collect(int fd, const struct node_facts *node, struct kernel_facts *ret)
{
    *ret = (struct kernel_facts){0};
    sysfs_collect(node, ret);
    version_collect(fd, ret);
    huc_collect(fd, ret);
}

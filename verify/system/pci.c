#include "system/pci.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PCI Code and ID Assignment Specification, base class 03h: display controller. */
#define CLASS_DISPLAY 0x03U
#define DEP_MAX       ((size_t)16 << 20)
#define ENTRIES_MAX   4096

/* For GPUs with video engines; the first row that fits. */
static const char *module_for(uint32_t vendor_id, uint32_t device_id)
{
    static const struct {
        uint32_t vendor_id, first_id, last_id;
        const char *module;
    } rows[] = {
        /* Lunar Lake, Battlemage and Panther Lake (include/drm/intel/pciids.h). */
        {0x8086, 0x6420, 0x64b0, "xe"}, {0x8086, 0xb080, 0xb0ff, "xe"},
        {0x8086, 0xe202, 0xe223, "xe"}, {0x8086, 0, 0xffff, "i915"},
        {0x1002, 0, 0xffff, "amdgpu"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].vendor_id == vendor_id && device_id >= rows[i].first_id &&
            device_id <= rows[i].last_id)
            return rows[i].module;
    }
    return NULL;
}

static uint32_t hex_read(int device, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t value;

    if (file_read_at(device, name, 32, &text, &size) < 0 || strncmp(text, "0x", 2) != 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    return text_to_u32(text + 2, 16, UINT32_MAX, &value) == 0 ? value : 0;
}

static void driver_read(int device, char *ret, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(device, "driver", target, sizeof(target) - 1);

    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(ret, size, "%s", slash ? slash + 1 : target);
}

/* modules.dep names every module that depmod(8) found: "kernel/drivers/gpu/drm/i915/i915.ko.xz:" */
static bool is_in_kernel(const char *release, const char *module, bool *ret_is_known)
{
    CLEANUP_FREE char *text = NULL;
    char path[PATH_MAX];
    char name[64];
    size_t size;

    snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
    *ret_is_known = file_read_at(AT_FDCWD, path, DEP_MAX, &text, &size) == 0;
    snprintf(name, sizeof(name), "/%s.ko", module);
    return *ret_is_known && strstr(text, name);
}

static enum pci_why why_find(const char *release, const struct pci_facts *gpu)
{
    char path[PATH_MAX];
    struct stat st;
    bool is_known;

    snprintf(path, sizeof(path), "/sys/module/%s", gpu->module);
    if (gpu->driver[0] && !text_is_equal(gpu->driver, gpu->module))
        return PCI_OTHER_DRIVER;
    if (gpu->driver[0] || stat(path, &st) == 0)
        return PCI_NOT_TAKEN;
    if (is_in_kernel(release, gpu->module, &is_known))
        return PCI_NOT_LOADED;
    return is_known ? PCI_NO_MODULE : PCI_NOT_LOADED;
}

static bool gpu_read(int bus, const char *address, struct pci_facts *ret)
{
    CLEANUP_FD int device = openat(bus, address, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *module;

    if (device < 0 || hex_read(device, "class") >> 16 != CLASS_DISPLAY)
        return false;
    *ret = (struct pci_facts){.vendor_id = hex_read(device, "vendor"),
                              .device_id = hex_read(device, "device")};
    module = module_for(ret->vendor_id, ret->device_id);
    if (!module)
        return false;
    snprintf(ret->address, sizeof(ret->address), "%s", address);
    driver_read(device, ret->driver, sizeof(ret->driver));
    /* Some GPUs have the choice. */
    if (text_is_equal(ret->driver, "xe") || text_is_equal(ret->driver, "radeon"))
        module = ret->driver;
    snprintf(ret->module, sizeof(ret->module), "%s", module);
    return true;
}

void pci_collect(const char *release, struct pci_facts *ret)
{
    CLEANUP_DIR DIR *bus = opendir("/sys/bus/pci/devices");
    const struct dirent *entry;

    *ret = (struct pci_facts){0};
    for (int seen = 0; bus && seen < ENTRIES_MAX && (entry = readdir(bus)); seen++) {
        struct pci_facts gpu;
        if (entry->d_name[0] == '.' || !gpu_read(dirfd(bus), entry->d_name, &gpu))
            continue;
        gpu.why = why_find(release, &gpu);
        *ret = gpu;
        return;
    }
}

/* SPDX-License-Identifier: MIT */
#include "system/pci.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/pci.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEP_MAX     ((size_t)16 << 20)
#define ENTRIES_MAX 4096

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

    if (device < 0 || pci_hex_read(device, "class") >> 16 != PCI_CLASS_GPU)
        return false;
    *ret = (struct pci_facts){.vendor_id = pci_hex_read(device, "vendor"),
                              .device_id = pci_hex_read(device, "device")};
    /* Others have no video engine, or none for VA-API. */
    if (ret->vendor_id != PCI_VENDOR_INTEL && ret->vendor_id != PCI_VENDOR_AMD)
        return false;
    module = pci_module_for(ret->vendor_id, ret->device_id);
    if (!module)
        return false;
    snprintf(ret->address, sizeof(ret->address), "%s", address);
    pci_link_read(device, "driver", ret->driver, sizeof(ret->driver));
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

#include "say/pci.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* PCI Code and ID Assignment Specification, base class 03h: display controller. */
#define CLASS_DISPLAY 0x03u

/* Which kernel driver, by vendor; the first row that fits. */
static const struct {
    uint32_t vendor_id;
    uint32_t first_id, last_id; /* of devices */
    const char *module;
} wants[] = {
    /* Lunar Lake, Battlemage and Panther Lake have no other driver (include/drm/intel/pciids.h). */
    {0x8086, 0x6420, 0x64b0, "xe"},    {0x8086, 0xb080, 0xb0ff, "xe"},
    {0x8086, 0xe202, 0xe223, "xe"},    {0x8086, 0, 0xffff, "i915"},
    {0x1002, 0, 0xffff, "amdgpu"},     {0x10de, 0, 0xffff, "nouveau"},
    {0x1af4, 0, 0xffff, "virtio_gpu"},
};

static const char *module_for(uint32_t vendor_id, uint32_t device_id)
{
    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
        if (wants[i].vendor_id == vendor_id && device_id >= wants[i].first_id &&
            device_id <= wants[i].last_id)
            return wants[i].module;
    return NULL;
}

static uint32_t hex_read(int dir, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t value = 0;

    if (file_read_at(dir, name, 64, &text, &size) < 0 || strncmp(text, "0x", 2) != 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    (void)text_to_u32(text + 2, 16, UINT32_MAX, &value);
    return value;
}

static void driver_read(int dir, char *ret, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(dir, "driver", target, sizeof(target) - 1);

    ret[0] = '\0';
    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    text_printable(ret, size, slash ? slash + 1 : target);
    /* Only the transport of a virtio GPU, whose driver binds below it. */
    if (text_is_equal(ret, "virtio-pci"))
        ret[0] = '\0';
}

/* ---- the bus ----------------------------------------------------------------------------------
 */

static bool gpu_read(int bus, const char *address, struct pci_gpu *ret)
{
    CLEANUP_FD int dir = openat(bus, address, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0 || hex_read(dir, "class") >> 16 != CLASS_DISPLAY)
        return false;
    *ret = (struct pci_gpu){.vendor_id = hex_read(dir, "vendor"),
                            .device_id = hex_read(dir, "device")};
    text_printable(ret->address, sizeof(ret->address), address);
    driver_read(dir, ret->driver, sizeof(ret->driver));
    ret->module = module_for(ret->vendor_id, ret->device_id);
    if (!ret->module)
        return true;
    /* The older of AMD's two, for a card that this kernel has no newer one for. */
    if (text_is_equal(ret->module, "amdgpu") &&
        driver_knows("radeon", ret->vendor_id, ret->device_id) == DRIVER_KNOWS &&
        driver_knows("amdgpu", ret->vendor_id, ret->device_id) == DRIVER_DOES_NOT)
        ret->module = "radeon";
    ret->is_loaded = driver_is_loaded(ret->module);
    if (ret->is_loaded && !ret->driver[0])
        refusal_find(ret->module, ret->vendor_id, ret->device_id, &ret->refusal);
    if (!ret->is_loaded)
        modprobe_kept_out(ret->module, &ret->kept_out);
    return true;
}

void pci_gpus_find(struct pci_gpus *ret)
{
    CLEANUP_DIR DIR *bus = opendir("/sys/bus/pci/devices");
    const struct dirent *entry;

    *ret = (struct pci_gpus){0};
    while (bus && ret->count < PCI_GPUS_MAX && (entry = readdir(bus))) {
        struct pci_gpu gpu;
        if (entry->d_name[0] == '.' || !gpu_read(dirfd(bus), entry->d_name, &gpu))
            continue;
        ret->gpus[ret->count++] = gpu;
        if (gpu.module && !ret->gpus[0].module) {
            ret->gpus[ret->count - 1] = ret->gpus[0];
            ret->gpus[0] = gpu;
        }
    }
}

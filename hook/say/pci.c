#include "say/pci.h"

#include "base/cleanup.h"
#include "base/pci.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- the bus ----------------------------------------------------------------------------------
 */

static bool gpu_read(int bus, const char *address, struct pci_gpu *ret)
{
    CLEANUP_FD int dir = openat(bus, address, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0 || pci_hex_read(dir, "class") >> 16 != PCI_CLASS_GPU)
        return false;
    *ret = (struct pci_gpu){.vendor_id = pci_hex_read(dir, "vendor"),
                            .device_id = pci_hex_read(dir, "device")};
    text_printable(ret->address, sizeof(ret->address), address);
    pci_driver_read(dir, ret->driver, sizeof(ret->driver));
    /* Only the transport of a virtio GPU, whose driver binds below it. */
    if (text_is_equal(ret->driver, "virtio-pci"))
        ret->driver[0] = '\0';
    ret->module = pci_module_for(ret->vendor_id, ret->device_id);
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

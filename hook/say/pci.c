/* SPDX-License-Identifier: MIT */
#include "say/pci.h"

#include "base/bus.h"
#include "base/cleanup.h"
#include "base/pci.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- the bus ----------------------------------------------------------------------------------
 */

static bool gpu_read(int bus, const char *address, struct pci_gpu *ret)
{
    struct bus_gpu gpu;

    if (!bus_gpu_read(bus, address, &gpu))
        return false;
    *ret = (struct pci_gpu){.vendor_id = gpu.vendor_id, .device_id = gpu.device_id};
    snprintf(ret->address, sizeof(ret->address), "%s", gpu.address);
    snprintf(ret->driver, sizeof(ret->driver), "%s", gpu.driver);
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

/* SPDX-License-Identifier: MIT */
#include "base/bus.h"

#include "base/cleanup.h"
#include "base/pci.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

bool bus_gpu_read(int bus, const char *address, struct bus_gpu *ret)
{
    CLEANUP_FD int device = openat(bus, address, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (device < 0 || pci_hex_read(device, "class") >> 16 != PCI_CLASS_GPU)
        return false;
    *ret = (struct bus_gpu){.vendor_id = pci_hex_read(device, "vendor"),
                            .device_id = pci_hex_read(device, "device")};
    text_printable(ret->address, sizeof(ret->address), address);
    pci_link_read(device, "driver", ret->driver, sizeof(ret->driver));
    pci_link_read(device, "physfn", ret->function, sizeof(ret->function));
    /* Only the transport of a virtio GPU, whose driver binds below it. */
    if (text_is_equal(ret->driver, "virtio-pci"))
        ret->driver[0] = '\0';
    return true;
}

static int by_address(const void *one, const void *other)
{
    return strcmp(((const struct bus_gpu *)one)->address, ((const struct bus_gpu *)other)->address);
}

size_t bus_gpus_find(struct bus_gpu *ret, size_t max)
{
    CLEANUP_DIR DIR *bus = opendir("/sys/bus/pci/devices");
    const struct dirent *entry;
    size_t count = 0;

    while (bus && count < max && (entry = readdir(bus)))
        if (entry->d_name[0] != '.' && bus_gpu_read(dirfd(bus), entry->d_name, &ret[count]))
            count++;
    qsort(ret, count, sizeof(*ret), by_address);
    return count;
}

const struct bus_gpu *bus_gpu_at(const struct bus_gpu *gpus, size_t count, const char *address)
{
    for (size_t i = 0; i < count; i++)
        if (text_is_equal(gpus[i].address, address))
            return &gpus[i];
    return NULL;
}

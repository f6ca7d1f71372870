/*
 * The GPUs on the PCI bus, whether or not a driver made nodes for them: why a host has none.
 * Facts from sysfs and /etc/modprobe.d; nothing is opened or loaded.
 */
#ifndef HOOK_PCI_H
#define HOOK_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_GPUS_MAX 8

struct pci_gpu {
    char address[16]; /* "0000:00:02.0" */
    uint32_t vendor_id, device_id;
    char driver[32];    /* bound to it; "" when none is */
    const char *module; /* the kernel driver that it wants, static; NULL for a console GPU */
    char kept_out[64];  /* file in /etc/modprobe.d that keeps the module from loading; or "" */
};

struct pci_gpus {
    size_t count; /* GPUs that a driver could make a render node for come first */
    struct pci_gpu gpus[PCI_GPUS_MAX];
};

void pci_gpus_find(struct pci_gpus *ret);

/* Pure: whether the text of a modprobe.d(5) file keeps `module` from loading by itself. */
bool modprobe_keeps_out(const char *text, const char *module);

#endif

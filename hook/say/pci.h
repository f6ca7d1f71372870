/* SPDX-License-Identifier: MIT */
/*
 * The GPUs on the PCI bus, whether or not a driver made nodes for them: why a host has none.
 * Facts from sysfs, modprobe.d(5) and the kernel's command line; nothing is opened or loaded.
 */
#ifndef HOOK_PCI_H
#define HOOK_PCI_H

#include "say/modprobe.h"
#include "say/refusal.h"

#include <stddef.h>
#include <stdint.h>

#define PCI_GPUS_MAX 8

struct pci_gpu {
    char address[16]; /* "0000:00:02.0" */
    uint32_t vendor_id, device_id;
    char driver[32];          /* bound to it; "" when none is */
    const char *module;       /* the kernel driver that it wants, static; NULL for a console GPU */
    bool is_loaded;           /* the module is there, whatever it does */
    struct kept_out kept_out; /* what keeps the module from loading */
    struct refusal refusal;   /* it is loaded, and no driver is bound: why */
};

struct pci_gpus {
    size_t count; /* GPUs that a driver could make a render node for come first */
    struct pci_gpu gpus[PCI_GPUS_MAX];
};

void pci_gpus_find(struct pci_gpus *ret);

#endif

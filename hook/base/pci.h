/* SPDX-License-Identifier: MIT */
/*
 * GPUs as /sys/bus/pci/devices/ADDRESS shows them. Source: the kernel's
 * Documentation/ABI/testing/sysfs-bus-pci; PCI Code and ID Assignment Specification.
 */
#ifndef BASE_PCI_H
#define BASE_PCI_H

#include <stddef.h>
#include <stdint.h>

#define PCI_VENDOR_AMD   0x1002U
#define PCI_VENDOR_INTEL 0x8086U
#define PCI_CLASS_GPU    0x03U /* base class: display controller */

/* A number such as "0x8086\n" in the file `name` of an open directory; 0 when there is none. */
uint32_t pci_hex_read(int directory, const char *name);

/*
 * The name of what a link of the device leads to, printable; "" for none: of "driver" the one that
 * is bound to it, of "physfn" the address of the card whose virtual function it is.
 */
void pci_link_read(int directory, const char *link, char *ret, size_t size);

/* The kernel module that drives such a GPU; NULL when none is known. */
const char *pci_module_for(uint32_t vendor_id, uint32_t device_id);

#endif

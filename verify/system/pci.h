/* SPDX-License-Identifier: MIT */
/* The GPU on this machine's PCI bus, for where there is no node: what its driver made of it. */
#ifndef VERIFY_PCI_H
#define VERIFY_PCI_H

#include "facts/facts.h"

/* `release` of the kernel that runs. Looks at /sys and /lib/modules; loads nothing. */
void pci_collect(const char *release, struct pci_facts *ret);

#endif

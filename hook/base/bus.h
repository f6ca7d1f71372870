/* SPDX-License-Identifier: MIT */
/*
 * The GPUs on the PCI bus, whether or not a driver has made nodes for them. Facts from sysfs alone:
 * nothing is opened or loaded. Sources: the kernel's Documentation/ABI/testing/sysfs-bus-pci and
 * Documentation/PCI/pci-iov-howto.rst.
 */
#ifndef BASE_BUS_H
#define BASE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_GPUS_MAX 64 /* a card can have 63 virtual functions, and most have 7 */

struct bus_gpu {
    char address[16]; /* "0000:00:02.0" */
    uint32_t vendor_id, device_id;
    char driver[32];   /* bound to it; "" when none is */
    char function[16]; /* whose virtual function it is: that address; "" when it is none */
};

/* The device of that name below the open directory /sys/bus/pci/devices; false when it is no GPU.
 */
bool bus_gpu_read(int bus, const char *address, struct bus_gpu *ret);

/* The first `max` in the order of their addresses; their number. */
size_t bus_gpus_find(struct bus_gpu *ret, size_t max);

/* The one at this address; NULL when there is none. */
const struct bus_gpu *bus_gpu_at(const struct bus_gpu *gpus, size_t count, const char *address);

#endif

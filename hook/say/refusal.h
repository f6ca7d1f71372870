/* SPDX-License-Identifier: MIT */
/*
 * Why a driver that is loaded has not taken a GPU: what the kernel's command line, modprobe.d(5),
 * the module's parameters, its list of devices and the firmware on this host tell. Facts only.
 */
#ifndef HOOK_REFUSAL_H
#define HOOK_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

enum refused_by {
    REFUSED_BY_UNKNOWN,
    REFUSED_BY_NOMODESET,   /* that word of the command line */
    REFUSED_BY_MODESET,     /* modeset=0 */
    REFUSED_BY_FORCE_PROBE, /* force_probe=!…, which names it */
    REFUSED_BY_FIRMWARE,    /* none of its firmware is installed */
    REFUSED_BY_AGE,         /* it is not in the module's list of devices */
};

struct refusal {
    enum refused_by by;
    /* Where the parameter is set, when that is known. */
    bool on_command_line;
    char file[96];       /* of modprobe.d; "" when it is none */
    const char *folder;  /* REFUSED_BY_FIRMWARE: that is missing */
    const char *package; /* REFUSED_BY_FIRMWARE: by Debian's name */
};

void refusal_find(const char *module, uint32_t vendor_id, uint32_t device_id, struct refusal *ret);

bool driver_is_loaded(const char *module);

enum driver_knowledge { DRIVER_UNSURE, DRIVER_KNOWS, DRIVER_DOES_NOT };

/* Whether this kernel's module is for that device of PCI, which is a display. */
enum driver_knowledge driver_knows(const char *module, uint32_t vendor_id, uint32_t device_id);

/* Pure: the same for the text of modules.alias. */
enum driver_knowledge driver_alias_knows(const char *text, const char *module, uint32_t vendor_id,
                                         uint32_t device_id);

/* Pure: whether a value of force_probe, "4680,!9a49" or "!*", keeps the device out. */
bool force_probe_refuses(const char *value, uint32_t device_id);

#endif

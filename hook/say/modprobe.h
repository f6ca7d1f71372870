/* SPDX-License-Identifier: MIT */
/*
 * What keeps a kernel module from loading by itself: modprobe.d(5), and the kernel's command line.
 */
#ifndef HOOK_MODPROBE_H
#define HOOK_MODPROBE_H

#include <stdbool.h>
#include <stddef.h>

enum kept_out_by {
    KEPT_OUT_BY_NOTHING,
    KEPT_OUT_BY_FILE,      /* of modprobe.d(5) */
    KEPT_OUT_BY_MODPROBE,  /* modprobe.blacklist=: not when it is loaded by its own name */
    KEPT_OUT_BY_THE_KERNEL /* module_blacklist=: however it is loaded */
};

struct kept_out {
    enum kept_out_by by;
    char file[96]; /* KEPT_OUT_BY_FILE */
};

void modprobe_kept_out(const char *module, struct kept_out *ret);

/* Pure: whether the text of a modprobe.d(5) file keeps `module` from loading by itself. */
bool modprobe_keeps_out(const char *text, const char *module);

/* Pure: whether it sets a parameter of the module: "options i915 modeset=0". */
bool modprobe_sets(const char *text, const char *module, const char *parameter);

/* The file that does. */
bool modprobe_find_parameter(const char *module, const char *parameter, char *ret, size_t size);

/*
 * Pure: whether the text of /proc/cmdline does: "i915.modeset=0"; or has the word, where `module`
 * is NULL.
 */
bool modprobe_cmdline_sets(const char *text, const char *module, const char *parameter);

/* Pure: the same as modprobe_keeps_out for the text of /proc/cmdline. */
enum kept_out_by modprobe_cmdline_keeps_out(const char *text, const char *module);

#endif

/* SPDX-License-Identifier: MIT */
#include "say/refusal.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "say/modprobe.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define SMALL_MAX   (64u << 10)
#define ALIASES_MAX (16u << 20)

/* ---- the module ------------------------------------------------------------------------------ */

bool driver_is_loaded(const char *module)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "/sys/module/%s", module);
    return access(path, F_OK) == 0;
}

/* "" when there is no such parameter, or none that may be read. */
static void parameter_read(const char *module, const char *name, char *ret, size_t size)
{
    CLEANUP_FREE char *text = NULL;
    char path[PATH_MAX];
    size_t unused;

    snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
    ret[0] = '\0';
    if (file_read_at(AT_FDCWD, path, SMALL_MAX, &text, &unused) == 0)
        snprintf(ret, size, "%.*s", (int)strcspn(text, "\n"), text);
}

bool force_probe_refuses(const char *value, uint32_t device_id)
{
    while (*value) {
        char word[16];
        uint32_t number = 0;
        size_t length = strcspn(value, ",");
        snprintf(word, sizeof(word), "%.*s", (int)length, value);
        if (word[0] == '!' &&
            (text_is_equal(word, "!*") ||
             (text_to_u32(word + 1, 16, UINT16_MAX, &number) == 0 && number == device_id)))
            return true;
        value += length;
        value += *value == ',';
    }
    return false;
}

/* ---- its list of devices --------------------------------------------------------------------- */

/* "alias pci:v00008086d00004680sv*sd*bc03sc*i* i915", or d* for all of a maker's displays. */
enum driver_knowledge driver_alias_knows(const char *text, const char *module, uint32_t vendor_id,
                                         uint32_t device_id)
{
    enum driver_knowledge found = DRIVER_UNSURE;
    char exact[40];
    char any[40];
    char wanted[24];

    snprintf(wanted, sizeof(wanted), "alias pci:v%08X", vendor_id);
    snprintf(exact, sizeof(exact), "d%08Xs", device_id);
    snprintf(any, sizeof(any), "d*sv*sd*bc03");
    while (*text) {
        char line[256];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        text += length;
        text += *text == '\n';
        const char *name = strrchr(line, ' ');
        if (!name || !text_is_equal(name + 1, module) || strncmp(line, "alias pci:", 10) != 0)
            continue;
        if (found == DRIVER_UNSURE)
            found = DRIVER_DOES_NOT;
        const char *device = line + strlen(wanted);
        if (strncmp(line, wanted, strlen(wanted)) == 0 &&
            (strncmp(device, exact, strlen(exact)) == 0 || strncmp(device, any, strlen(any)) == 0))
            return DRIVER_KNOWS;
    }
    return found;
}

enum driver_knowledge driver_knows(const char *module, uint32_t vendor_id, uint32_t device_id)
{
    CLEANUP_FREE char *text = NULL;
    char path[PATH_MAX];
    struct utsname kernel;
    size_t unused;

    if (uname(&kernel) < 0)
        return DRIVER_UNSURE;
    snprintf(path, sizeof(path), "/lib/modules/%s/modules.alias", kernel.release);
    if (file_read_at(AT_FDCWD, path, ALIASES_MAX, &text, &unused) < 0)
        return DRIVER_UNSURE;
    return driver_alias_knows(text, module, vendor_id, device_id);
}

/* ---- why ------------------------------------------------------------------------------------- */

/* Drivers that do nothing without their firmware: amdgpu_device_init(), xe_uc_init(). */
static const struct {
    const char *module, *folder, *package;
} firmwares[] = {
    {"amdgpu", "/lib/firmware/amdgpu", "firmware-amd-graphics"},
    {"radeon", "/lib/firmware/radeon", "firmware-amd-graphics"},
    {"xe", "/lib/firmware/xe", "firmware-intel-graphics"},
};

static bool lacks_firmware(const char *module, struct refusal *ret)
{
    for (size_t i = 0; i < sizeof(firmwares) / sizeof(firmwares[0]); i++) {
        if (!text_is_equal(firmwares[i].module, module) || access(firmwares[i].folder, F_OK) == 0)
            continue;
        /* xe takes some of i915's. */
        if (text_is_equal(module, "xe") && access("/lib/firmware/i915", F_OK) == 0)
            continue;
        ret->folder = firmwares[i].folder;
        ret->package = firmwares[i].package;
        return true;
    }
    return false;
}

static void find_where(const char *cmdline, const char *module, const char *parameter,
                       struct refusal *ret)
{
    ret->on_command_line = modprobe_cmdline_sets(cmdline, module, parameter);
    if (!ret->on_command_line)
        (void)modprobe_find_parameter(module, parameter, ret->file, sizeof(ret->file));
}

void refusal_find(const char *module, uint32_t vendor_id, uint32_t device_id, struct refusal *ret)
{
    CLEANUP_FREE char *text = NULL;
    char modeset[16];
    char force_probe[256];
    size_t unused;
    const char *cmdline = "";

    *ret = (struct refusal){.by = REFUSED_BY_UNKNOWN};
    if (file_read_at(AT_FDCWD, "/proc/cmdline", SMALL_MAX, &text, &unused) == 0)
        cmdline = text;
    parameter_read(module, "modeset", modeset, sizeof(modeset));
    parameter_read(module, "force_probe", force_probe, sizeof(force_probe));
    if (text_is_equal(modeset, "0")) {
        ret->by = REFUSED_BY_MODESET;
        find_where(cmdline, module, "modeset", ret);
    } else if (!text_is_equal(modeset, "1") && modprobe_cmdline_sets(cmdline, NULL, "nomodeset")) {
        ret->by = REFUSED_BY_NOMODESET;
        ret->on_command_line = true;
    } else if (force_probe_refuses(force_probe, device_id)) {
        ret->by = REFUSED_BY_FORCE_PROBE;
        find_where(cmdline, module, "force_probe", ret);
    } else if (driver_knows(module, vendor_id, device_id) == DRIVER_DOES_NOT) {
        ret->by = REFUSED_BY_AGE;
    } else if (lacks_firmware(module, ret)) {
        ret->by = REFUSED_BY_FIRMWARE;
    }
}

#include "advice.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM       "/usr/bin/lxc-gpu-hook"
#define OFFERS_MAX    4
#define WAIT_SENSIBLE 20 /* seconds that a driver may take at boot */

/* ---- lines of the config ----------------------------------------------------------------------
 */

static void owner_add(const struct options *options, struct text *text)
{
    if (options->has_gid)
        text_add(text, " --group %u", options->gid);
    else if (options->group)
        text_add(text, " --group %s", options->group);
    if (options->user)
        text_add(text, " --user %u", options->user);
    if (options->mode != 0660)
        text_add(text, " --mode %04o", options->mode);
}

const char *advice_hook_line(const struct options *options, const char *type, const char *select,
                             char *buffer, size_t size)
{
    struct text text = {.data = buffer, .size = size};

    text_add(&text, "lxc.hook.%s = " PROGRAM, type);
    if (select)
        text_add(&text, " --select %s", select);
    for (size_t i = 0; !select && i < options->selection.count; i++)
        text_add(&text, " --select %s", options->selection.specs[i]);
    owner_add(options, &text);
    text_add(&text, "%s%s%s", options->selection.with_card ? " --with-card" : "",
             options->optional ? " --optional" : "", options->no_probe ? " --no-probe" : "");
    if (options->wait_seconds)
        text_add(&text, " --wait %u", options->wait_seconds);
    text_add(&text, "%s%s", options->verbose ? " -v" : "", options->quiet ? " -q" : "");
    return buffer;
}

static void hook_lines_add(const struct options *options, const char *select, bool as_user,
                           struct err *err)
{
    char line[512];

    if (as_user)
        err_fix(err, "%s", advice_hook_line(options, "mount", select, line, sizeof(line)));
    err_fix(err, "%s", advice_hook_line(options, "start-host", select, line, sizeof(line)));
}

void advice_map(const struct idmap *map, char kind, struct err *err)
{
    err_fix(err, "# in place of the config's lxc.idmap = %c lines", kind);
    for (size_t i = 0; i < map->count; i++)
        err_fix(err, "lxc.idmap = %c %u %u %u", kind, map->extents[i].inside,
                map->extents[i].outside, map->extents[i].length);
}

void advice_grant(const char *user, uint32_t first, uint32_t count, const char *file,
                  struct err *err)
{
    if (geteuid() == 0)
        err_fix(err, "echo %s:%u:%u >>%s", user, first, count, file);
    else
        err_fix(err, "sudo sh -c 'echo %s:%u:%u >>%s'", user, first, count, file);
}

void advice_start(const struct container *container, const char *why, struct err *err)
{
    err_fix(err, "lxc-start %s%s%s-n %s    # %s", container->lxcpath ? "-P " : "",
            container->lxcpath ? container->lxcpath : "", container->lxcpath ? " " : "",
            container->name, why);
}

const char *advice_delete(const char *config_file, const char *expression, char *buffer,
                          size_t size)
{
    if (config_file[0] == '/' && text_is_shell_word(config_file))
        snprintf(buffer, size, "sed -i.bak '/%s/d' %s", expression, config_file);
    else
        snprintf(buffer, size, "# delete what matches '%s' from the container's config",
                 expression);
    return buffer;
}

/* ---- which nodes ------------------------------------------------------------------------------
 */

static void offer_add(const struct options *options, const struct gpu_node *node, bool as_user,
                      struct err *err)
{
    char select[32];

    snprintf(select, sizeof(select), "%s%s", node->pci[0] ? "pci=" : "",
             node->pci[0] ? node->pci : node->name);
    hook_lines_add(options, select, as_user, err);
}

static size_t offers_add(const struct options *options, const struct gpu_list *gpus, bool as_user,
                         struct err *err)
{
    size_t offers = 0;

    for (size_t i = 0; i < gpus->count && offers < OFFERS_MAX; i++) {
        if (!gpus->nodes[i].is_render && !options->selection.with_card)
            continue;
        if (offers++ == 0)
            err_fix(err, "# one of these, in place of the config's lines for this hook");
        offer_add(options, &gpus->nodes[i], as_user, err);
    }
    return offers;
}

static void text_append(struct err *err, const char *fmt, const struct pci_gpu *gpu,
                        const char *more)
{
    size_t used = strlen(err->text);
    char name[48];

    snprintf(name, sizeof(name), "%04x:%04x at %s", gpu->vendor_id, gpu->device_id, gpu->address);
    snprintf(err->text + used, sizeof(err->text) - used, "; the GPU %s %s%s", name, fmt, more);
}

/* Given to virtual machines: only for good once its ids are out of the vfio-pci options too. */
static void set_aside_fix(const struct pci_gpu *gpu, struct err *err)
{
    text_append(err, "is bound to ", gpu, "vfio-pci, for virtual machines");
    err_fix(err,
            "sh -c 'cd /sys/bus/pci && echo %s >devices/%s/driver_override && echo %s "
            ">drivers/vfio-pci/unbind'",
            gpu->module, gpu->address, gpu->address);
    err_fix(err, "sh -c 'modprobe %s && echo %s >/sys/bus/pci/drivers_probe'", gpu->module,
            gpu->address);
    err_fix(err, "# for good: take %04x:%04x out of the vfio-pci line in /etc/modprobe.d",
            gpu->vendor_id, gpu->device_id);
}

static void gpu_fix(const struct pci_gpu *gpu, struct err *err)
{
    if (text_is_equal(gpu->driver, "vfio-pci")) {
        set_aside_fix(gpu, err);
    } else if (gpu->driver[0]) {
        text_append(err, "has the driver ", gpu, gpu->driver);
        err_fix(err, "dmesg | grep -i %s    # why it made no node", gpu->driver);
    } else if (gpu->kept_out[0]) {
        text_append(err, "wants a driver that is kept from loading by ", gpu, gpu->kept_out);
        err_fix(err, "sed -i.bak -E '/^ *(blacklist|install) +%s( |$)/d' %s", gpu->module,
                gpu->kept_out);
        err_fix(err, "modprobe %s", gpu->module);
    } else {
        text_append(err, "wants the driver ", gpu, gpu->module);
        err_fix(err, "modprobe %s", gpu->module);
    }
}

static void pci_fix(const struct pci_gpus *pci, struct err *err)
{
    size_t used = strlen(err->text);

    if (pci->count && pci->gpus[0].module) {
        gpu_fix(&pci->gpus[0], err);
        return;
    }
    if (pci->count)
        text_append(err, "is a console", &pci->gpus[0], " only, without a video engine");
    else
        snprintf(err->text + used, sizeof(err->text) - used, "; no GPU is on the PCI bus");
    err_fix(err, "# switch the GPU on in the BIOS, or pass it to this virtual machine");
}

/* Made anew under the number of its name where a driver is behind it; udev then gives it its group.
 */
static void stray_fix(const char *name, struct err *err)
{
    char path[48];
    unsigned node_minor;
    bool is_render;

    if (!text_is_shell_word(name) || !gpu_name_parse(name, &is_render, &node_minor)) {
        err_fix(err, "ls -l /dev/dri    # and remove what is no node");
        return;
    }
    err_fix(err, "rm -f /dev/dri/%s", name);
    snprintf(path, sizeof(path), "/sys/dev/char/%d:%u", DRM_MAJOR, node_minor);
    if (access(path, F_OK) < 0)
        return;
    err_fix(err, "mknod -m 0660 /dev/dri/%s c %d %u", name, DRM_MAJOR, node_minor);
    err_fix(err,
            "udevadm trigger --settle --action=add --subsystem-match=drm    # gives it its group");
}

void advice_no_match(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    struct options patient = *options;
    struct pci_gpus pci;
    bool as_user = geteuid() != 0;

    if (offers_add(options, gpus, as_user, err))
        return;
    if (gpus->stray_count) {
        stray_fix(gpus->strays[0].name, err);
        return;
    }
    pci_gpus_find(&pci);
    pci_fix(&pci, err);
    if (options->wait_seconds)
        return;
    patient.wait_seconds = WAIT_SENSIBLE;
    err_fix(err,
            "# a driver that loads late at boot: in place of the config's lines for this hook");
    hook_lines_add(&patient, NULL, as_user, err);
}

void advice_dead_node(const struct gpu_node *node, struct err *err)
{
    if (!node->device[0]) {
        err_fix(err, "dmesg | grep -iE 'drm|i915|xe |amdgpu'    # what became of its driver");
        err_fix(err, "rm -f /dev/dri/%s    # no driver of this kernel made it", node->name);
        return;
    }
    err_fix(err, "dmesg | grep -iE 'drm|%s'    # why it does not answer", node->driver);
    err_fix(err, "modprobe -r %s && modprobe %s    # or restart the host", node->driver,
            node->driver);
}

/* ---- what is in the way on the host ------------------------------------------------------------
 */

void advice_old_kernel(int error, struct err *err)
{
    if (error != ENOSYS) {
        err_fix(err, "grep Seccomp: /proc/*/status    # 2: a filter, around LXC's monitor perhaps");
        return;
    }
    err_fix(err, "apt full-upgrade    # Linux 5.2 or later is needed; see: uname -r");
    err_fix(err, "# until then without this hook: lxc-gpu-hook idmap, and in the config");
    err_fix(err, "# lxc.mount.entry = /dev/dri dev/dri none bind,create=dir");
}

void advice_profile(const char *label, const char *rule, struct err *err)
{
    int length = (int)strcspn(label, " ");

    err_fix(err, "journalctl -k | grep -F 'profile=\"%.*s\"'    # shows what it denied", length,
            label);
    err_fix(err,
            "# add this rule to the AppArmor profile %.*s, and load it with apparmor_parser -r",
            length, label);
    err_fix(err, "#     %s", rule);
}

/* ---- what is in the way in the container ------------------------------------------------------
 */

void advice_remove(const struct guest *guest, const char *path, struct err *err)
{
    if (guest->rootfs[0] == '/' && text_is_shell_word(guest->rootfs))
        err_fix(err, "rm %s/%s", guest->rootfs, path);
    else
        err_fix(err, "# remove /%s from the container's root file system, while it is stopped",
                path);
}

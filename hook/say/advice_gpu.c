/* SPDX-License-Identifier: MIT */
#include "say/advice_gpu.h"

#include "base/drm.h"
#include "base/text.h"
#include "say/advice_config.h"
#include "say/advice_system.h"
#include "say/pci.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MORE_LINE_MAX 48 /* "# and N more", which has to fit too */
#define WAIT_SENSIBLE 20 /* seconds that a driver may take at boot */

/* The lines that select this node; false, and nothing is added, when they do not fit whole. */
static bool offer_add(const struct options *options, const struct gpu_node *node, struct err *err)
{
    struct err lines = {0};
    char select[32];

    snprintf(select, sizeof(select), "%s%s", node->pci[0] ? "pci=" : "",
             node->pci[0] ? node->pci : node->name);
    advice_hook_lines(options, select, &lines);
    if (strlen(err->fix) + 1 + strlen(lines.fix) + MORE_LINE_MAX >= sizeof(err->fix))
        return false;
    err_fix_lines(err, lines.fix);
    return true;
}

static void offers_begin(const struct options *options, struct err *err)
{
    advice_hook_place(options, "one of these, ", err);
}

static bool is_offer(const struct options *options, const struct gpu_node *node)
{
    return node->is_render || options->selection.with_card;
}

static bool has_offers(const struct options *options, const struct gpu_list *gpus)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (is_offer(options, &gpus->nodes[i]))
            return true;
    return false;
}

static void offers_add(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    size_t left_out = 0;

    offers_begin(options, err);
    for (size_t i = 0; i < gpus->count; i++)
        if (is_offer(options, &gpus->nodes[i]) &&
            (left_out || !offer_add(options, &gpus->nodes[i], err)))
            left_out++;
    if (left_out)
        err_fix(err, "# and %zu more: lxc-gpu-hook list", left_out);
}

/* "; the GPU 8086:1912 at 0000:00:02.0 <state><object>" */
static void gpu_state_add(const struct pci_gpu *gpu, const char *state, const char *object,
                          struct err *err)
{
    size_t used = strlen(err->text);
    char name[48];

    snprintf(name, sizeof(name), "%04x:%04x at %s", gpu->vendor_id, gpu->device_id, gpu->address);
    snprintf(err->text + used, sizeof(err->text) - used, "; the GPU %s %s%s", name, state, object);
}

/* Given to virtual machines: only for good once its ids are out of the vfio-pci options too. */
static void set_aside_fix(const struct pci_gpu *gpu, struct err *err)
{
    gpu_state_add(gpu, "is bound to ", "vfio-pci, for virtual machines", err);
    err_fix(err,
            "sh -c 'cd /sys/bus/pci && echo %s >devices/%s/driver_override && echo %s "
            ">drivers/vfio-pci/unbind'",
            gpu->module, gpu->address, gpu->address);
    err_fix(err, "sh -c 'modprobe %s && echo %s >/sys/bus/pci/drivers_probe'", gpu->module,
            gpu->address);
    err_fix(err, "# for good: take %04x:%04x out of the vfio-pci line in /etc/modprobe.d",
            gpu->vendor_id, gpu->device_id);
}

/* What a package has installed is hidden by a file of the same name in /etc, and not edited. */
static void kept_out_file_fix(const struct pci_gpu *gpu, struct err *err)
{
    const char *file = gpu->kept_out.file;
    bool is_etc = strncmp(file, "/etc/", strlen("/etc/")) == 0;
    char module[64];
    struct text text = TEXT_ON(module);
    char command[512];
    struct text line = TEXT_ON(command);

    for (const char *c = gpu->module; *c; c++)
        if (*c == '_')
            text_add(&text, "[-_]"); /* modprobe.d(5) takes either */
        else
            text_add(&text, "%c", *c);
    gpu_state_add(gpu, "wants a driver that is kept from loading by ", file, err);
    text_add(&line, "sed %s-E '/^\\s*(blacklist|install)\\s+%s(\\s|$)/d' %s%s%s",
             is_etc ? "-i.bak " : "", module, file, is_etc ? "" : " >/etc/modprobe.d",
             is_etc ? "" : strrchr(file, '/'));
    if (text_is_shell_word(gpu->module) && text_is_shell_word(file) && !line.cut)
        err_fix_lines(err, command);
    err_fix(err, "modprobe %s", gpu->module);
}

static void kept_out_fix(const struct pci_gpu *gpu, struct err *err)
{
    bool by_kernel = gpu->kept_out.by == KEPT_OUT_BY_THE_KERNEL;
    const char *argument = by_kernel ? "module_blacklist=" : "modprobe.blacklist=";
    char what[80];

    if (gpu->kept_out.by == KEPT_OUT_BY_FILE) {
        kept_out_file_fix(gpu, err);
        return;
    }
    snprintf(what, sizeof(what), "%s on the kernel's command line", argument);
    gpu_state_add(gpu, "wants a driver that is kept from loading by ", what, err);
    err_fix(err, "# take %s out of %s in /etc/default/grub, then update-grub;", gpu->module,
            argument);
    err_fix_lines(err, by_kernel ? "# or in /etc/kernel/cmdline, then proxmox-boot-tool refresh; "
                                   "then restart the host"
                                 : "# or in /etc/kernel/cmdline, then proxmox-boot-tool refresh");
    /* By its own name modprobe loads it all the same; what the kernel refuses it cannot load. */
    if (!by_kernel)
        err_fix(err, "modprobe %s    # for now", gpu->module);
}

/* ---- a driver that is loaded, and has not taken it ------------------------------------------- */

/* The words of the command line have to go where the boot loader has them; then the host restarts.
 */
static void cmdline_fix(const char *word, struct err *err)
{
    err_fix(err, "# take %s off the kernel's command line: in /etc/default/grub, then update-grub;",
            word);
    err_fix(err,
            "# or in /etc/kernel/cmdline, then proxmox-boot-tool refresh; then restart the host");
}

static void load_again_fix(const char *module, const char *parameter, struct err *err)
{
    err_fix(err, "modprobe -r %s", module);
    if (*parameter)
        err_fix(err, "modprobe %s %s    # or restart the host", module, parameter);
    else
        err_fix(err, "modprobe %s    # or restart the host", module);
}

static void parameter_fix(const struct pci_gpu *gpu, const char *parameter, const char *better,
                          struct err *err)
{
    const struct refusal *refusal = &gpu->refusal;
    char word[64];

    snprintf(word, sizeof(word), "%s.%s=", gpu->module, parameter);
    if (refusal->on_command_line) {
        cmdline_fix(word, err);
        return;
    }
    if (strncmp(refusal->file, "/etc/", strlen("/etc/")) == 0)
        err_fix(err, "sed -i.bak -E 's/(\\s)%s=\\S*/\\1/' %s", parameter, refusal->file);
    else if (refusal->file[0])
        err_fix(err, "# take %s= out of a copy of %s in /etc/modprobe.d", parameter, refusal->file);
    load_again_fix(gpu->module, refusal->file[0] ? "" : better, err);
}

static void refusal_where(const struct refusal *refusal, char *ret, size_t size)
{
    if (refusal->on_command_line)
        snprintf(ret, size, ", on the kernel's command line");
    else if (refusal->file[0])
        snprintf(ret, size, ", by %s", refusal->file);
    else
        ret[0] = '\0';
}

static void refused_fix(const struct pci_gpu *gpu, struct err *err)
{
    const struct refusal *refusal = &gpu->refusal;
    char where[128];
    char why[300] = "";

    refusal_where(refusal, where, sizeof(where));
    switch (refusal->by) {
    case REFUSED_BY_NOMODESET:
        snprintf(why, sizeof(why), ": nomodeset is on the kernel's command line");
        cmdline_fix("nomodeset", err);
        break;
    case REFUSED_BY_MODESET:
        snprintf(why, sizeof(why), ": its parameter modeset is 0%s", where);
        parameter_fix(gpu, "modeset", "modeset=1", err);
        break;
    case REFUSED_BY_FORCE_PROBE:
        snprintf(why, sizeof(why), ": its parameter force_probe excludes it%s", where);
        parameter_fix(gpu, "force_probe", "force_probe=", err);
        break;
    case REFUSED_BY_FIRMWARE:
        snprintf(why, sizeof(why), ": there is no firmware for it, no %s", refusal->folder);
        advice_install(refusal->package, false, err);
        load_again_fix(gpu->module, "", err);
        break;
    case REFUSED_BY_AGE:
        snprintf(why, sizeof(why), ": it is not among the GPUs that this kernel's %s knows",
                 gpu->module);
        err_fix(err, "uname -r    # a later kernel may know it: on Debian one from backports");
        break;
    case REFUSED_BY_UNKNOWN:
        break;
    }
    gpu_state_add(gpu, "has not been taken by ", gpu->module, err);
    err_add(err, ", which is loaded%s", why);
    if (refusal->by == REFUSED_BY_UNKNOWN || refusal->by == REFUSED_BY_AGE)
        err_fix(err, "dmesg | grep -iE '%s|%s'    # why it has not taken the GPU", gpu->module,
                gpu->address);
}

/* ---- each GPU of the PCI bus ----------------------------------------------------------------- */

static void unloaded_fix(const struct pci_gpu *gpu, struct err *err)
{
    if (gpu->kept_out.by != KEPT_OUT_BY_NOTHING) {
        kept_out_fix(gpu, err);
        return;
    }
    gpu_state_add(gpu, "wants the driver ", gpu->module, err);
    /* Each takes the cards that are its own; which those are changes with the kernel. */
    if (text_is_equal(gpu->module, "amdgpu"))
        err_fix(err, "modprobe -a amdgpu radeon");
    else
        err_fix(err, "modprobe %s", gpu->module);
}

static void gpu_fix(const struct pci_gpu *gpu, struct err *err)
{
    if (text_is_equal(gpu->driver, "vfio-pci") && gpu->module) {
        set_aside_fix(gpu, err);
    } else if (!gpu->module) {
        gpu_state_add(gpu, "is a console", " only, without a video engine", err);
    } else if (gpu->driver[0]) {
        gpu_state_add(gpu, "has the driver ", gpu->driver, err);
        err_fix(err, "dmesg | grep -i %s    # why it made no node", gpu->driver);
    } else if (gpu->is_loaded) {
        refused_fix(gpu, err);
    } else {
        unloaded_fix(gpu, err);
    }
}

static bool has_node(const struct gpu_list *gpus, const struct pci_gpu *gpu)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (gpus->nodes[i].is_render && text_is_equal(gpus->nodes[i].pci, gpu->address))
            return true;
    return false;
}

/* As if the driver that it wants had made its node; a node's name says nothing of it. */
static bool is_selected(const struct options *options, const struct pci_gpu *gpu)
{
    struct gpu_node node = {
        .is_render = true, .vendor_id = gpu->vendor_id, .device_id = gpu->device_id};

    if (options->selection.count == 0)
        return false;
    snprintf(node.pci, sizeof(node.pci), "%s", gpu->address);
    snprintf(node.driver, sizeof(node.driver), "%s", gpu->module ? gpu->module : "");
    return select_matches(&options->selection, &node);
}

/* Those without a node: first what is selected; the others only where `all` are asked for. */
static size_t gpus_fix(const struct options *options, const struct gpu_list *gpus,
                       const struct pci_gpus *pci, bool all, struct err *err)
{
    size_t count = 0;

    for (int selected = 1; selected >= 0; selected--)
        for (size_t i = 0; (selected || all) && i < pci->count; i++) {
            const struct pci_gpu *gpu = &pci->gpus[i];
            if (has_node(gpus, gpu) || is_selected(options, gpu) != (selected == 1))
                continue;
            gpu_fix(gpu, err);
            count++;
        }
    return count;
}

static bool is_any_loaded(const struct pci_gpus *pci)
{
    for (size_t i = 0; i < pci->count; i++)
        if (pci->gpus[i].is_loaded ||
            (pci->gpus[i].driver[0] && !text_is_equal(pci->gpus[i].driver, "vfio-pci")))
            return true;
    return false;
}

static bool can_render(const struct pci_gpus *pci)
{
    for (size_t i = 0; i < pci->count; i++)
        if (pci->gpus[i].module)
            return true;
    return false;
}

static void pci_fix(const struct options *options, const struct gpu_list *gpus,
                    const struct pci_gpus *pci, struct err *err)
{
    if (!is_any_loaded(pci))
        err_add(err, ": no GPU driver is loaded");
    if (gpus_fix(options, gpus, pci, true, err) == 0)
        err_add(err, "; no GPU is on the PCI bus");
    if (!can_render(pci))
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

void advice_no_gpu(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    struct pci_gpus pci;

    if (gpus->stray_count) {
        stray_fix(gpus->strays[0].name, err);
        return;
    }
    pci_gpus_find(&pci);
    pci_fix(options, gpus, &pci, err);
}

/* There are nodes, but not of the GPU that is selected. */
static void selected_fix(const struct options *options, const struct gpu_list *gpus,
                         struct err *err)
{
    struct pci_gpus pci;

    pci_gpus_find(&pci);
    (void)gpus_fix(options, gpus, &pci, false, err);
}

void advice_no_match(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    struct options patient = *options;

    if (has_offers(options, gpus)) {
        selected_fix(options, gpus, err);
        offers_add(options, gpus, err);
        return;
    }
    advice_no_gpu(options, gpus, err);
    if (gpus->stray_count || options->wait_seconds)
        return;
    patient.wait_seconds = WAIT_SENSIBLE;
    advice_hook_place(options, "a driver that loads late at boot: ", err);
    advice_hook_lines(&patient, NULL, err);
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

/* The values out of what is known before the VA driver is loaded. */
#include "base/gpu_names.h"
#include "judge/packages.h"
#include "judge/subject_values.h"
#include "judge/words.h"

#include "base/text.h"

#include <string.h>
#include <sys/stat.h>

VALUE(node)
{
    known_add(out, f->sys.node.path);
}

VALUE(node_error)
{
    known_add(out, strerror(f->sys.node.error));
}

VALUE(others)
{
    const struct node_facts *node = &f->sys.node;

    for (uint32_t i = 0; i < node->other_count && i < NODE_OTHERS_MAX; i++)
        text_add(out, "%s%s", i ? ", " : "", node->others[i].path);
}

VALUE(other)
{
    if (f->sys.node.other_count)
        known_add(out, f->sys.node.others[0].path);
}

VALUE(pci_gpu)
{
    const struct pci_facts *pci = &f->sys.pci;
    const char *name = gpu_name(pci->vendor_id, pci->device_id);

    text_add(out, "%s%s%04x:%04x at %s", name ? name : "", name ? ", " : "", pci->vendor_id,
             pci->device_id, pci->address);
}

VALUE(pci_why)
{
    const struct pci_facts *pci = &f->sys.pci;

    switch (pci->why) {
    case PCI_NO_GPU:
        return;
    case PCI_NO_MODULE:
        text_add(out, "kernel %s has no driver %s", f->sys.place.release, pci->module);
        return;
    case PCI_NOT_LOADED:
        text_add(out, "its driver %s is not loaded", pci->module);
        return;
    case PCI_NOT_TAKEN:
        text_add(out, "its driver %s is loaded and made no node", pci->module);
        return;
    case PCI_OTHER_DRIVER:
        text_add(out, "%s has it, not %s", pci->driver, pci->module);
        return;
    }
}

/* Debian's and Ubuntu's kernels for clouds have no GPU drivers. */
static bool is_other_kernel_wanted(const struct facts *f)
{
    return f->sys.pci.why == PCI_NO_MODULE;
}

VALUE(kernel_package_what)
{
    if (is_other_kernel_wanted(f))
        text_add(out, "%s: install the distribution's full kernel, as root here",
                 strstr(f->sys.place.release, "cloud") ? "a kernel for clouds" : "a small kernel");
}

VALUE(kernel_package)
{
#ifdef __x86_64__
    if (is_other_kernel_wanted(f) && f->sys.place.distro == DISTRO_DEBIAN)
        text_add(out, "apt-get install %s",
                 f->sys.place.is_ubuntu ? "linux-generic" : "linux-image-amd64");
#else
    (void)f;
    (void)out;
#endif
}

VALUE(kernel_restart)
{
    if (is_other_kernel_wanted(f))
        text_add(out, "with the full kernel installed, restart this %s into it",
                 words_place(f->sys.place.place));
}

VALUE(load_module)
{
    if (f->sys.pci.why == PCI_NOT_LOADED)
        text_add(out, "modprobe %s", f->sys.pci.module);
}

VALUE(pci_doing)
{
    if (f->sys.pci.why == PCI_NOT_LOADED)
        text_add(out, "being loaded at boot");
    else if (!is_other_kernel_wanted(f))
        text_add(out, "taking the GPU");
}

VALUE(pci_words)
{
    if (f->sys.pci.why == PCI_OTHER_DRIVER)
        text_add(out, "vfio|%s", f->sys.pci.module);
    else if (!is_other_kernel_wanted(f))
        text_add(out, "%s|nomodeset", f->sys.pci.module);
}

VALUE(type)
{
    known_add(out, words_file_type(f->sys.node.mode));
}

VALUE(mode)
{
    text_add(out, "%04o", f->sys.node.mode & 07777U);
}

VALUE(rdev)
{
    text_add(out, "%u:%u", f->sys.node.major, f->sys.node.minor);
}

VALUE(minor)
{
    text_add(out, "%u", f->sys.node.minor);
}

VALUE(owner)
{
    text_add(out, "%u:%u", f->sys.node.uid, f->sys.node.gid);
}

VALUE(gid)
{
    text_add(out, "%u", f->sys.node.gid);
}

VALUE(group)
{
    if (f->sys.access.group[0])
        known_add(out, f->sys.access.group);
    else
        value_gid(f, out);
}

VALUE(user)
{
    if (f->sys.access.user[0])
        known_add(out, f->sys.access.user);
    else
        text_add(out, "%u", f->sys.access.uid);
}

VALUE(groups)
{
    const struct access_facts *access = &f->sys.access;

    text_add(out, "%u", access->gid);
    for (uint32_t i = 0; i < access->group_count && i < ACCESS_GROUPS_MAX; i++) {
        if (access->groups[i] != access->gid)
            text_add(out, " %u", access->groups[i]);
    }
}

VALUE(uid_map)
{
    words_idmap(&f->sys.access.uid_map, out);
}

VALUE(gid_map)
{
    words_idmap(&f->sys.access.gid_map, out);
}

/* "COMMAND GROUP USER", or the other way round; nothing when a shell would mind the names. */
static void member_change(const struct facts *f, const char *command, const char *group,
                          bool is_user_first, struct text *out)
{
    char user[NAME_MAX_LEN] = "";
    struct text user_text = TEXT_ON(user);

    value_user(f, &user_text);
    if (text_is_shell_word(user) && text_is_shell_word(group))
        text_add(out, "%s %s %s", command, is_user_first ? user : group,
                 is_user_first ? group : user);
}

static void member_add(const struct facts *f, const char *group, struct text *out)
{
    bool is_alpine = f->sys.place.distro == DISTRO_ALPINE;

    member_change(f, is_alpine ? "addgroup" : "usermod -aG", group, is_alpine, out);
}

VALUE(add_to_group)
{
    char group[NAME_MAX_LEN] = "";
    struct text text = TEXT_ON(group);

    value_group(f, &text);
    member_add(f, group, out);
}

VALUE(add_to_render)
{
    member_add(f, "render", out);
}

VALUE(make_render)
{
    if (!f->sys.access.has_render)
        text_add(out, "%s render",
                 f->sys.place.distro == DISTRO_ALPINE ? "addgroup -S" : "groupadd -r");
}

VALUE(far_group)
{
    known_add(out, f->sys.access.far_group);
}

VALUE(far_gid)
{
    text_add(out, "%u", f->sys.access.far_gid);
}

VALUE(leave_far_group)
{
    bool is_alpine = f->sys.place.distro == DISTRO_ALPINE;

    member_change(f, is_alpine ? "delgroup" : "gpasswd -d", f->sys.access.far_group, true, out);
}

VALUE(unit)
{
    known_add(out, f->sys.around.unit);
}

VALUE(first_uid)
{
    text_add(out, "%u", f->sys.around.first_uid);
}

VALUE(first_gid)
{
    text_add(out, "%u", f->sys.around.first_gid);
}

VALUE(security)
{
    switch (label_kind(f->sys.access.label)) {
    case LABEL_SELINUX:
        text_add(out, "SELinux (%s)", f->sys.access.label);
        return;
    case LABEL_APPARMOR:
        text_add(out, "AppArmor (%s)", f->sys.access.label);
        return;
    case LABEL_NONE:
        text_add(out, "a security module of the kernel");
        return;
    }
}

VALUE(selinux_where)
{
    if (label_kind(f->sys.access.label) == LABEL_SELINUX)
        text_add(out, "on the host, as root; it takes container-selinux 2.213 or later");
}

VALUE(selinux_fix)
{
    if (label_kind(f->sys.access.label) == LABEL_SELINUX)
        text_add(out, "setsebool -P container_use_dri_devices 1");
}

VALUE(firmware)
{
    text_add(out, "%s",
             text_is_equal(f->sys.kernel.driver, "amdgpu")
                 ? "firmware-amd-graphics"
                 : "firmware-misc-nonfree, from 13 on firmware-intel-graphics");
}

VALUE(mount)
{
    known_add(out, f->sys.access.mount_point);
}

VALUE(open_error)
{
    known_add(out, strerror(f->sys.access.open_error));
}

VALUE(kernel_error)
{
    known_add(out, strerror(f->sys.kernel.error));
}

VALUE(kernel)
{
    known_add(out, f->sys.kernel.driver);
}

VALUE(kind)
{
    known_add(out, gpu_without_video(f->sys.kernel.driver));
}

VALUE(ids)
{
    if (f->sys.kernel.vendor_id)
        text_add(out, "%04x:%04x", f->sys.kernel.vendor_id, f->sys.kernel.device_id);
    else
        text_add(out, "no PCI id");
}

VALUE(chip)
{
    const char *name = gpu_name(f->sys.kernel.vendor_id, f->sys.kernel.device_id);

    if (name)
        text_add(out, "%s", name);
    else
        value_ids(f, out);
}

VALUE(huc)
{
    known_add(out, words_huc(&f->sys.kernel));
}

VALUE(place)
{
    known_add(out, words_place(f->sys.place.place));
}

VALUE(name)
{
    known_add(out, f->sys.place.name);
}

VALUE(incus)
{
    known_add(out, f->sys.place.is_lxd ? "lxc" : "incus");
}

VALUE(cgroup_key)
{
    known_add(out, f->sys.place.is_cgroup_v1 ? "lxc.cgroup" : "lxc.cgroup2");
}

VALUE(variables)
{
    const struct place_facts *place = &f->sys.place;

    if (place->driver_name[0])
        text_add(out, "LIBVA_DRIVER_NAME=%s", place->driver_name);
    if (place->drivers_path[0])
        text_add(out, "%sLIBVA_DRIVERS_PATH=%s", out->used ? " " : "", place->drivers_path);
}

VALUE(variable_names)
{
    if (f->sys.place.driver_name[0])
        text_add(out, "LIBVA_DRIVER_NAME");
    if (f->sys.place.drivers_path[0])
        text_add(out, "%sLIBVA_DRIVERS_PATH", out->used ? " " : "");
}

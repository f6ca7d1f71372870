/* What is known before the VA driver is loaded, and how the run ended, in words. */
#include "judge/words.h"

#include "base/gpu_names.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

const char *words_file_type(uint32_t mode)
{
    static const struct {
        uint32_t type;
        const char *words;
    } rows[] = {{S_IFREG, "regular file"}, {S_IFDIR, "directory"}, {S_IFCHR, "character device"},
                {S_IFBLK, "block device"}, {S_IFIFO, "pipe"},      {S_IFSOCK, "socket"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if ((mode & S_IFMT) == rows[i].type)
            return rows[i].words;
    }
    return "file of an unknown kind";
}

static const struct {
    const char *words, *name;
} PLACES[] = {
    [PLACE_HOST] = {"machine", "host"},
    [PLACE_VM] = {"virtual machine", "vm"},
    [PLACE_LXC] = {"container", "lxc"},
    [PLACE_INCUS] = {"container", "incus"},
    [PLACE_DOCKER] = {"container", "docker"},
    [PLACE_PODMAN] = {"container", "podman"},
    [PLACE_NSPAWN] = {"container", "systemd-nspawn"},
    [PLACE_OCI] = {"container", "oci"},
    [PLACE_CONTAINER] = {"container", "container"},
};

const char *words_place(enum place place)
{
    return PLACES[place].words;
}

const char *words_place_name(enum place place)
{
    return PLACES[place].name;
}

const char *words_huc(const struct kernel_facts *kernel)
{
    static const struct {
        int error;
        const char *words;
    } i915[] = {{EOPNOTSUPP, "disabled"},
                {ENOPKG, "firmware not installed"},
                {ENOEXEC, "firmware not valid"},
                {ENOMEM, "could not be set up"},
                {EIO, "could not be loaded"}};

    if (!kernel_is_huc_down(kernel))
        return NULL;
    if (text_is_equal(kernel->driver, "xe"))
        return "not loaded";
    for (size_t i = 0; i < sizeof(i915) / sizeof(*i915); i++) {
        if (kernel->huc_error == i915[i].error)
            return i915[i].words;
    }
    return "not authenticated";
}

void words_kernel(const struct kernel_facts *kernel, struct text *out)
{
    const char *name = gpu_name(kernel->vendor_id, kernel->device_id);
    const char *huc = words_huc(kernel);

    text_add(out, "%s %d.%d.%d", kernel->driver, kernel->major, kernel->minor, kernel->patch);
    if (name)
        text_add(out, ", %s", name);
    if (huc)
        text_add(out, ", HuC %s", huc);
    else if (kernel->is_huc_asked && kernel->huc_error == 0)
        text_add(out, ", HuC %s", kernel->huc_version[0] ? kernel->huc_version : "running");
    if (kernel->is_caps_asked && !kernel->caps_error && !kernel->can_encode)
        text_add(out, ", no H.264 encoder");
    else if (kernel->encode_max_width)
        text_add(out, ", H.264 up to %ux%u", kernel->encode_max_width, kernel->encode_max_height);
    if (!kernel->is_sys_visible)
        text_add(out, ", /sys hidden");
    else if (!kernel->is_node_visible)
        text_add(out, ", not in /sys");
    if (kernel->vendor_id)
        text_add(out, ", %04x:%04x", kernel->vendor_id, kernel->device_id);
    if (kernel->pci[0])
        text_add(out, " at %s", kernel->pci);
}

void words_idmap(const struct idmap *map, struct text *out)
{
    for (size_t i = 0; i < map->count && i < IDMAP_SHOWN_MAX; i++)
        text_add(out, "%s%u %u %u", i ? ", " : "", map->extents[i].inside, map->extents[i].outside,
                 map->extents[i].length);
}

void words_signal(int number, struct text *out)
{
    /* sigabbrev_np would do, from glibc 2.32 on. */
    static const struct {
        int number;
        const char *name;
    } rows[] = {{SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
                {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
                {SIGSYS, "SIGSYS"},   {SIGSEGV, "SIGSEGV"},
                {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL (out of memory, or killed by somebody)"},
                {SIGTERM, "SIGTERM"}, {SIGPIPE, "SIGPIPE"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].number == number) {
            text_add(out, "%s", rows[i].name);
            return;
        }
    }
    text_add(out, "signal %d", number);
}

#include "judge/packages.h"

#include "base/text.h"

#define DISTROS (DISTRO_ARCH + 1)

struct package_row {
    const char *kernel_driver;
    const char *commands[DISTROS];
    enum package_use use;
    bool is_old_intel; /* row for Intel GPUs up to Gen8 only */
};

#define APT(name)    [DISTRO_DEBIAN] = "apt-get install " name
#define DNF(command) [DISTRO_FEDORA] = "dnf " command
#define APK(name)    [DISTRO_ALPINE] = "apk add " name
#define PACMAN(name) [DISTRO_ARCH] = "pacman -S " name

/*
 * Fedora's own builds (libva-intel-media-driver, mesa-va-drivers) leave the H.264 encoders out; RPM
 * Fusion has builds with them, which conflict with those but for Mesa's from Fedora 44 on: there
 * both lie side by side, and a swap would take Fedora's Mesa away. Arch's mesa holds what was
 * libva-mesa-driver until Mesa 24.2.
 */
#define INTEL_NEW                                                                                  \
    {                                                                                              \
        APT("intel-media-va-driver"), DNF("install intel-media-driver"),                           \
            APK("intel-media-driver"), PACMAN("intel-media-driver")                                \
    }
#define INTEL_OLD                                                                                  \
    {                                                                                              \
        APT("i965-va-driver"), DNF("install libva-intel-driver"), APK("libva-intel-driver"),       \
            PACMAN("libva-intel-driver")                                                           \
    }
#define INTEL_FULL                                                                                 \
    {                                                                                              \
        [DISTRO_DEBIAN] = "apt-get update && apt-get install intel-media-va-driver-non-free",      \
        DNF("install --allowerasing intel-media-driver")                                           \
    }
#define MESA                                                                                       \
    {                                                                                              \
        APT("mesa-va-drivers"), DNF("install mesa-va-drivers-freeworld"), APK("mesa-va-gallium"),  \
            PACMAN("mesa")                                                                         \
    }
#define MESA_FULL                                                                                  \
    {                                                                                              \
        DNF("install --allowerasing mesa-va-drivers-freeworld")                                    \
    }

static const struct package_row ROWS[] = {
    {"i915", INTEL_OLD, PACKAGE_DRIVER, true},      {"i915", INTEL_NEW, PACKAGE_DRIVER, false},
    {"xe", INTEL_NEW, PACKAGE_DRIVER, false},       {"amdgpu", MESA, PACKAGE_DRIVER, false},
    {"radeon", MESA, PACKAGE_DRIVER, false},        {"nouveau", MESA, PACKAGE_DRIVER, false},
    {"i915", INTEL_NEW, PACKAGE_OTHER, true},       {"i915", INTEL_OLD, PACKAGE_OTHER, false},
    {"i915", INTEL_FULL, PACKAGE_ENCODERS, false},  {"xe", INTEL_FULL, PACKAGE_ENCODERS, false},
    {"amdgpu", MESA_FULL, PACKAGE_ENCODERS, false}, {"radeon", MESA_FULL, PACKAGE_ENCODERS, false},
};

/*
 * Intel's PCI device ids by their upper byte, up to Gen8 (include/drm/intel/pciids.h of the
 * kernel): there the i965 driver is the better one, or the only one.
 */
static bool is_old_intel(uint32_t device_id)
{
    static const uint8_t families[] = {0x01, 0x04, 0x0a, 0x0c, 0x0d, 0x0f, 0x16, 0x22};

    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        if (device_id >> 8 == families[i])
            return true;
    }
    return false;
}

static const struct package_row *row_find(enum package_use use, const struct kernel_facts *kernel)
{
    bool is_old = is_old_intel(kernel->device_id);

    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        const struct package_row *row = &ROWS[i];
        if (row->use == use && text_is_equal(row->kernel_driver, kernel->driver) &&
            (is_old || !row->is_old_intel))
            return row;
    }
    return NULL;
}

const char *package_command(enum package_use use, const struct facts *facts)
{
    const struct package_row *row = row_find(use, &facts->sys.kernel);

    return row ? row->commands[facts->sys.place.distro] : NULL;
}

const char *package_driver(const struct facts *facts)
{
    static const struct {
        const char *kernel_driver, *name;
    } rows[] = {
        {"i915", "iHD (intel-media-driver)"},
        {"xe", "iHD (intel-media-driver)"},
        {"amdgpu", "radeonsi (Mesa)"},
        {"radeon", "r600 or radeonsi (Mesa)"},
    };
    const struct kernel_facts *kernel = &facts->sys.kernel;

    if (text_is_equal(kernel->driver, "i915") && is_old_intel(kernel->device_id))
        return "i965 (intel-vaapi-driver)";
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (text_is_equal(kernel->driver, rows[i].kernel_driver))
            return rows[i].name;
    }
    return NULL;
}

const char *gpu_without_video(const char *kernel_driver)
{
    static const struct {
        const char *driver, *words;
    } rows[] = {
        {"virtio_gpu", "a virtual GPU"},
        {"vgem", "a memory-only test GPU"},
        {"vkms", "a virtual display"},
        {"bochs-drm", "a virtual console GPU"},
        {"bochs", "a virtual console GPU"},
        {"vmwgfx", "a virtual GPU"},
        {"ast", "the console of a server board"},
        {"mgag200", "the console of a server board"},
        {"qxl", "a virtual console GPU"},
        {"cirrus", "a virtual console GPU"},
        {"simpledrm", "the firmware's screen"},
        {"hyperv_drm", "a virtual GPU"},
        {"vboxvideo", "a virtual GPU"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (text_is_equal(rows[i].driver, kernel_driver))
            return rows[i].words;
    }
    return NULL;
}

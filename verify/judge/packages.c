/* SPDX-License-Identifier: MIT */
#include "judge/packages.h"

#include "judge/words.h"

#include "base/text.h"

#include <string.h>

#define DISTROS (DISTRO_ARCH + 1)

/* The packages of one VA driver on the distributions but Debian, and Debian's builds of it. */
struct driver_row {
    const char *names[DISTROS];
    const char *encoders[DISTROS];   /* the build that encodes, where the usual one does not */
    enum debian_package plain, full; /* the same one where there is one build */
};

enum driver { DRIVER_IHD, DRIVER_I965, DRIVER_MESA, DRIVER_NONE };

/*
 * Fedora's own builds (libva-intel-media-driver, mesa-va-drivers) leave the H.264 encoders out; RPM
 * Fusion has builds with them, which conflict with those but for Mesa's from Fedora 44 on: there
 * both lie side by side, and a swap would take Fedora's Mesa away. Arch's mesa holds what was
 * libva-mesa-driver until Mesa 24.2.
 */
static const struct driver_row DRIVERS[] = {
    [DRIVER_IHD] = {{[DISTRO_FEDORA] = "intel-media-driver",
                     [DISTRO_ALPINE] = "intel-media-driver",
                     [DISTRO_ARCH] = "intel-media-driver"},
                    {[DISTRO_FEDORA] = "intel-media-driver"},
                    DEBIAN_IHD,
                    DEBIAN_IHD_FULL},
    [DRIVER_I965] = {{[DISTRO_FEDORA] = "libva-intel-driver",
                      [DISTRO_ALPINE] = "libva-intel-driver",
                      [DISTRO_ARCH] = "libva-intel-driver"},
                     {NULL},
                     DEBIAN_I965,
                     DEBIAN_I965_FULL},
    [DRIVER_MESA] = {{[DISTRO_FEDORA] = "mesa-va-drivers-freeworld",
                      [DISTRO_ALPINE] = "mesa-va-gallium",
                      [DISTRO_ARCH] = "mesa"},
                     {[DISTRO_FEDORA] = "mesa-va-drivers-freeworld"},
                     DEBIAN_MESA,
                     DEBIAN_MESA},
};

/*
 * What installs a package, installs one again that is there, takes the place of another build, and
 * brings all up to date: Arch and Alpine know no half way. What dnf and apk find installed they
 * leave alone, pacman does not.
 */
static const struct {
    const char *install, *again, *swap, *upgrade;
} COMMANDS[DISTROS] = {
    [DISTRO_FEDORA] = {"dnf install", "dnf reinstall", "dnf install --allowerasing", "dnf upgrade"},
    [DISTRO_ALPINE] = {"apk add", "apk fix --reinstall", NULL, "apk upgrade"},
    [DISTRO_ARCH] = {"pacman -S", "pacman -S", NULL, "pacman -Syu"},
};

/* ---- which driver ---------------------------------------------------------------------------- */

/* Of Intel's GPUs, by the upper byte of their PCI device ids (the kernel's pciids.h). */
enum intel { INTEL_TO_GEN7, INTEL_GEN8, INTEL_GEN9, INTEL_LATER };

static enum intel intel_age(uint32_t device_id)
{
    static const struct {
        uint8_t family;
        enum intel age;
    } rows[] = {
        {0x01, INTEL_TO_GEN7}, {0x04, INTEL_TO_GEN7}, {0x0a, INTEL_TO_GEN7}, {0x0c, INTEL_TO_GEN7},
        {0x0d, INTEL_TO_GEN7}, {0x0f, INTEL_TO_GEN7}, {0x16, INTEL_GEN8},    {0x22, INTEL_GEN8},
        {0x19, INTEL_GEN9},    {0x1a, INTEL_GEN9},    {0x31, INTEL_GEN9},    {0x3e, INTEL_GEN9},
        {0x59, INTEL_GEN9},    {0x5a, INTEL_GEN9},    {0x87, INTEL_GEN9},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (device_id >> 8 == rows[i].family)
            return rows[i].age;
    }
    return INTEL_LATER;
}

/* There the i965 driver is the better one, or the only one. */
static bool is_old_intel(uint32_t device_id)
{
    return intel_age(device_id) <= INTEL_GEN8;
}

/*
 * From Gen8 on the i965 driver encodes by shaders that Debian's free build has not got: it aborts
 * in vaCreateContext (seen with 2.4.1 on Broadwell and Kaby Lake).
 */
static bool wants_shaders(uint32_t device_id)
{
    return intel_age(device_id) > INTEL_TO_GEN7;
}

static enum driver driver_for(const struct kernel_facts *kernel)
{
    static const struct {
        const char *kernel_driver;
        enum driver driver;
    } rows[] = {{"i915", DRIVER_IHD},
                {"xe", DRIVER_IHD},
                {"amdgpu", DRIVER_MESA},
                {"radeon", DRIVER_MESA},
                {"nouveau", DRIVER_MESA},
                /* virgl: where the host offers its GPU's video through it. */
                {"virtio_gpu", DRIVER_MESA}};

    if (text_is_equal(kernel->driver, "i915") && is_old_intel(kernel->device_id))
        return DRIVER_I965;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (text_is_equal(kernel->driver, rows[i].kernel_driver))
            return rows[i].driver;
    }
    return DRIVER_NONE;
}

/* Both drivers know Gen8 and Gen9. */
static enum driver other_for(const struct kernel_facts *kernel)
{
    enum intel age = intel_age(kernel->device_id);

    if (!text_is_equal(kernel->driver, "i915") || age < INTEL_GEN8 || age > INTEL_GEN9)
        return DRIVER_NONE;
    return age == INTEL_GEN8 ? DRIVER_IHD : DRIVER_I965;
}

/* ---- Debian ---------------------------------------------------------------------------------- */

/* The build that is installed; DEBIAN_PACKAGES without one. */
static enum debian_package installed_find(const struct package_facts *packages, enum driver driver)
{
    const struct driver_row *row = &DRIVERS[driver];

    if (packages->debian[row->full].installed[0])
        return row->full;
    return packages->debian[row->plain].installed[0] ? row->plain : DEBIAN_PACKAGES;
}

/* The build that this GPU wants. Gen8's iHD encodes in the full build only. */
static enum debian_package wanted_find(const struct kernel_facts *kernel, enum driver driver)
{
    const struct driver_row *row = &DRIVERS[driver];
    bool is_old = is_old_intel(kernel->device_id);

    if (driver == DRIVER_I965 && wants_shaders(kernel->device_id))
        return row->full;
    return driver == DRIVER_IHD && is_old ? row->full : row->plain;
}

static void apt_add(struct text *out, const char *command, enum debian_package package)
{
    text_add(out, "apt-get %s %s", command, debian_package_name(package));
}

/* Of a package that this machine has: no line that would change nothing. */
static void upgrade_add(const struct package_facts *packages, enum debian_package package,
                        struct text *out)
{
    if (debian_is_outdated(packages, package))
        apt_add(out, "install --only-upgrade", package);
    else if (!packages->is_offer_known)
        text_add(out, "apt-get update && apt-cache policy %s", debian_package_name(package));
}

static void debian_add(enum package_use use, enum driver driver, const struct facts *f,
                       struct text *out)
{
    const struct package_facts *packages = &f->packages;
    enum debian_package installed = installed_find(packages, driver);
    enum debian_package wanted = wanted_find(&f->sys.kernel, driver);
    bool has_full = installed == DRIVERS[driver].full;

    if (use == PACKAGE_ENCODERS && DRIVERS[driver].full == DRIVERS[driver].plain)
        return;
    if (use == PACKAGE_ENCODERS)
        wanted = DRIVERS[driver].full;
    if (use == PACKAGE_ANEW && installed != DEBIAN_PACKAGES)
        apt_add(out, "install --reinstall", installed);
    else if (installed == DEBIAN_PACKAGES || (installed != wanted && !has_full))
        apt_add(out, wanted != DRIVERS[driver].plain ? "update && apt-get install" : "install",
                wanted);
    else if (use != PACKAGE_OTHER)
        upgrade_add(packages, installed, out);
}

/* ---- Fedora, Alpine, Arch -------------------------------------------------------------------- */

/* The driver's file, where it is there and does not load. */
static const char *broken_file(const struct va_facts *va)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        const char *file = va->driver.tried[i];
        bool is_broken = va->driver.tried_result[i] == VA_TRIED_UNLOADABLE ||
                         va->driver.tried_result[i] == VA_TRIED_NO_INIT;
        if (is_broken && file[0] == '/' && text_is_shell_word(file))
            return file;
    }
    return NULL;
}

/* Installed it is by one of several packages on Fedora, and rpm, which knows by which, is not run
 * here. */
static void rpm_add(const char *file, struct text *out)
{
    text_add(out, "dnf reinstall \"$(rpm -qf %s)\"", file);
}

static void swap_add(enum driver driver, enum distro distro, struct text *out)
{
    const char *name = DRIVERS[driver].encoders[distro];

    if (name)
        text_add(out, "%s %s", COMMANDS[distro].swap, name);
}

static void other_add(enum package_use use, enum driver driver, const struct facts *f,
                      struct text *out)
{
    enum distro distro = f->sys.place.distro;
    const char *name = DRIVERS[driver].names[distro];
    const char *broken = broken_file(&f->va);
    bool is_installed = name && other_is_installed(&f->packages, name);

    if (!name || (use == PACKAGE_OTHER && is_installed))
        return;
    if (use == PACKAGE_ANEW && distro == DISTRO_FEDORA && broken)
        rpm_add(broken, out);
    else
        text_add(out, "%s %s", is_installed ? COMMANDS[distro].again : COMMANDS[distro].install,
                 name);
}

static void line_add(struct text *out, const char *line)
{
    if (line)
        text_add(out, "%s", line);
}

/* ---- the lines ------------------------------------------------------------------------------- */

/* Whom --libva, LIBVA_DRIVER_NAME or LIBVA_DRIVERS_PATH chose is not the packages' fault. */
static bool is_chosen_by_hand(const struct facts *f)
{
    return f->sys.library.asked[0] ||
           ((f->sys.place.driver_name[0] || f->sys.place.drivers_path[0]) &&
            (f->va.driver.name[0] || words_bad_file(&f->va)));
}

/* Some file of that driver is there, whoever brought it. */
static bool is_there(const struct facts *f)
{
    return f->va.driver.name[0] || words_bad_file(&f->va);
}

void package_line(enum package_use use, const struct facts *f, struct text *out)
{
    enum distro distro = f->sys.place.distro;
    enum driver driver =
        use == PACKAGE_OTHER ? other_for(&f->sys.kernel) : driver_for(&f->sys.kernel);

    if (use == PACKAGE_ENCODERS && driver == DRIVER_I965)
        driver = DRIVER_IHD;
    if (driver == DRIVER_NONE || is_chosen_by_hand(f))
        return;
    if (distro == DISTRO_DEBIAN && (f->packages.is_known || !is_there(f)))
        debian_add(use, driver, f, out);
    else if (use == PACKAGE_ENCODERS)
        swap_add(driver, distro, out);
    else if (use == PACKAGE_DRIVER && is_there(f))
        line_add(out, COMMANDS[distro].upgrade);
    else
        other_add(use, driver, f, out);
}

void package_libva_line(const struct facts *f, struct text *out)
{
    enum distro distro = f->sys.place.distro;
    bool is_installed = other_is_installed(&f->packages, "libva");

    if (f->sys.place.distro == DISTRO_DEBIAN)
        text_add(out, "apt-get install %slibva2 libva-drm2",
                 f->packages.debian[DEBIAN_LIBVA].installed[0] &&
                         f->packages.debian[DEBIAN_LIBVA_DRM].installed[0]
                     ? "--reinstall "
                     : "");
    else if (COMMANDS[distro].install)
        text_add(out, "%s libva", is_installed ? COMMANDS[distro].again : COMMANDS[distro].install);
}

void package_newest(const struct facts *f, struct text *out)
{
    enum driver driver = driver_for(&f->sys.kernel);
    enum debian_package installed;
    char line[128] = "";
    struct text text = TEXT_ON(line);

    if (f->sys.place.distro != DISTRO_DEBIAN || driver == DRIVER_NONE || is_chosen_by_hand(f) ||
        !f->packages.is_offer_known)
        return;
    package_line(PACKAGE_DRIVER, f, &text);
    installed = installed_find(&f->packages, driver);
    if (!line[0] && installed != DEBIAN_PACKAGES)
        text_add(out, "%s", f->packages.debian[installed].installed);
}

bool package_has_name(const struct facts *f)
{
    enum driver driver = driver_for(&f->sys.kernel);
    enum distro distro = f->sys.place.distro;

    if (driver == DRIVER_NONE)
        return false;
    if (distro == DISTRO_DEBIAN)
        return f->packages.is_known || !is_there(f);
    return DRIVERS[driver].names[distro];
}

bool package_has_broken_file(const struct facts *f)
{
    return broken_file(&f->va) != NULL;
}

bool package_is_small_build(const struct facts *f)
{
    enum driver driver = driver_for(&f->sys.kernel);

    if (driver == DRIVER_I965)
        driver = DRIVER_IHD;
    if (driver == DRIVER_NONE)
        return false;
    if (f->sys.place.distro != DISTRO_DEBIAN)
        return DRIVERS[driver].encoders[f->sys.place.distro];
    return DRIVERS[driver].full != DRIVERS[driver].plain &&
           installed_find(&f->packages, driver) != DRIVERS[driver].full;
}

bool package_is_non_free(enum package_use use, const struct facts *f)
{
    enum driver driver =
        use == PACKAGE_OTHER ? other_for(&f->sys.kernel) : driver_for(&f->sys.kernel);
    char line[128] = "";
    struct text text = TEXT_ON(line);

    package_line(use, f, &text);
    /* What is installed came from somewhere. */
    if (!line[0] || strstr(line, " --") || strstr(line, "apt-cache"))
        return false;
    if (use == PACKAGE_ENCODERS)
        return true;
    return driver != DRIVER_NONE && DRIVERS[driver].full != DRIVERS[driver].plain &&
           strstr(line, debian_package_name(DRIVERS[driver].full));
}

bool package_lacks_shaders(const struct facts *f)
{
    return !is_chosen_by_hand(f) && text_is_equal(f->va.driver.name, "i965") &&
           f->packages.debian[DEBIAN_I965].installed[0] && wants_shaders(f->sys.kernel.device_id);
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

#include "facts/facts.h"

#include "base/drm.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

bool facts_is_render_number(mode_t mode, dev_t rdev)
{
    return S_ISCHR(mode) && major(rdev) == DRM_MAJOR && minor(rdev) >= RENDER_MINOR_MIN &&
           minor(rdev) <= RENDER_MINOR_MAX;
}

bool node_is_render(const struct node_facts *node)
{
    return node->error == 0 &&
           facts_is_render_number(node->mode, makedev(node->major, node->minor));
}

bool kernel_is_huc_down(const struct kernel_facts *kernel)
{
    /* intel_huc_check_status in the kernel's drivers/gpu/drm/i915/gt/uc/intel_huc.c; ENODEV: the
     * GPU has none. Success with 0: loaded, and not authenticated. */
    static const int i915[] = {EOPNOTSUPP, ENOPKG, ENOEXEC, ENOMEM, EIO};

    if (!kernel->is_huc_asked)
        return false;
    if (kernel->huc_error == 0)
        return kernel->huc_status <= 0;
    if (text_is_equal(kernel->driver, "xe"))
        return kernel->huc_error == ENODEV;
    for (size_t i = 0; i < sizeof(i915) / sizeof(*i915); i++) {
        if (kernel->huc_error == i915[i])
            return true;
    }
    return false;
}

/*
 * uc_expand_default_options in the kernel's drivers/gpu/drm/i915/gt/uc/intel_uc.c: from Gen12 on
 * but for Tiger Lake and Rocket Lake, which are older than that.
 */
bool kernel_loads_huc_itself(const struct kernel_facts *kernel)
{
    static const uint8_t families[] = {0x46, 0x49, 0x4f, 0x56, 0x7d, 0xa7, 0xb6};

    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        if (kernel->device_id >> 8 == families[i])
            return true;
    }
    return false;
}

enum label_kind label_kind(const char *label)
{
    const char *colon = strchr(label, ':');

    if (!*label)
        return LABEL_NONE;
    if (label[strlen(label) - 1] == ')')
        return LABEL_APPARMOR;
    return colon && strchr(colon + 1, ':') ? LABEL_SELINUX : LABEL_APPARMOR;
}

const struct bundle *library_bundle(enum library_bundle bundle)
{
    static const struct bundle bundles[BUNDLE_COUNT] = {
        [BUNDLE_JELLYFIN] = {"Jellyfin", "/usr/lib/jellyfin-ffmpeg/lib", false},
        [BUNDLE_EMBY] = {"Emby", "/opt/emby-server/lib", false},
        [BUNDLE_PLEX] = {"Plex", "/usr/lib/plexmediaserver/lib", true},
    };

    return &bundles[bundle];
}

/* SPDX-License-Identifier: MIT */
/* The fake /dev/dri and /sys. */
#include "fakedrm.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

char root[PATH_MAX];

static void put(const char *rel, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(const char *rel, const char *fmt, ...)
{
    char p[PATH_MAX + 256], b[1024];
    va_list ap;
    snprintf(p, sizeof p, "%s/%s", root, rel);
    va_start(ap, fmt);
    int n = vsnprintf(b, sizeof b, fmt, ap);
    va_end(ap);
    char t[PATH_MAX + 300];
    snprintf(t, sizeof t, "%s.%d", p, getpid()); /* other processes may be reading */
    int fd = r_open(t, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0) {
        ssize_t w = write(fd, b, (size_t)n);
        (void)w;
        r_close(fd);
        rename(t, p);
    }
}
static void mkdirs(const char *rel)
{
    char p[PATH_MAX + 256];
    snprintf(p, sizeof p, "%s/%s", root, rel);
    for (char *s = p + 1; *s; s++)
        if (*s == '/') {
            *s = 0;
            mkdir(p, 0755);
            *s = '/';
        }
    mkdir(p, 0755);
}
static void lnk(const char *target, const char *rel)
{
    char p[PATH_MAX + 256];
    snprintf(p, sizeof p, "%s/%s", root, rel);
    int r = symlink(target, p);
    (void)r;
}

void make_tree(void)
{
    const char *slot = chip.drv == DRV_AMDGPU ? "0000:04:00.0" : "0000:00:02.0";
    const char *drv = drv_names[chip.drv];
    unsigned ven = chip.drv == DRV_AMDGPU ? 0x1002 : chip.drv == DRV_VIRTIO ? 0x1af4 : 0x8086;
    const char *e = getenv("FAKEDRM_ROOT"), *sys = getenv("FAKEDRM_SYS");
    if (e)
        snprintf(root, sizeof root, "%s", e);
    else
        snprintf(root, sizeof root, "%s/.fakedrm-%u-%s-%04x",
                 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", getuid(), drv, chip.pci);
    char d[256], f[512];
    snprintf(d, sizeof d, "sys/devices/pci0000:00/%s", slot);
    mkdirs("dev/dri/by-path");
    put("dev/dri/renderD128", "%s", "");
    put("dev/dri/card0", "%s", "");
    if (getenv("FAKEDRM_SECOND"))
        put("dev/dri/renderD129", "%s", "");
    if (sys && !strcmp(sys, "0"))
        return;
    snprintf(f, sizeof f, "%s/drm/renderD128", d);
    mkdirs(f);
    snprintf(f, sizeof f, "%s/drm/renderD128/dev", d);
    put(f, "226:128\n");
    snprintf(f, sizeof f, "%s/drm/renderD128/uevent", d);
    put(f, "MAJOR=226\nMINOR=128\nDEVNAME=dri/renderD128\nDEVTYPE=drm_minor\n");
    snprintf(f, sizeof f, "%s/drm/card0", d);
    mkdirs(f);
    snprintf(f, sizeof f, "%s/drm/card0/dev", d);
    put(f, "226:0\n");
    snprintf(f, sizeof f, "%s/drm/card0/uevent", d);
    put(f, "MAJOR=226\nMINOR=0\nDEVNAME=dri/card0\nDEVTYPE=drm_minor\n");
    snprintf(f, sizeof f, "%s/uevent", d);
    put(f,
        "DRIVER=%s\nPCI_CLASS=30000\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=1028:07B1\nPCI_SLOT_NAME=%s\n",
        drv, ven, chip.pci, slot);
    snprintf(f, sizeof f, "%s/vendor", d);
    put(f, "0x%04x\n", ven);
    snprintf(f, sizeof f, "%s/device", d);
    put(f, "0x%04x\n", chip.pci);
    snprintf(f, sizeof f, "%s/subsystem_vendor", d);
    put(f, "0x1028\n");
    snprintf(f, sizeof f, "%s/subsystem_device", d);
    put(f, "0x07b1\n");
    snprintf(f, sizeof f, "%s/revision", d);
    put(f, "0x00\n");
    snprintf(f, sizeof f, "%s/class", d);
    put(f, "0x030000\n");
    snprintf(f, sizeof f, "%s/subsystem", d);
    lnk("../../../bus/pci", f);
    mkdirs("sys/bus/pci/devices");
    mkdirs("sys/dev/char");
    mkdirs("sys/class/drm");
    if (getenv("FAKEDRM_SECOND")) {
        char t[512];
        snprintf(t, sizeof t, "../../devices/pci0000:00/%s/drm/renderD128", slot);
        lnk(t, "sys/dev/char/226:129");
    }
    for (int i = 0; i < 2; i++) {
        char t[512], n[64];
        const char *node = i ? "card0" : "renderD128";
        mkdirs("sys/dev/char");
        snprintf(n, sizeof n, "sys/dev/char/226:%d", i ? 0 : 128);
        snprintf(t, sizeof t, "../../devices/pci0000:00/%s/drm/%s", slot, node);
        lnk(t, n);
        snprintf(n, sizeof n, "sys/class/drm/%s", node);
        lnk(t, n);
        snprintf(f, sizeof f, "%s/drm/%s/device", d, node);
        lnk("../..", f);
    }
}

/* SPDX-License-Identifier: MIT */
/* An ioctl to its driver, and the faults that are asked for. */
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

static const char *i915n[] = {[0x06] = "I915_GETPARAM",
                              [0x13] = "I915_GEM_INIT",
                              [0x17] = "I915_GEM_BUSY",
                              [0x18] = "I915_GEM_THROTTLE",
                              [0x1b] = "I915_GEM_CREATE",
                              [0x1c] = "I915_GEM_PREAD",
                              [0x1d] = "I915_GEM_PWRITE",
                              [0x1e] = "I915_GEM_MMAP",
                              [0x1f] = "I915_GEM_SET_DOMAIN",
                              [0x20] = "I915_GEM_SW_FINISH",
                              [0x21] = "I915_GEM_SET_TILING",
                              [0x22] = "I915_GEM_GET_TILING",
                              [0x23] = "I915_GEM_GET_APERTURE",
                              [0x24] = "I915_GEM_MMAP_OFFSET",
                              [0x25] = "I915_GET_PIPE_FROM_CRTC_ID",
                              [0x26] = "I915_GEM_MADVISE",
                              [0x29] = "I915_GEM_EXECBUFFER2",
                              [0x2c] = "I915_GEM_WAIT",
                              [0x2d] = "I915_GEM_CONTEXT_CREATE",
                              [0x2e] = "I915_GEM_CONTEXT_DESTROY",
                              [0x2f] = "I915_GEM_SET_CACHING",
                              [0x30] = "I915_GEM_GET_CACHING",
                              [0x31] = "I915_REG_READ",
                              [0x32] = "I915_GET_RESET_STATS",
                              [0x33] = "I915_GEM_USERPTR",
                              [0x34] = "I915_GEM_CONTEXT_GETPARAM",
                              [0x35] = "I915_GEM_CONTEXT_SETPARAM",
                              [0x39] = "I915_QUERY",
                              [0x3a] = "I915_GEM_VM_CREATE",
                              [0x3b] = "I915_GEM_VM_DESTROY",
                              [0x3c] = "I915_GEM_CREATE_EXT"};
static const char *amdn[] = {"AMDGPU_GEM_CREATE",
                             "AMDGPU_GEM_MMAP",
                             "AMDGPU_CTX",
                             "AMDGPU_BO_LIST",
                             "AMDGPU_CS",
                             "AMDGPU_INFO",
                             "AMDGPU_GEM_METADATA",
                             "AMDGPU_GEM_WAIT_IDLE",
                             "AMDGPU_GEM_VA",
                             "AMDGPU_WAIT_CS",
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             "AMDGPU_GEM_OP",
                             "AMDGPU_GEM_USERPTR",
                             "AMDGPU_WAIT_FENCES",
                             "AMDGPU_VM",
                             "AMDGPU_FENCE_TO_HANDLE",
                             "AMDGPU_SCHED"};
static const char *coren[] = {[0x00] = "VERSION",
                              [0x01] = "GET_UNIQUE",
                              [0x02] = "GET_MAGIC",
                              [0x05] = "GET_CLIENT",
                              [0x07] = "SET_VERSION",
                              [0x09] = "GEM_CLOSE",
                              [0x0a] = "GEM_FLINK",
                              [0x0b] = "GEM_OPEN",
                              [0x0c] = "GET_CAP",
                              [0x0d] = "SET_CLIENT_CAP",
                              [0x2d] = "PRIME_HANDLE_TO_FD",
                              [0x2e] = "PRIME_FD_TO_HANDLE",
                              [0xbf] = "SYNCOBJ_CREATE",
                              [0xc0] = "SYNCOBJ_DESTROY",
                              [0xc1] = "SYNCOBJ_HANDLE_TO_FD",
                              [0xc2] = "SYNCOBJ_FD_TO_HANDLE",
                              [0xc3] = "SYNCOBJ_WAIT",
                              [0xc4] = "SYNCOBJ_RESET",
                              [0xc5] = "SYNCOBJ_SIGNAL",
                              [0xca] = "SYNCOBJ_TIMELINE_WAIT",
                              [0xcb] = "SYNCOBJ_QUERY",
                              [0xcc] = "SYNCOBJ_TRANSFER",
                              [0xcd] = "SYNCOBJ_TIMELINE_SIGNAL"};
static const char *xen[] = {"XE_DEVICE_QUERY"};
static const struct {
    const char **n;
    unsigned count;
} driver_names[] = {{i915n, sizeof i915n / sizeof *i915n},
                    {amdn, sizeof amdn / sizeof *amdn},
                    {xen, sizeof xen / sizeof *xen}};
static const char *ioctl_name(unsigned nr)
{
    static __thread char buf[32];
    const char *n = NULL;
    if (nr >= 0x40 && nr < 0xa0) {
        if (nr - 0x40 < driver_names[chip.drv].count)
            n = driver_names[chip.drv].n[nr - 0x40];
    } else if (nr < sizeof coren / sizeof *coren)
        n = coren[nr];
    if (n)
        return n;
    snprintf(buf, sizeof buf, "NR_%02X", nr);
    return buf;
}
void print_names(void)
{
    for (unsigned i = 0; i < sizeof coren / sizeof *coren; i++)
        if (coren[i])
            puts(coren[i]);
    for (unsigned i = 0; i < driver_names[chip.drv].count; i++)
        if (driver_names[chip.drv].n[i])
            puts(driver_names[chip.drv].n[i]);
    (void)!fflush(stdout);
}
static struct fault {
    char name[40];
    int err;
    unsigned at, plus, seen;
} faults[64];
static int nfaults;
#define HANG 100000
int errno_of(const char *name)
{
    static const struct {
        const char *n;
        int e;
    } es[] = {{"EIO", EIO},       {"ENOMEM", ENOMEM},   {"EINVAL", EINVAL},
              {"ENOSPC", ENOSPC}, {"ETIME", ETIME},     {"ENODEV", ENODEV},
              {"EACCES", EACCES}, {"ENOENT", ENOENT},   {"ECANCELED", ECANCELED},
              {"EPERM", EPERM},   {"EBUSY", EBUSY},     {"EAGAIN", EAGAIN},
              {"ENOPKG", ENOPKG}, {"ENOEXEC", ENOEXEC}, {"EOPNOTSUPP", EOPNOTSUPP},
              {"HANG", HANG}};
    for (unsigned i = 0; i < sizeof es / sizeof *es; i++)
        if (!strcmp(es[i].n, name))
            return es[i].e;
    fprintf(stderr, "fakedrm: unknown errno %s\n", name);
    return EIO;
}
void parse_fail(void)
{
    const char *s = getenv("FAKEDRM_FAIL");
    char *c, *tok, *sv = NULL;
    if (!s)
        return;
    c = strdup(s);
    for (tok = strtok_r(c, ",", &sv); tok && nfaults < 64; tok = strtok_r(NULL, ",", &sv)) {
        struct fault *f = &faults[nfaults];
        char en[16] = "";
        char pl = 0;
        f->at = 1;
        if (sscanf(tok, "%39[^=]=%15[A-Z]@%u%c", f->name, en, &f->at, &pl) < 2)
            continue;
        f->err = errno_of(en);
        f->plus = pl == '+' || !strchr(tok, '@');
        nfaults++;
    }
    free(c);
}
_Noreturn void wait_for_good(void)
{
    for (;;)
        pause();
}
void wait_until(uint64_t nanoseconds)
{
    struct timespec time = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                            .tv_nsec = (long)(nanoseconds % 1000000000)};

    pthread_mutex_unlock(&lock);
    if (nanoseconds > INT64_MAX)
        wait_for_good();
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    pthread_mutex_lock(&lock);
}
int drm_dispatch(int fd, struct dfile *f, unsigned long req, void *arg)
{
    unsigned nr = _IOC_NR(req);
    int r = 0;
    pthread_mutex_lock(&lock);
    const char *n = nfaults || logf_ ? ioctl_name(nr) : "";
    for (int i = 0; i < nfaults; i++)
        if (!strcmp(faults[i].name, n)) {
            faults[i].seen++;
            if (faults[i].seen == faults[i].at || (faults[i].plus && faults[i].seen > faults[i].at))
                r = -faults[i].err;
        }
    if (r == -HANG) {
        LOG("ioctl fd %d %s (%08lx) hangs\n", fd, n, req);
        pthread_mutex_unlock(&lock);
        wait_for_good();
    }
    if (!r) {
        if (nr >= 0x40 && nr < 0xa0)
            r = chip.drv == DRV_I915     ? i915_ioctl(f, nr - 0x40, req, arg)
                : chip.drv == DRV_XE     ? xe_ioctl(nr - 0x40, arg)
                : chip.drv == DRV_VIRTIO ? -ENOTTY
                                         : amd_ioctl(f, nr - 0x40, arg);
        else
            r = core_ioctl(f, nr, arg);
    }
    LOG("ioctl fd %d %s (%08lx) = %d\n", fd, n, req, r);
    pthread_mutex_unlock(&lock);
    if (r < 0) {
        errno = -r;
        return -1;
    }
    return r;
}

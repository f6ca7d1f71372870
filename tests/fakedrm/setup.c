/* SPDX-License-Identifier: MIT */
/* The start: which chip, which switches, and the real libc. */
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

const char *const drv_names[] = {"i915", "amdgpu", "xe", "virtio_gpu"};
static const struct chip chips[] = {
    {"snb", DRV_I915, 0x0102, 60, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0},
    {"ivb", DRV_I915, 0x0162, 70, 1, 1, 16, 0, 0, 0, 0, 0, 0, 0, 0},
    {"hsw", DRV_I915, 0x0412, 75, 1, 2, 10, 0, 0, 0, 0, 0, 0, 0, 0},
    {"bdw", DRV_I915, 0x1616, 80, 1, 3, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"skl", DRV_I915, 0x1912, 90, 1, 3, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"kbl", DRV_I915, 0x5912, 90, 1, 3, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"bxt", DRV_I915, 0x5a84, 90, 1, 3, 6, 0, 0, 0, 0, 0, 0, 0, 0},
    {"glk", DRV_I915, 0x3184, 90, 1, 3, 6, 0, 0, 0, 0, 0, 0, 0, 0},
    {"cfl", DRV_I915, 0x3e92, 90, 1, 3, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"icl", DRV_I915, 0x8a52, 110, 1, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"tgl", DRV_I915, 0x9a49, 120, 1, 6, 16, 1, 0, 0, 0, 0, 0, 0, 0},
    {"rkl", DRV_I915, 0x4c8a, 120, 1, 2, 16, 1, 0, 0, 0, 0, 0, 0, 0},
    {"dg1", DRV_I915, 0x4905, 121, 1, 6, 16, 1, 1, 0, 0, 0, 0, 0, 0},
    {"adls", DRV_I915, 0x4680, 120, 1, 2, 16, 1, 0, 0, 0, 0, 0, 0, 0},
    {"adlp", DRV_I915, 0x46a6, 120, 1, 6, 16, 1, 0, 0, 0, 0, 0, 0, 0},
    {"dg2", DRV_I915, 0x56a0, 125, 8, 4, 16, 1, 1, 0, 0, 0, 0, 0, 0},
    {"raven", DRV_AMDGPU, 0x15dd, 0, 1, 1, 11, 0, 0, 142, 0x01, 0x24000042, 9, 2, 1},
    {"renoir", DRV_AMDGPU, 0x1636, 0, 1, 1, 8, 0, 0, 142, 0x91, 0x24000042, 9, 3, 2},
    {"navi10", DRV_AMDGPU, 0x731f, 0, 2, 2, 10, 0, 0, 143, 0x01, 0x00100044, 10, 1, 2},
    {"lnl", DRV_XE, 0x64a0, 200, 1, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0},
    {"virtio", DRV_VIRTIO, 0x1050, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"navi21", DRV_AMDGPU, 0x73bf, 0, 4, 2, 10, 0, 0, 143, 0x28, 0x00000444, 10, 3, 3},
};
struct chip chip;
FILE *logf_;
int inited, use_cs = 1, trace_cs;

#define REAL(ret, name, args) ret(*r_##name) args
REAL(int, open, (const char *, int, ...));
REAL(int, openat, (int, const char *, int, ...));
REAL(FILE *, fopen, (const char *, const char *));
REAL(int, close, (int));
REAL(int, dup, (int));
REAL(int, dup2, (int, int));
REAL(int, dup3, (int, int, int));
REAL(int, fcntl, (int, int, ...));
REAL(int, ioctl, (int, unsigned long, ...));
REAL(void *, mmap, (void *, size_t, int, int, int, off_t));
REAL(int, stat, (const char *, struct stat *));
REAL(int, lstat, (const char *, struct stat *));
REAL(int, fstat, (int, struct stat *));
REAL(int, fstatat, (int, const char *, struct stat *, int));
REAL(int, statx, (int, const char *, int, unsigned, struct statx *));
REAL(int, access, (const char *, int));
REAL(int, faccessat, (int, const char *, int, int));
REAL(DIR *, opendir, (const char *));
REAL(ssize_t, readlink, (const char *, char *, size_t));
REAL(char *, realpath, (const char *, char *));
REAL(int, scandir,
     (const char *, struct dirent ***, int (*)(const struct dirent *),
      int (*)(const struct dirent **, const struct dirent **)));

/* glibc before 2.33 has no stat symbols, only the versioned ones behind them. */
static int (*x_xstat)(int, const char *, struct stat *),
    (*x_lxstat)(int, const char *, struct stat *);
static int (*x_fxstat)(int, int, struct stat *),
    (*x_fxstatat)(int, int, const char *, struct stat *, int);
static int old_stat(const char *p, struct stat *st)
{
    return x_xstat(1, p, st);
}
static int old_lstat(const char *p, struct stat *st)
{
    return x_lxstat(1, p, st);
}
static int old_fstat(int fd, struct stat *st)
{
    return x_fxstat(1, fd, st);
}
static int old_fstatat(int d, const char *p, struct stat *st, int fl)
{
    return x_fxstatat(1, d, p, st, fl);
}
static void old_glibc(void)
{
    if (r_stat)
        return;
    x_xstat = dlsym(RTLD_NEXT, "__xstat");
    x_lxstat = dlsym(RTLD_NEXT, "__lxstat");
    x_fxstat = dlsym(RTLD_NEXT, "__fxstat");
    x_fxstatat = dlsym(RTLD_NEXT, "__fxstatat");
    r_stat = old_stat;
    r_lstat = old_lstat;
    r_fstat = old_fstat;
    r_fstatat = old_fstatat;
}

__attribute__((constructor)) void init(void)
{
    if (inited)
        return;
    inited = 1;
#define G(n) r_##n = dlsym(RTLD_NEXT, #n)
    G(open);
    G(openat);
    G(fopen);
    G(close);
    G(dup);
    G(dup2);
    G(dup3);
    G(fcntl);
    G(ioctl);
    G(mmap);
    G(stat);
    G(lstat);
    G(fstat);
    G(fstatat);
    G(statx);
    G(access);
    G(faccessat);
    G(opendir);
    G(readlink);
    G(realpath);
    G(scandir);
    old_glibc();
    const char *c = getenv("FAKEDRM");
    if (!c)
        c = "kbl";
    if (!strncmp(c, "i915:", 5)) {
        chip = chips[5];
        chip.name = c;
        chip.gen = 90;
        sscanf(c + 5, "%x:%u", &chip.pci, &chip.gen);
        chip.has_bsd2 = chip.gen >= 120;
        if (chip.gen >= 120) {
            chip.subslices = 6;
            chip.eus = 16;
        }
    } else {
        unsigned i, n = sizeof chips / sizeof *chips;
        for (i = 0; i < n && strcmp(chips[i].name, c) != 0; i++)
            ;
        if (i == n) {
            fprintf(stderr, "fakedrm: unknown chip %s\n", c);
            i = 5;
        }
        chip = chips[i];
    }
    struct rlimit rl;
    if (!getrlimit(RLIMIT_NOFILE, &rl) && rl.rlim_cur < MAXFD) {
        rl.rlim_cur = rl.rlim_max < MAXFD ? rl.rlim_max : MAXFD;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
    if (getenv("FAKEDRM_NAMES")) {
        print_names();
        _exit(0);
    }
    make_tree();
    const char *l = getenv("FAKEDRM_LOG");
    if (l) {
        logf_ = !strcmp(l, "-") ? stderr : r_fopen(l, "ae");
        if (logf_)
            setvbuf(logf_, NULL, _IOLBF, 0);
    }
    const char *x = getenv("FAKEDRM_CS");
    use_cs = !x || strcmp(x, "0") != 0;
    trace_cs = x && !strcmp(x, "2");
    parse_fail();
}

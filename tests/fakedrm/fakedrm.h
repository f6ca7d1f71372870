/* SPDX-License-Identifier: MIT */
/* What the parts of the stand-in share: the chip, buffer objects, open files, the real libc. */
#ifndef FAKEDRM_H
#define FAKEDRM_H

#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <amdgpu_drm.h>
#include <drm.h>
#include <i915_drm.h>

enum { DRV_I915, DRV_AMDGPU, DRV_XE, DRV_VIRTIO };

struct chip {
    const char *name;
    int drv;
    uint32_t pci;
    unsigned gen;                    /* 60 = 6.0, 125 = 12.5 */
    uint16_t slices, subslices, eus; /* i915 */
    bool has_bsd2, lmem;
    unsigned family, extrev, gb_addr, gfx_major, gfx_minor, vcn; /* amdgpu */
};

/* A buffer object. Its memory is a memfd, or the program's own for a userptr (fd is -1). */
struct bo {
    uint32_t id;
    int refs;
    int fd; /* fd = memfd, -1 for userptr */
    uint64_t size, gpu;
    void *map;
    ino_t ino;
    uint32_t tiling, stride, caching, madv;
    uint64_t ready_at;   /* as rate_now tells: the engine has done what it was in */
    struct fence *fence; /* of a mapping through the aperture, or NULL */
    struct drm_amdgpu_gem_metadata meta;
    uint64_t domains, dflags, align;
};
struct dfile {
    int refs;
    int minor;
    struct bo **h;
    uint32_t nh;
    uint32_t ctx, vm, sync;
    uint64_t ready_at; /* amdgpu: the video engine has done all that it was given */
    uint32_t guilty;   /* the context whose batch was lost in a reset, or 0 */
    uint64_t seq;
};

#define MAXFD 65536

extern struct chip chip;
extern const char *const drv_names[];
extern struct bo **bos;
extern uint32_t nbos;
extern pthread_mutex_t lock; /* held in every ioctl */
extern char root[];
extern FILE *logf_;
extern int inited;
extern int use_cs, trace_cs; /* FAKEDRM_CS */

#define LOG(...)                                                                                   \
    do {                                                                                           \
        if (logf_)                                                                                 \
            (void)fprintf(logf_, __VA_ARGS__);                                                     \
    } while (0)

/* The real libc, by dlsym. */
#define REAL(ret, name, args) extern ret(*r_##name) args
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
#undef REAL

/* setup.c */
void init(void);
int chip_find(const char *name);
/* tree.c */
void make_tree(void);
/* bo.c */
struct bo *bo_new(uint64_t size, int fd, void *user);
void bo_put(struct bo *b);
void *bo_map(struct bo *b);
uint32_t h_add(struct dfile *f, struct bo *b);
struct bo *h_get(struct dfile *f, uint32_t h);
void file_put(struct dfile *f);
/* The kernel drivers: 0 or -errno. */
int i915_ioctl(struct dfile *f, unsigned nr, unsigned long req, void *arg);
int i915_getparam(struct drm_i915_getparam *gp);
int i915_query(struct drm_i915_query *q);
int xe_ioctl(unsigned nr, void *arg);
int amd_ioctl(struct dfile *f, unsigned nr, void *arg);
int amd_info(const struct drm_amdgpu_info *in);
int core_ioctl(struct dfile *f, unsigned nr, void *arg);
#define MAP_APERTURE 0x40000000u /* beside the id in the upper half of an offset to map at */
/* libc.c */
void fd_is_buffer(int fd);
/* dispatch.c: one DRM ioctl; -1 and errno. */
_Noreturn void wait_for_good(void);
/* Until rate_now tells so much, without the lock; RATE_NEVER: for good. */
void wait_until(uint64_t nanoseconds);
int drm_dispatch(int fd, struct dfile *f, unsigned long req, void *arg);
void parse_fail(void);
void print_names(void);
int errno_of(const char *name);

#endif

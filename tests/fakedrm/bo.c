/* SPDX-License-Identifier: MIT */
/* Buffer objects and handles. */
#include "fakedrm.h"
#include "fence.h"

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

struct bo **bos;
uint32_t nbos;
static uint64_t next_gpu = 0x100000;

static int high_fd(int fd)
{
    int n = r_fcntl(fd, F_DUPFD_CLOEXEC, 4096);
    if (n < 0)
        n = r_fcntl(fd, F_DUPFD_CLOEXEC, 256);
    if (n < 0)
        return fd;
    r_close(fd);
    return n;
}
struct bo *bo_new(uint64_t size, int fd, void *user)
{
    struct bo *b = calloc(1, sizeof *b);
    struct stat st;
    size = (size + 4095) & ~4095ull;
    if (fd < 0 && !user) {
        fd = memfd_create("fakedrm-bo", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t)size)) {
            free(b);
            errno = ENOMEM;
            return NULL;
        }
        fd = high_fd(fd);
    }
    b->fd = fd;
    b->size = size;
    b->map = user;
    if (fd >= 0 && !r_fstat(fd, &st))
        b->ino = st.st_ino;
    uint32_t i;
    for (i = 1; i < nbos && bos[i]; i++)
        ;
    if (i >= nbos) {
        uint32_t o = nbos;
        nbos = o ? o * 2 : 256;
        struct bo **grown = realloc(bos, nbos * sizeof(struct bo *));
        if (!grown)
            abort();
        bos = grown;
        memset(bos + o, 0, (nbos - o) * sizeof(struct bo *));
    }
    b->id = i;
    bos[i] = b;
    uint64_t lim = chip.drv == DRV_I915 && chip.gen < 80 ? 0x7ff00000ull : 0xfff00000ull;
    if (next_gpu + size > lim)
        next_gpu = 0x100000; /* wraps; enough for tests */
    b->gpu = next_gpu;
    next_gpu += (size + 0xffff) & ~0xffffull;
    return b;
}
void bo_put(struct bo *b)
{
    if (--b->refs > 0)
        return;
    fence_free(b);
    if (b->map && b->fd >= 0)
        munmap(b->map, b->size);
    if (b->fd >= 0)
        r_close(b->fd);
    bos[b->id] = NULL;
    free(b);
}
void *bo_map(struct bo *b)
{
    if (!b->map) {
        b->map = r_mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
        if (b->map == MAP_FAILED)
            b->map = NULL;
    }
    return b->map;
}
uint32_t h_add(struct dfile *f, struct bo *b)
{
    uint32_t i;
    for (i = 1; i < f->nh && f->h[i]; i++)
        ;
    if (i >= f->nh) {
        uint32_t o = f->nh;
        f->nh = o ? o * 2 : 64;
        f->h = realloc(f->h, f->nh * sizeof(struct bo *));
        memset(f->h + o, 0, (f->nh - o) * sizeof(struct bo *));
        if (!o)
            i = 1;
    }
    f->h[i] = b;
    b->refs++;
    return i;
}
struct bo *h_get(struct dfile *f, uint32_t h)
{
    return h && h < f->nh ? f->h[h] : NULL;
}

void file_put(struct dfile *f)
{
    if (--f->refs)
        return;
    for (uint32_t i = 0; i < f->nh; i++)
        if (f->h[i])
            bo_put(f->h[i]);
    free(f->h);
    free(f);
}

/* SPDX-License-Identifier: MIT */
/* The ioctls that every DRM driver has. */
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

static void vstr(char *dst, __kernel_size_t *len, const char *s)
{
    size_t n = strlen(s);
    if (dst && *len)
        memcpy(dst, s, n < *len ? n : *len);
    *len = n;
}
int core_ioctl(struct dfile *f, unsigned nr, void *arg)
{
    struct bo *b;
    switch (nr) {
    case 0x00: {
        struct drm_version *v = arg;
        if (chip.drv == DRV_I915) {
            v->version_major = 1;
            v->version_minor = 6;
            v->version_patchlevel = 0;
        } else {
            v->version_major = 3;
            v->version_minor = 49;
            v->version_patchlevel = 0;
        }
        vstr(v->name, &v->name_len, drv_names[chip.drv]);
        vstr(v->date, &v->date_len, "20201103");
        vstr(v->desc, &v->desc_len, "fakedrm");
        return 0;
    }
    case 0x01: {
        struct drm_unique *u = arg;
        u->unique_len = 0;
        return 0;
    }
    case 0x02: {
        struct drm_auth *a = arg;
        a->magic = 1;
        return 0;
    }
    case 0x05: {
        struct drm_client *c = arg;
        c->auth = 1;
        c->pid = (unsigned long)getpid();
        c->uid = getuid();
        c->magic = 0;
        return 0;
    }
    case 0x07:
        return 0; /* SET_VERSION */
    case 0x09: {
        struct drm_gem_close *c = arg;
        if (!(b = h_get(f, c->handle)))
            return -EINVAL;
        f->h[c->handle] = NULL;
        bo_put(b);
        return 0;
    }
    case 0x0a: {
        struct drm_gem_flink *l = arg;
        if (!(b = h_get(f, l->handle)))
            return -ENOENT;
        l->name = b->id;
        return 0;
    }
    case 0x0b: {
        struct drm_gem_open *o = arg;
        if (!o->name || o->name >= nbos || !(b = bos[o->name]))
            return -ENOENT;
        o->handle = h_add(f, b);
        o->size = b->size;
        return 0;
    }
    case 0x0c: {
        struct drm_get_cap *c = arg;
        switch (c->capability) {
        case DRM_CAP_PRIME:
            c->value = 3;
            break;
        case DRM_CAP_SYNCOBJ:
        case DRM_CAP_SYNCOBJ_TIMELINE:
        case DRM_CAP_TIMESTAMP_MONOTONIC:
        case DRM_CAP_ADDFB2_MODIFIERS:
            c->value = 1;
            break;
        default:
            c->value = 0;
        }
        return 0;
    }
    case 0x0d:
        return 0; /* SET_CLIENT_CAP */
    case 0x2d: {
        struct drm_prime_handle *p = arg;
        if (!(b = h_get(f, p->handle)))
            return -ENOENT;
        if (b->fd < 0)
            return -EINVAL;
        int fd = r_fcntl(b->fd, p->flags & DRM_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 3);
        if (fd < 0)
            return -errno;
        fd_is_buffer(fd);
        p->fd = fd;
        return 0;
    }
    case 0x2e: {
        struct drm_prime_handle *p = arg;
        struct stat st;
        if (r_fstat(p->fd, &st))
            return -EBADF;
        for (uint32_t i = 1; i < f->nh; i++)
            if (f->h[i] && f->h[i]->ino == st.st_ino && f->h[i]->fd >= 0) {
                p->handle = i;
                return 0;
            }
        for (uint32_t i = 1; i < nbos; i++)
            if (bos[i] && bos[i]->fd >= 0 && bos[i]->ino == st.st_ino) {
                p->handle = h_add(f, bos[i]);
                return 0;
            }
        if (!S_ISREG(st.st_mode) || !st.st_size)
            return -EINVAL;
        int fd = r_fcntl(p->fd, F_DUPFD_CLOEXEC, 4096);
        if (fd < 0)
            return -errno;
        if (!(b = bo_new((uint64_t)st.st_size, fd, NULL)))
            return -ENOMEM;
        p->handle = h_add(f, b);
        return 0;
    }
    case 0xbf: {
        struct drm_syncobj_create *s = arg;
        s->handle = ++f->sync;
        return 0;
    }
    case 0xc0:
        return 0;
    case 0xc1: {
        struct drm_syncobj_handle *s = arg;
        s->fd = r_open("/dev/null", O_RDWR | O_CLOEXEC);
        return 0;
    }
    case 0xc2: {
        struct drm_syncobj_handle *s = arg;
        if (!s->handle)
            s->handle = ++f->sync;
        return 0;
    }
    case 0xc3:
    case 0xc4:
    case 0xc5:
    case 0xca:
    case 0xcb:
    case 0xcc:
    case 0xcd:
        return 0;
    }
    return -ENOTTY;
}

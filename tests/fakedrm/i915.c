/* SPDX-License-Identifier: MIT */
/* The ioctls of i915. */
#include "fakedrm.h"
#include "fence.h"

#include "engine/rate.h"
#include "engine/state.h"
#include "engine/streamer.h"

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

#define ADDRESS_MASK UINT64_C(0xffffffffffff)
#define STEPS_MAX    4000000

/* Where each object of a submission lies; -ENOENT: not one of this file's. */
static int exec_objects(struct dfile *f, const struct drm_i915_gem_execbuffer2 *e,
                        struct gpu_object *ret)
{
    const struct drm_i915_gem_exec_object2 *o = (void *)(uintptr_t)e->buffers_ptr;

    for (uint32_t i = 0; i < e->buffer_count; i++) {
        struct bo *b = h_get(f, o[i].handle);
        if (!b)
            return -ENOENT;
        ret[i].address = (o[i].flags & EXEC_OBJECT_PINNED ? o[i].offset : b->gpu) & ADDRESS_MASK;
        ret[i].size = b->size;
        ret[i].map = bo_map(b);
    }
    return 0;
}

static int relocate(const struct drm_i915_gem_execbuffer2 *e, uint32_t at,
                    struct gpu_object *objects)
{
    const struct drm_i915_gem_exec_object2 *o = (void *)(uintptr_t)e->buffers_ptr;
    struct drm_i915_gem_relocation_entry *r = (void *)(uintptr_t)o[at].relocs_ptr;
    size_t width = chip.gen >= 80 ? 8 : 4;

    for (uint32_t k = 0; k < o[at].relocation_count; k++) {
        uint32_t to = r[k].target_handle;
        uint64_t address;

        if (!(e->flags & I915_EXEC_HANDLE_LUT)) {
            for (to = 0; to < e->buffer_count && o[to].handle != r[k].target_handle; to++)
                ;
        }
        if (to >= e->buffer_count)
            return -ENOENT;
        if (!objects[at].map || r[k].offset + width > objects[at].size)
            return -EINVAL;
        address = objects[to].address + r[k].delta;
        memcpy(objects[at].map + r[k].offset, &address, width);
        r[k].presumed_offset = objects[to].address;
    }
    return 0;
}

static void run(struct dfile *f, const struct drm_i915_gem_execbuffer2 *e,
                const struct gpu_object *objects)
{
    const struct drm_i915_gem_exec_object2 *o = (void *)(uintptr_t)e->buffers_ptr;
    uint32_t batch = e->flags & I915_EXEC_BATCH_FIRST ? 0 : e->buffer_count - 1;
    static struct streamer streamer; /* under the lock */
    unsigned before = engine_pictures();
    uint64_t done;

    streamer = (struct streamer){
        .objects = objects,
        .object_count = e->buffer_count,
        .gen = chip.gen,
        .is_render = chip.gen < 90 && (e->flags & I915_EXEC_RING_MASK) == I915_EXEC_RENDER,
        .steps = STEPS_MAX,
        .base = chip.gen >= 110 ? 0x1c0000 : 0x12000,
        .is_stopped = engine_hangs(),
    };
    for (uint32_t i = 0; i < e->buffer_count; i++)
        fence_flush(h_get(f, o[i].handle));
    streamer_run(&streamer, objects[batch].address + e->batch_start_offset);
    done =
        engine_hangs() ? RATE_NEVER : rate_take(chip.has_bsd2 ? 2 : 1, engine_pictures() - before);
    for (uint32_t i = 0; i < e->buffer_count; i++) {
        fence_refresh(h_get(f, o[i].handle));
        if (done > h_get(f, o[i].handle)->ready_at)
            h_get(f, o[i].handle)->ready_at = done;
    }
    if (streamer.is_stopped && !engine_hangs())
        f->guilty = (uint32_t)e->rsvd1;
    LOG("    cs: %u commands, %zu bytes of bitstream\n", streamer.commands,
        streamer.coded.out.used);
}

static int i915_exec(struct dfile *f, struct drm_i915_gem_execbuffer2 *e)
{
    struct drm_i915_gem_exec_object2 *o = (void *)(uintptr_t)e->buffers_ptr;
    struct gpu_object *objects = calloc(e->buffer_count + 1, sizeof(*objects));
    int ret = objects ? exec_objects(f, e, objects) : -ENOMEM;

    LOG("  exec: %u objects, batch len %u, engine %llu, ctx %u\n", e->buffer_count, e->batch_len,
        (unsigned long long)(e->flags & 0x3f), (unsigned)(e->rsvd1 & 0xffffffff));
    for (uint32_t i = 0; !ret && i < e->buffer_count; i++) {
        ret = relocate(e, i, objects);
        if (!ret && !(o[i].flags & EXEC_OBJECT_PINNED))
            o[i].offset = objects[i].address;
    }
    if (!ret && use_cs && e->buffer_count)
        run(f, e, objects);
    free(objects);
    if (!ret && e->flags & I915_EXEC_FENCE_OUT) {
        int fd = r_open("/dev/null", O_RDWR | O_CLOEXEC);
        e->rsvd2 = (e->rsvd2 & 0xffffffff) | (uint64_t)(uint32_t)fd << 32;
    }
    return ret;
}

/* Until the engine has done with this object; for so long, or for good if that is negative. */
static int wait_for(const struct bo *b, int64_t nanoseconds)
{
    uint64_t now = rate_now(), ready_at = b->ready_at;
    uint64_t limit = nanoseconds < 0 || (uint64_t)nanoseconds > RATE_NEVER - now
                         ? RATE_NEVER
                         : now + (uint64_t)nanoseconds;

    if (ready_at <= now)
        return 0;
    wait_until(ready_at < limit ? ready_at : limit);
    return ready_at <= limit ? 0 : -ETIME;
}

int i915_ioctl(struct dfile *f, unsigned nr, unsigned long req, void *arg)
{
    struct bo *b;
    switch (nr) {
    case DRM_I915_GETPARAM:
        return i915_getparam(arg);
    case DRM_I915_QUERY:
        return i915_query(arg);
    case DRM_I915_GEM_CREATE: {
        struct drm_i915_gem_create *c = arg;
        if (!c->size)
            return -EINVAL;
        if (!(b = bo_new(c->size, -1, NULL)))
            return -ENOMEM;
        c->size = b->size;
        c->handle = h_add(f, b);
        return 0;
    }
    case DRM_I915_GEM_CREATE_EXT: {
        struct drm_i915_gem_create_ext *c = arg;
        if (!c->size)
            return -EINVAL;
        if (!(b = bo_new(c->size, -1, NULL)))
            return -ENOMEM;
        c->size = b->size;
        c->handle = h_add(f, b);
        return 0;
    }
    case DRM_I915_GEM_USERPTR: {
        struct drm_i915_gem_userptr *u = arg;
        if (!(b = bo_new(u->user_size, -1, (void *)(uintptr_t)u->user_ptr)))
            return -ENOMEM;
        u->handle = h_add(f, b);
        return 0;
    }
    case DRM_I915_GEM_PREAD:
    case DRM_I915_GEM_PWRITE: {
        struct drm_i915_gem_pwrite *p = arg;
        if (!(b = h_get(f, p->handle)))
            return -ENOENT;
        if (p->offset > b->size || p->size > b->size - p->offset)
            return -EINVAL;
        (void)wait_for(b, -1);
        char *m = bo_map(b);
        if (!m)
            return -ENOMEM;
        if (nr == DRM_I915_GEM_PWRITE)
            memcpy(m + p->offset, (void *)(uintptr_t)p->data_ptr, p->size);
        else
            memcpy((void *)(uintptr_t)p->data_ptr, m + p->offset, p->size);
        return 0;
    }
    case DRM_I915_GEM_MMAP: {
        struct drm_i915_gem_mmap *m = arg;
        if (!(b = h_get(f, m->handle)))
            return -ENOENT;
        if (b->fd < 0)
            return -ENXIO;
        void *p =
            r_mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, (off_t)m->offset);
        if (p == MAP_FAILED)
            return -errno;
        m->addr_ptr = (uintptr_t)p;
        return 0;
    }
    case DRM_I915_GEM_MMAP_GTT: {
        struct drm_i915_gem_mmap_offset *m = arg; /* MMAP_GTT and MMAP_OFFSET share nr and layout */
        if (!(b = h_get(f, m->handle)))
            return -ENOENT;
        bool by_gtt = _IOC_SIZE(req) < sizeof *m || m->flags == I915_MMAP_OFFSET_GTT;
        m->offset = (uint64_t)(b->id | (by_gtt ? MAP_APERTURE : 0)) << 32;
        return 0;
    }
    case DRM_I915_GEM_SET_TILING: {
        struct drm_i915_gem_set_tiling *t = arg;
        if (!(b = h_get(f, t->handle)))
            return -ENOENT;
        b->tiling = t->tiling_mode;
        b->stride = t->stride;
        t->swizzle_mode = I915_BIT_6_SWIZZLE_NONE;
        return 0;
    }
    case DRM_I915_GEM_GET_TILING: {
        struct drm_i915_gem_get_tiling *t = arg;
        if (!(b = h_get(f, t->handle)))
            return -ENOENT;
        t->tiling_mode = b->tiling;
        t->swizzle_mode = t->phys_swizzle_mode = I915_BIT_6_SWIZZLE_NONE;
        return 0;
    }
    case DRM_I915_GEM_SET_CACHING:
    case DRM_I915_GEM_GET_CACHING: {
        struct drm_i915_gem_caching *c = arg;
        if (!(b = h_get(f, c->handle)))
            return -ENOENT;
        if (nr == DRM_I915_GEM_SET_CACHING)
            b->caching = c->caching;
        else
            c->caching = b->caching;
        return 0;
    }
    case DRM_I915_GEM_SET_DOMAIN: {
        struct drm_i915_gem_set_domain *d = arg;
        if (!(b = h_get(f, d->handle)))
            return -ENOENT;
        (void)wait_for(b, -1);
        if (b->fence) {
            fence_flush(b);
            fence_refresh(b);
        }
        return 0;
    }
    case DRM_I915_GEM_SW_FINISH: {
        struct drm_i915_gem_sw_finish *d = arg;
        return h_get(f, d->handle) ? 0 : -ENOENT;
    }
    case DRM_I915_GEM_BUSY: {
        struct drm_i915_gem_busy *d = arg;
        if (!(b = h_get(f, d->handle)))
            return -ENOENT;
        d->busy = b->ready_at > rate_now();
        return 0;
    }
    case DRM_I915_GEM_WAIT: {
        struct drm_i915_gem_wait *d = arg;
        return (b = h_get(f, d->bo_handle)) ? wait_for(b, d->timeout_ns) : -ENOENT;
    }
    case DRM_I915_GEM_MADVISE: {
        struct drm_i915_gem_madvise *d = arg;
        d->retained = 1;
        return h_get(f, d->handle) ? 0 : -ENOENT;
    }
    case DRM_I915_GEM_EXECBUFFER2:
        return i915_exec(f, arg);
    case DRM_I915_GEM_THROTTLE:
        return 0;
    case DRM_I915_GEM_GET_APERTURE: {
        struct drm_i915_gem_get_aperture *a = arg;
        a->aper_size = a->aper_available_size = chip.gen >= 80 ? 1ull << 47 : 1ull << 31;
        return 0;
    }
    case DRM_I915_GEM_CONTEXT_CREATE: {
        struct drm_i915_gem_context_create_ext *c = arg;
        c->ctx_id = ++f->ctx;
        return 0;
    }
    case DRM_I915_GEM_CONTEXT_DESTROY:
    case DRM_I915_GEM_CONTEXT_SETPARAM:
        return 0;
    case DRM_I915_GEM_CONTEXT_GETPARAM: {
        struct drm_i915_gem_context_param *p = arg;
        switch (p->param) {
        case I915_CONTEXT_PARAM_GTT_SIZE:
            p->value = chip.gen >= 80 ? 1ull << 48 : 1ull << 31;
            break;
        case I915_CONTEXT_PARAM_VM:
            p->value = ++f->vm;
            break;
        case I915_CONTEXT_PARAM_SSEU: {
            struct drm_i915_gem_context_param_sseu *s = (void *)(uintptr_t)p->value;
            if (!p->size) {
                p->size = sizeof *s;
                break;
            }
            if (s) {
                s->slice_mask = (1ull << chip.slices) - 1;
                s->subslice_mask = (1ull << chip.subslices) - 1;
                s->min_eus_per_subslice = s->max_eus_per_subslice = chip.eus;
            }
            break;
        }
        case I915_CONTEXT_PARAM_RECOVERABLE:
            p->value = 1;
            break;
        default:
            p->value = 0;
        }
        return 0;
    }
    case DRM_I915_GEM_VM_CREATE: {
        struct drm_i915_gem_vm_control *v = arg;
        v->vm_id = ++f->vm;
        return 0;
    }
    case DRM_I915_GEM_VM_DESTROY:
        return 0;
    case DRM_I915_GET_RESET_STATS: {
        struct drm_i915_reset_stats *s = arg;
        s->reset_count = s->batch_pending = 0;
        s->batch_active = s->ctx_id && s->ctx_id == f->guilty;
        return 0;
    }
    case DRM_I915_REG_READ: {
        struct drm_i915_reg_read *r = arg;
        struct timespec ts;
        clock_gettime(CLOCK_MONOTONIC, &ts);
        r->val = (uint64_t)ts.tv_sec * 12000000 + (uint64_t)ts.tv_nsec / 83;
        return 0;
    }
    case DRM_I915_GET_PIPE_FROM_CRTC_ID:
        return -ENOENT;
    }
    return -ENOTTY;
}

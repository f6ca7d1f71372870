/* SPDX-License-Identifier: MIT */
/* The ioctls of amdgpu. */
#include "fakedrm.h"

#include "engine/pm4.h"
#include "engine/rate.h"
#include "engine/state.h"
#include "engine/vcn.h"

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

#define ADDRESS_HIGH 0xffff8000u

static struct va {
    uint64_t va, size, off;
    uint32_t bo;
} vas[8192];
static unsigned nvas;
static void amd_va(struct dfile *f, struct drm_amdgpu_gem_va *v)
{
    struct bo *b = h_get(f, v->handle);
    for (unsigned i = 0; i < nvas; i++)
        if (vas[i].va == v->va_address)
            vas[i] = vas[--nvas];
    if (!b || (v->operation != AMDGPU_VA_OP_MAP && v->operation != AMDGPU_VA_OP_REPLACE))
        return;
    if (nvas == sizeof(vas) / sizeof(*vas)) {
        LOG("  amdgpu: too many mappings\n");
        return;
    }
    vas[nvas++] = (struct va){v->va_address, v->map_size, v->offset_in_bo, b->id};
}
static void *amd_memory(uint64_t address, size_t size, size_t *ret_room)
{
    for (unsigned i = 0; i < nvas; i++) {
        struct bo *b = vas[i].bo < nbos ? bos[vas[i].bo] : NULL;
        uint64_t at, end;

        if (!b || address < vas[i].va || address - vas[i].va >= vas[i].size)
            continue;
        at = vas[i].off + (address - vas[i].va);
        end = vas[i].off + vas[i].size < b->size ? vas[i].off + vas[i].size : b->size;
        if (at > end || size > end - at || !bo_map(b))
            continue;
        if (ret_room)
            *ret_room = (size_t)(end - at);
        return (uint8_t *)b->map + at;
    }
    return NULL;
}

static void video_taken(struct dfile *f, unsigned pictures)
{
    uint64_t done = engine_hangs() ? RATE_NEVER : rate_take(1, pictures);

    if (done > f->ready_at)
        f->ready_at = done;
}

static void encoder_ring(struct dfile *f, uint64_t address, uint32_t bytes)
{
    const uint32_t *words = use_cs && !engine_hangs() ? amd_memory(address, bytes, NULL) : NULL;

    unsigned before = engine_pictures();

    if (words)
        vcn_encode(chip.vcn, words, bytes / 4, amd_memory);
    video_taken(f, engine_pictures() - before);
}

static void graphics_ring(uint64_t address, uint32_t bytes)
{
    const uint32_t *words = use_cs ? amd_memory(address, bytes, NULL) : NULL;

    if (words)
        pm4_run(chip.gfx_major, ADDRESS_HIGH, words, bytes / 4, amd_memory);
}

static void decoder_ring(struct dfile *f, uint64_t address, uint32_t bytes)
{
    const uint32_t *words = use_cs && !engine_hangs() ? amd_memory(address, bytes, NULL) : NULL;

    if (words)
        vcn_decode(words, bytes / 4, amd_memory);
    video_taken(f, 0);
}

static int amd_cs(struct dfile *f, union drm_amdgpu_cs *c)
{
    uint64_t *ptrs = (void *)(uintptr_t)c->in.chunks;
    uint64_t seq = ++f->seq;
    for (uint32_t i = 0; i < c->in.num_chunks; i++) {
        struct drm_amdgpu_cs_chunk *k = (void *)(uintptr_t)ptrs[i];
        void *d = (void *)(uintptr_t)k->chunk_data;
        if (k->chunk_id == AMDGPU_CHUNK_ID_FENCE) {
            struct drm_amdgpu_cs_chunk_fence *x = d;
            struct bo *b = h_get(f, x->handle);
            if (!b)
                return -ENOENT;
            if (x->offset + 8 <= b->size)
                *(uint64_t *)((char *)bo_map(b) + x->offset) = seq;
        } else if (k->chunk_id == AMDGPU_CHUNK_ID_IB) {
            struct drm_amdgpu_cs_chunk_ib *x = d;
            LOG("  cs: ip %u ring %u ib %u bytes\n", x->ip_type, x->ring, x->ib_bytes);
            if (x->ip_type == AMDGPU_HW_IP_GFX || x->ip_type == AMDGPU_HW_IP_COMPUTE)
                graphics_ring(x->va_start, x->ib_bytes);
            if (x->ip_type == AMDGPU_HW_IP_VCN_DEC)
                decoder_ring(f, x->va_start, x->ib_bytes);
            if (x->ip_type == AMDGPU_HW_IP_VCN_ENC)
                encoder_ring(f, x->va_start, x->ib_bytes);
        }
    }
    c->out.handle = seq;
    return 0;
}
int amd_ioctl(struct dfile *f, unsigned nr, void *arg)
{
    struct bo *b;
    switch (nr) {
    case DRM_AMDGPU_INFO:
        LOG("  amdgpu info 0x%x\n", ((struct drm_amdgpu_info *)arg)->query);
        return amd_info(arg);
    case DRM_AMDGPU_GEM_CREATE: {
        union drm_amdgpu_gem_create *c = arg;
        if (!c->in.bo_size)
            return -EINVAL;
        if (!(b = bo_new(c->in.bo_size, -1, NULL)))
            return -ENOMEM;
        b->domains = c->in.domains;
        b->dflags = c->in.domain_flags;
        b->align = c->in.alignment;
        memset(c, 0, sizeof *c);
        c->out.handle = h_add(f, b);
        return 0;
    }
    case DRM_AMDGPU_GEM_USERPTR: {
        struct drm_amdgpu_gem_userptr *u = arg;
        if (!(b = bo_new(u->size, -1, (void *)(uintptr_t)u->addr)))
            return -ENOMEM;
        u->handle = h_add(f, b);
        return 0;
    }
    case DRM_AMDGPU_GEM_MMAP: {
        union drm_amdgpu_gem_mmap *m = arg;
        if (!(b = h_get(f, m->in.handle)))
            return -ENOENT;
        m->out.addr_ptr = (uint64_t)b->id << 32;
        return 0;
    }
    case DRM_AMDGPU_CTX: {
        union drm_amdgpu_ctx *c = arg;
        uint32_t op = c->in.op;
        memset(c, 0, sizeof *c);
        if (op == AMDGPU_CTX_OP_ALLOC_CTX)
            c->out.alloc.ctx_id = ++f->ctx;
        return 0;
    }
    case DRM_AMDGPU_BO_LIST: {
        union drm_amdgpu_bo_list *l = arg;
        memset(l, 0, sizeof *l);
        l->out.list_handle = 1;
        return 0;
    }
    case DRM_AMDGPU_CS:
        return amd_cs(f, arg);
    case DRM_AMDGPU_GEM_METADATA: {
        struct drm_amdgpu_gem_metadata *m = arg;
        if (!(b = h_get(f, m->handle)))
            return -ENOENT;
        if (m->op == AMDGPU_GEM_METADATA_OP_SET_METADATA)
            b->meta = *m;
        else
            m->data = b->meta.data;
        return 0;
    }
    case DRM_AMDGPU_GEM_OP: {
        struct drm_amdgpu_gem_op *o = arg;
        if (!(b = h_get(f, o->handle)))
            return -ENOENT;
        if (o->op == AMDGPU_GEM_OP_GET_GEM_CREATE_INFO) {
            struct drm_amdgpu_gem_create_in *ci = (void *)(uintptr_t)o->value;
            ci->bo_size = b->size;
            ci->alignment = b->align;
            ci->domains = b->domains ? b->domains : AMDGPU_GEM_DOMAIN_GTT;
            ci->domain_flags = b->dflags;
        }
        return 0;
    }
    case DRM_AMDGPU_GEM_WAIT_IDLE: {
        union drm_amdgpu_gem_wait_idle *w = arg;
        memset(w, 0, sizeof *w);
        return 0;
    }
    case DRM_AMDGPU_WAIT_CS: {
        union drm_amdgpu_wait_cs *w = arg;
        bool is_video =
            w->in.ip_type == AMDGPU_HW_IP_VCN_ENC || w->in.ip_type == AMDGPU_HW_IP_VCN_DEC;
        uint64_t ready_at = is_video ? f->ready_at : 0, limit = w->in.timeout;
        if (ready_at > rate_now())
            wait_until(ready_at < limit ? ready_at : limit);
        memset(w, 0, sizeof *w);
        w->out.status = ready_at > limit;
        return 0;
    }
    case DRM_AMDGPU_WAIT_FENCES: {
        union drm_amdgpu_wait_fences *w = arg;
        memset(w, 0, sizeof *w);
        w->out.status = 1;
        return 0;
    }
    case DRM_AMDGPU_FENCE_TO_HANDLE: {
        union drm_amdgpu_fence_to_handle *h = arg;
        uint32_t what = h->in.what;
        memset(h, 0, sizeof *h);
        h->out.handle = what == AMDGPU_FENCE_TO_HANDLE_GET_SYNCOBJ
                            ? ++f->sync
                            : (uint32_t)r_open("/dev/null", O_RDWR | O_CLOEXEC);
        return 0;
    }
    case DRM_AMDGPU_GEM_VA:
        amd_va(f, arg);
        return 0;
    case DRM_AMDGPU_VM:
    case DRM_AMDGPU_SCHED:
        return 0;
    }
    return -ENOTTY;
}

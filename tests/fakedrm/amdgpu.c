/* The ioctls of amdgpu. */
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

static struct va {
    uint64_t va, size, off;
    uint32_t bo;
} * vas;
static unsigned nvas;
static void amd_va(struct dfile *f, struct drm_amdgpu_gem_va *v)
{
    struct bo *b = h_get(f, v->handle);
    for (unsigned i = 0; i < nvas; i++)
        if (vas[i].va == v->va_address)
            vas[i] = vas[--nvas];
    if (!b || (v->operation != AMDGPU_VA_OP_MAP && v->operation != AMDGPU_VA_OP_REPLACE))
        return;
    if (!(nvas & 63))
        vas = realloc(vas, (nvas + 64) * sizeof *vas);
    vas[nvas++] = (struct va){v->va_address, v->map_size, v->offset_in_bo, b->id};
}
static void *amd_ptr(uint64_t a, uint64_t len)
{
    for (unsigned i = 0; i < nvas; i++)
        if (a >= vas[i].va && a + len <= vas[i].va + vas[i].size && vas[i].bo < nbos &&
            bos[vas[i].bo]) {
            struct bo *b = bos[vas[i].bo];
            uint64_t o = vas[i].off + (a - vas[i].va);
            if (o + len <= b->size) {
                char *m = bo_map(b);
                return m ? m + o : NULL;
            }
        }
    return NULL;
}
/* VCN encode ring: copy the driver's NAL units (SPS, PPS, ...) into the
 * bitstream buffer and fill in the feedback record. */
static void vcn_enc(uint64_t va, uint32_t bytes)
{
    uint32_t *d = amd_ptr(va, bytes), n = bytes / 4, used = 0, k_nalu = chip.vcn == 1 ? 0x20 : 0x0a,
             k_bs = chip.vcn == 1 ? 0x0e : 0x12, k_fb = chip.vcn == 1 ? 0x10 : 0x15;
    uint64_t bs = 0, fb = 0;
    if (!d) {
        LOG("  vcn: ib %llx not mapped\n", (unsigned long long)va);
        return;
    }
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i + 1 < n && d[i] >= 8; i += d[i] / 4) {
            uint32_t *p = d + i + 2;
            if (i + d[i] / 4 > n)
                break;
            if (!pass && logf_)
                LOG("  vcn: op %08x %u bytes\n", d[i + 1], d[i]);
            if (!pass && d[i + 1] == k_bs)
                bs = (uint64_t)p[1] << 32 | p[2];
            if (!pass && d[i + 1] == k_fb)
                fb = (uint64_t)p[1] << 32 | p[2];
            if (pass && d[i + 1] == k_nalu && bs) {
                unsigned char *o = amd_ptr(bs + used, p[1]);
                for (uint32_t k = 0; o && k < p[1]; k++)
                    o[k] = p[2 + k / 4] >> (24 - 8 * (k & 3));
                if (o)
                    used += p[1];
            }
        }
    uint32_t *r = fb ? amd_ptr(fb, 40) : NULL;
    if (r && bs) {
        r[1] = 1;
        r[6] = used + 32;
    }
    LOG("  vcn: bitstream %llx feedback %llx, %u header bytes\n", (unsigned long long)bs,
        (unsigned long long)fb, used);
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
            const char *e = getenv("FAKEDRM_CS");
            if (x->ip_type == AMDGPU_HW_IP_VCN_ENC && (!e || strcmp(e, "0")))
                vcn_enc(x->va_start, x->ib_bytes);
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
        memset(w, 0, sizeof *w);
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

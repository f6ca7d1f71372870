/* SPDX-License-Identifier: MIT */
/* What i915 says of the chip. */
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

int i915_getparam(struct drm_i915_getparam *gp)
{
    int v;
    switch (gp->param) {
    case I915_PARAM_CHIPSET_ID:
        v = (int)chip.pci;
        break;
    case I915_PARAM_REVISION:
        v = chip.gen >= 120 ? 4 : 2;
        break;
    case I915_PARAM_HAS_GEM:
    case I915_PARAM_HAS_RELAXED_FENCING:
    case I915_PARAM_HAS_RELAXED_DELTA:
    case I915_PARAM_HAS_EXECBUF2:
    case I915_PARAM_HAS_BSD:
    case I915_PARAM_HAS_BLT:
    case I915_PARAM_HAS_COHERENT_RINGS:
    case I915_PARAM_HAS_EXEC_CONSTANTS:
    case I915_PARAM_HAS_GEN7_SOL_RESET:
    case I915_PARAM_HAS_WAIT_TIMEOUT:
    case I915_PARAM_HAS_PRIME_VMAP_FLUSH:
    case I915_PARAM_HAS_EXEC_NO_RELOC:
    case I915_PARAM_HAS_EXEC_HANDLE_LUT:
    case I915_PARAM_HAS_COHERENT_PHYS_GTT:
    case I915_PARAM_HAS_EXEC_ASYNC:
    case I915_PARAM_HAS_EXEC_FENCE:
    case I915_PARAM_HAS_EXEC_CAPTURE:
    case I915_PARAM_HAS_EXEC_BATCH_FIRST:
    case I915_PARAM_HAS_EXEC_FENCE_ARRAY:
    case I915_PARAM_HAS_EXEC_SUBMIT_FENCE:
    case I915_PARAM_HAS_PINNED_BATCHES:
    case I915_PARAM_HAS_SECURE_BATCHES:
    case I915_PARAM_HAS_EXEC_TIMELINE_FENCES:
    case I915_PARAM_HAS_CONTEXT_ISOLATION:
    case I915_PARAM_HAS_USERPTR_PROBE:
        v = 1;
        break;
    case I915_PARAM_HAS_EXEC_SOFTPIN:
        v = chip.gen >= 80;
        break;
    case I915_PARAM_HAS_LLC:
        v = !chip.lmem && chip.pci != 0x5a84 && chip.pci != 0x3184;
        break;
    case I915_PARAM_HAS_VEBOX:
        v = chip.gen >= 75;
        break;
    case I915_PARAM_HAS_BSD2:
        v = chip.has_bsd2;
        break;
    case I915_PARAM_HAS_RESOURCE_STREAMER:
        v = 0;
        break;
    case I915_PARAM_HUC_STATUS: {
        const char *h = getenv("FAKEDRM_HUC");
        if (chip.gen < 90)
            return -ENODEV; /* there is no HuC to speak of */
        if (h && strcmp(h, "0") != 0)
            return -errno_of(h);
        v = h ? 0 : 1;
        break;
    }
    case I915_PARAM_HAS_ALIASING_PPGTT:
        v = chip.gen >= 80 ? 3 : 1;
        break;
    case I915_PARAM_NUM_FENCES_AVAIL:
        v = 32;
        break;
    case I915_PARAM_CMD_PARSER_VERSION:
        v = 10;
        break;
    case I915_PARAM_MMAP_VERSION:
        v = 1;
        break;
    case I915_PARAM_MMAP_GTT_VERSION:
        v = 4;
        break;
    case I915_PARAM_SUBSLICE_TOTAL:
        v = chip.slices * chip.subslices;
        break;
    case I915_PARAM_EU_TOTAL:
        v = chip.slices * chip.subslices * chip.eus;
        break;
    case I915_PARAM_MIN_EU_IN_POOL:
        v = 0;
        break;
    case I915_PARAM_HAS_POOLED_EU:
        v = 0;
        break;
    case I915_PARAM_HAS_GPU_RESET:
        v = 2;
        break;
    case I915_PARAM_HAS_SCHEDULER:
        v = 0x1f;
        break;
    case I915_PARAM_SLICE_MASK:
        v = (1 << chip.slices) - 1;
        break;
    case I915_PARAM_SUBSLICE_MASK:
        v = (1 << chip.subslices) - 1;
        break;
    case I915_PARAM_CS_TIMESTAMP_FREQUENCY:
        v = chip.gen >= 110 ? 19200000 : 12000000;
        break;
    case I915_PARAM_MMAP_GTT_COHERENT:
        v = 1;
        break;
    case I915_PARAM_PERF_REVISION:
        v = 5;
        break;
    default:
        LOG("  i915 getparam %d: EINVAL\n", gp->param);
        return -EINVAL;
    }
    LOG("  i915 getparam %d = %d\n", gp->param, v);
    *gp->value = v;
    return 0;
}
static int32_t q_topology(void *data, int32_t len)
{
    uint16_t so = (uint16_t)((chip.slices + 7) / 8), ss = (uint16_t)((chip.subslices + 7) / 8),
             es = (uint16_t)((chip.eus + 7) / 8);
    size_t need = sizeof(struct drm_i915_query_topology_info) +
                  (size_t)(so + chip.slices * ss + chip.slices * chip.subslices * es);
    if (!len)
        return (int32_t)need;
    if ((size_t)len < need)
        return -EINVAL;
    struct drm_i915_query_topology_info *t = data;
    memset(t, 0, need);
    t->max_slices = chip.slices;
    t->max_subslices = chip.subslices;
    t->max_eus_per_subslice = chip.eus;
    t->subslice_offset = so;
    t->subslice_stride = ss;
    t->eu_offset = (uint16_t)(so + chip.slices * ss);
    t->eu_stride = es;
    for (unsigned s = 0; s < chip.slices; s++) {
        t->data[s / 8] |= 1 << (s % 8);
        for (unsigned u = 0; u < chip.subslices; u++) {
            t->data[so + s * ss + u / 8] |= 1 << (u % 8);
            for (unsigned e = 0; e < chip.eus; e++)
                t->data[t->eu_offset + (s * chip.subslices + u) * es + e / 8] |= 1 << (e % 8);
        }
    }
    return (int32_t)need;
}
static int32_t q_engines(void *data, int32_t len)
{
    static const struct {
        uint16_t cls, n;
    } e[] = {{I915_ENGINE_CLASS_RENDER, 1},
             {I915_ENGINE_CLASS_COPY, 1},
             {I915_ENGINE_CLASS_VIDEO, 2},
             {I915_ENGINE_CLASS_VIDEO_ENHANCE, 1}};
    size_t n = 0;
    const char *engines = getenv("FAKEDRM_ENGINES");
    int video = engines ? atoi(engines) : chip.has_bsd2 ? 2 : 1;
    for (int i = 0; i < 4; i++)
        n += i == 2 ? (size_t)video : e[i].n;
    size_t need =
        sizeof(struct drm_i915_query_engine_info) + n * sizeof(struct drm_i915_engine_info);
    if (!len)
        return (int32_t)need;
    if ((size_t)len < need)
        return -EINVAL;
    struct drm_i915_query_engine_info *q = data;
    memset(q, 0, need);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < (i == 2 ? video : e[i].n); k++) {
            struct drm_i915_engine_info *x = &q->engines[q->num_engines++];
            x->engine.engine_class = e[i].cls;
            x->engine.engine_instance = (uint16_t)k;
            x->flags = 1;
            x->logical_instance = (uint16_t)k;
            if (i == 2)
                x->capabilities = I915_VIDEO_CLASS_CAPABILITY_HEVC |
                                  (k == 0 ? I915_VIDEO_AND_ENHANCE_CLASS_CAPABILITY_SFC : 0);
            if (i == 3)
                x->capabilities = I915_VIDEO_AND_ENHANCE_CLASS_CAPABILITY_SFC;
        }
    return (int32_t)need;
}
static int32_t q_regions(void *data, int32_t len)
{
    uint16_t n = chip.lmem ? 2 : 1;
    size_t need = sizeof(struct drm_i915_query_memory_regions) +
                  n * sizeof(struct drm_i915_memory_region_info);
    if (!len)
        return (int32_t)need;
    if ((size_t)len < need)
        return -EINVAL;
    struct drm_i915_query_memory_regions *q = data;
    memset(q, 0, need);
    q->num_regions = n;
    for (uint16_t i = 0; i < n; i++) {
        q->regions[i].region.memory_class = i;
        q->regions[i].probed_size = 8ull << 30;
        q->regions[i].unallocated_size = 8ull << 30;
    }
    return (int32_t)need;
}
int i915_query(struct drm_i915_query *q)
{
    struct drm_i915_query_item *it = (void *)(uintptr_t)q->items_ptr;
    for (uint32_t i = 0; i < q->num_items; i++, it++) {
        void *d = (void *)(uintptr_t)it->data_ptr;
        int32_t in = it->length;
        switch (it->query_id) {
        case DRM_I915_QUERY_TOPOLOGY_INFO:
            it->length = q_topology(d, in);
            break;
        case DRM_I915_QUERY_ENGINE_INFO:
            it->length = q_engines(d, in);
            break;
        case DRM_I915_QUERY_MEMORY_REGIONS:
            it->length = q_regions(d, in);
            break;
        case 6: /* GEOMETRY_SUBSLICES */
            it->length = q_topology(d, in);
            break;
        default:
            it->length = -EINVAL;
        }
        LOG("  i915 query %llu len %d -> %d\n", (unsigned long long)it->query_id, in, it->length);
    }
    return 0;
}

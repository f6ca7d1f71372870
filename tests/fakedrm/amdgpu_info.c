/* SPDX-License-Identifier: MIT */
/* What amdgpu says of the chip. */
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

#define OUT(x) memcpy(dst, &(x), sz < sizeof(x) ? sz : sizeof(x))
int amd_info(const struct drm_amdgpu_info *in)
{
    void *dst = (void *)(uintptr_t)in->return_pointer;
    size_t sz = in->return_size;
    uint64_t u64 = 0;
    uint32_t u32 = 0;
    memset(dst, 0, sz);
    switch (in->query) {
    case AMDGPU_INFO_ACCEL_WORKING:
        u32 = 1;
        OUT(u32);
        return 0;
    case AMDGPU_INFO_DEV_INFO: {
        struct drm_amdgpu_info_device d;
        memset(&d, 0, sizeof d);
        d.device_id = chip.pci;
        d.chip_rev = 0;
        d.external_rev = chip.extrev;
        d.pci_rev = 0xc1;
        d.family = chip.family;
        d.num_shader_engines = chip.slices;
        d.num_shader_arrays_per_engine = chip.subslices;
        d.gpu_counter_freq = 100000;
        d.max_engine_clock = 1500000;
        d.max_memory_clock = 1200000;
        d.cu_active_number = (uint32_t)(chip.slices * chip.subslices * chip.eus);
        d.cu_ao_mask = 0x3;
        for (unsigned s = 0; s < chip.slices && s < 4; s++)
            for (unsigned a = 0; a < chip.subslices && a < 4; a++)
                d.cu_bitmap[s][a] = (1u << chip.eus) - 1;
        d.num_rb_pipes = (uint32_t)(chip.family == 142 ? 2 : 4 * chip.slices * chip.subslices);
        d.enabled_rb_pipes_mask = (1u << d.num_rb_pipes) - 1;
        d.num_hw_gfx_contexts = 8;
        d.ids_flags = chip.family == 142 ? AMDGPU_IDS_FLAGS_FUSION : 0;
        d.virtual_address_offset = 0x200000;
        d.virtual_address_max = 0x800000000000ull;
        d.virtual_address_alignment = 4096;
        d.pte_fragment_size = 1 << 21;
        d.gart_page_size = 4096;
        d.ce_ram_size = 32768;
        d.vram_type = 9;
        d.vram_bit_width = 128;
        d.gc_double_offchip_lds_buf = 1;
        d.wave_front_size = chip.gfx_major >= 10 ? 32 : 64;
        d.num_shader_visible_vgprs = 256;
        d.num_cu_per_sh = chip.eus;
        d.num_tcc_blocks = chip.family == 142 ? 4 : 16;
        d.gs_vgt_table_depth = 32;
        d.gs_prim_buffer_depth = 1792;
        d.max_gs_waves_per_vgt = 32;
        d.high_va_offset = 0xffff800000000000ull;
        d.high_va_max = 0xffffffffffe00000ull;
        OUT(d);
        return 0;
    }
    case AMDGPU_INFO_HW_IP_INFO: {
        struct drm_amdgpu_info_hw_ip h;
        memset(&h, 0, sizeof h);
        h.ib_start_alignment = 32;
        h.ib_size_alignment = 32;
        switch (in->query_hw_ip.type) {
        case AMDGPU_HW_IP_GFX:
            h.hw_ip_version_major = chip.gfx_major;
            h.hw_ip_version_minor = chip.gfx_minor;
            h.available_rings = 1;
            break;
        case AMDGPU_HW_IP_COMPUTE:
            h.hw_ip_version_major = chip.gfx_major;
            h.hw_ip_version_minor = chip.gfx_minor;
            h.available_rings = 0xf;
            break;
        case AMDGPU_HW_IP_DMA:
            h.hw_ip_version_major = chip.gfx_major >= 10 ? 5 : 4;
            h.available_rings = 1;
            break;
        case AMDGPU_HW_IP_VCN_DEC:
            h.hw_ip_version_major = chip.vcn;
            h.available_rings = 1;
            h.ib_start_alignment = 256;
            break;
        case AMDGPU_HW_IP_VCN_ENC:
            h.hw_ip_version_major = chip.vcn;
            h.available_rings = 3;
            h.ib_start_alignment = 256;
            break;
        case AMDGPU_HW_IP_VCN_JPEG:
            h.hw_ip_version_major = chip.vcn;
            h.available_rings = 1;
            h.ib_start_alignment = 256;
            break;
        default:
            return 0;
        }
        if (in->query_hw_ip.type > AMDGPU_HW_IP_DMA && getenv("FAKEDRM_ENGINES"))
            h.available_rings = 0;
        OUT(h);
        return 0;
    }
    case AMDGPU_INFO_HW_IP_COUNT:
        u32 = in->query_hw_ip.type <= 2 || in->query_hw_ip.type >= 6;
        OUT(u32);
        return 0;
    case AMDGPU_INFO_FW_VERSION: {
        struct drm_amdgpu_info_firmware w = {.ver = 0x40, .feature = 50};
        if (in->query_fw.fw_type == 0xe /* VCN */) {
            w.ver = 0x0110901c;
            w.feature = 0;
        }
        OUT(w);
        return 0;
    }
    case AMDGPU_INFO_READ_MMR_REG:
        for (uint32_t i = 0; i < in->read_mmr_reg.count && ((size_t)i + 1) * 4 <= sz; i++)
            ((uint32_t *)dst)[i] = in->read_mmr_reg.dword_offset + i == 0x263e ? chip.gb_addr : 0;
        return 0;
    case AMDGPU_INFO_MEMORY: {
        struct drm_amdgpu_memory_info m;
        memset(&m, 0, sizeof m);
        struct drm_amdgpu_heap_info *h[3] = {&m.vram, &m.cpu_accessible_vram, &m.gtt};
        for (int i = 0; i < 3; i++) {
            h[i]->total_heap_size = h[i]->usable_heap_size = 4ull << 30;
            h[i]->max_allocation = 3ull << 30;
        }
        OUT(m);
        return 0;
    }
    case AMDGPU_INFO_VRAM_GTT: {
        struct drm_amdgpu_info_vram_gtt g = {4ull << 30, 4ull << 30, 4ull << 30};
        OUT(g);
        return 0;
    }
#ifdef AMDGPU_INFO_VIDEO_CAPS
    case AMDGPU_INFO_VIDEO_CAPS: {
        struct drm_amdgpu_info_video_caps v;
        memset(&v, 0, sizeof v);
        int enc = in->video_cap.type == AMDGPU_INFO_VIDEO_CAPS_ENCODE;
        for (int i = 0; i < AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_COUNT; i++) {
            if (enc && i != AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_MPEG4_AVC &&
                i != AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_HEVC)
                continue;
            if (i == AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_AV1 && chip.vcn < 3)
                continue;
            v.codec_info[i].valid = 1;
            /* Each codec has limits of its own: a reader of the wrong one shows. */
            v.codec_info[i].max_width = i == AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_HEVC ? 7680 : 4096;
            v.codec_info[i].max_height = i == AMDGPU_INFO_VIDEO_CAPS_CODEC_IDX_HEVC ? 4352
                                         : enc                                      ? 2304
                                                                                    : 4096;
            v.codec_info[i].max_pixels_per_frame = 4096 * 4096;
            v.codec_info[i].max_level = i == 3 ? 52 : i == 4 ? 186 : 3;
        }
        OUT(v);
        return 0;
    }
#endif
    case AMDGPU_INFO_GDS_CONFIG:
    case AMDGPU_INFO_NUM_EVICTIONS:
    case AMDGPU_INFO_VBIOS:
    case AMDGPU_INFO_NUM_HANDLES:
    case AMDGPU_INFO_VRAM_USAGE:
    case AMDGPU_INFO_GTT_USAGE:
    case AMDGPU_INFO_VIS_VRAM_USAGE:
    case AMDGPU_INFO_NUM_BYTES_MOVED:
    case AMDGPU_INFO_SENSOR:
    case AMDGPU_INFO_VRAM_LOST_COUNTER:
    case AMDGPU_INFO_RAS_ENABLED_FEATURES:
        return 0;
    case AMDGPU_INFO_TIMESTAMP: {
        struct timespec ts;
        clock_gettime(CLOCK_MONOTONIC, &ts);
        u64 = (uint64_t)ts.tv_sec * 100000000 + (uint64_t)ts.tv_nsec / 10;
        OUT(u64);
        return 0;
    }
    }
    LOG("  amdgpu info 0x%x: EINVAL\n", in->query);
    return -EINVAL;
}

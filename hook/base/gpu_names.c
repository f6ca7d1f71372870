/* SPDX-License-Identifier: MIT */
#include "base/gpu_names.h"

#include <stddef.h>

#define INTEL 0x8086
#define AMD   0x1002

/*
 * Ranges that hold GPUs of one generation only. Public knowledge, as in the PCI id database and in
 * the kernel's include/drm/intel/pciids.h and drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c. Where ranges
 * overlap the first row counts.
 */
static const struct gpu_row {
    uint16_t vendor;
    uint16_t first, last;
    const char *name;
} ROWS[] = {
    {INTEL, 0x0102, 0x0126, "Sandy Bridge (Gen6)"},
    {INTEL, 0x0155, 0x0155, "Bay Trail (Gen7)"},
    {INTEL, 0x0157, 0x0157, "Bay Trail (Gen7)"},
    {INTEL, 0x0152, 0x016a, "Ivy Bridge (Gen7)"},
    {INTEL, 0x0f30, 0x0f33, "Bay Trail (Gen7)"},
    {INTEL, 0x0402, 0x042e, "Haswell (Gen7.5)"},
    {INTEL, 0x0a02, 0x0a2e, "Haswell (Gen7.5)"},
    {INTEL, 0x0c02, 0x0c2e, "Haswell (Gen7.5)"},
    {INTEL, 0x0d02, 0x0d2e, "Haswell (Gen7.5)"},
    {INTEL, 0x1602, 0x163e, "Broadwell (Gen8)"},
    {INTEL, 0x22b0, 0x22b3, "Cherry Trail (Gen8)"},
    {INTEL, 0x1902, 0x193d, "Skylake (Gen9)"},
    {INTEL, 0x0a84, 0x0a84, "Apollo Lake (Gen9)"},
    {INTEL, 0x1a84, 0x1a85, "Apollo Lake (Gen9)"},
    {INTEL, 0x5a84, 0x5a85, "Apollo Lake (Gen9)"},
    {INTEL, 0x591c, 0x591c, "Amber Lake (Gen9.5)"},
    {INTEL, 0x87c0, 0x87ca, "Amber Lake (Gen9.5)"},
    {INTEL, 0x5902, 0x593b, "Kaby Lake (Gen9.5)"},
    {INTEL, 0x3184, 0x3185, "Gemini Lake (Gen9.5)"},
    {INTEL, 0x3e90, 0x3e9f, "Coffee Lake (Gen9.5)"},
    {INTEL, 0x3ea5, 0x3ea9, "Coffee Lake (Gen9.5)"},
    {INTEL, 0x3ea0, 0x3ea4, "Whiskey Lake (Gen9.5)"},
    {INTEL, 0x9b21, 0x9bf6, "Comet Lake (Gen9.5)"},
    {INTEL, 0x5a40, 0x5a5c, "Cannon Lake (Gen10)"},
    {INTEL, 0x8a50, 0x8a71, "Ice Lake (Gen11)"},
    {INTEL, 0x4541, 0x4571, "Elkhart Lake (Gen11)"},
    {INTEL, 0x4e51, 0x4e71, "Jasper Lake (Gen11)"},
    {INTEL, 0x9a40, 0x9af8, "Tiger Lake (Gen12)"},
    {INTEL, 0x4c80, 0x4c9a, "Rocket Lake (Gen12)"},
    {INTEL, 0x4905, 0x4909, "DG1 (Gen12)"},
    {INTEL, 0x4680, 0x4693, "Alder Lake-S (Gen12)"},
    {INTEL, 0x4626, 0x462a, "Alder Lake-P (Gen12)"},
    {INTEL, 0x46a0, 0x46c3, "Alder Lake-P (Gen12)"},
    {INTEL, 0x46d0, 0x46d4, "Alder Lake-N (Gen12)"},
    {INTEL, 0xa780, 0xa78b, "Raptor Lake-S (Gen12)"},
    {INTEL, 0xa720, 0xa721, "Raptor Lake-P (Gen12)"},
    {INTEL, 0xa7a0, 0xa7ad, "Raptor Lake-P (Gen12)"},
    {INTEL, 0x4f80, 0x4f88, "Arc Alchemist (Xe-HPG)"},
    {INTEL, 0x5690, 0x56c2, "Arc Alchemist (Xe-HPG)"},
    {INTEL, 0x7d41, 0x7d41, "Arrow Lake (Xe-LPG)"},
    {INTEL, 0x7d51, 0x7d51, "Arrow Lake (Xe-LPG)"},
    {INTEL, 0x7d67, 0x7d67, "Arrow Lake (Xe-LPG)"},
    {INTEL, 0x7dd1, 0x7dd1, "Arrow Lake (Xe-LPG)"},
    {INTEL, 0x7d40, 0x7dd5, "Meteor Lake (Xe-LPG)"},
    {INTEL, 0xb640, 0xb640, "Arrow Lake (Xe-LPG)"},
    {INTEL, 0x6420, 0x6420, "Lunar Lake (Xe2)"},
    {INTEL, 0x64a0, 0x64b0, "Lunar Lake (Xe2)"},
    {INTEL, 0xe202, 0xe223, "Arc Battlemage (Xe2)"},
    {INTEL, 0xb080, 0xb0b0, "Panther Lake (Xe3)"},

    {AMD, 0x6780, 0x679f, "Tahiti (GCN 1)"},
    {AMD, 0x6800, 0x6819, "Pitcairn (GCN 1)"},
    {AMD, 0x6820, 0x683f, "Cape Verde (GCN 1)"},
    {AMD, 0x6600, 0x6631, "Oland (GCN 1)"},
    {AMD, 0x6640, 0x665f, "Bonaire (GCN 2)"},
    {AMD, 0x67a0, 0x67be, "Hawaii (GCN 2)"},
    {AMD, 0x1304, 0x131d, "Kaveri (GCN 2)"},
    {AMD, 0x9830, 0x983d, "Kabini (GCN 2)"},
    {AMD, 0x9850, 0x985f, "Mullins (GCN 2)"},
    {AMD, 0x6900, 0x6907, "Topaz (GCN 3)"},
    {AMD, 0x6920, 0x6939, "Tonga (GCN 3)"},
    {AMD, 0x7300, 0x730f, "Fiji (GCN 3)"},
    {AMD, 0x9870, 0x9877, "Carrizo (GCN 3)"},
    {AMD, 0x98e4, 0x98e4, "Stoney (GCN 3)"},
    {AMD, 0x67c0, 0x67df, "Polaris 10 (GCN 4)"},
    {AMD, 0x67e0, 0x67ff, "Polaris 11 (GCN 4)"},
    {AMD, 0x6980, 0x699f, "Polaris 12 (GCN 4)"},
    {AMD, 0x6860, 0x687f, "Vega 10 (GCN 5)"},
    {AMD, 0x69a0, 0x69af, "Vega 12 (GCN 5)"},
    {AMD, 0x66a0, 0x66af, "Vega 20 (GCN 5)"},
    {AMD, 0x15dd, 0x15dd, "Raven (GCN 5)"},
    {AMD, 0x15d8, 0x15d8, "Picasso (GCN 5)"},
    {AMD, 0x1636, 0x1636, "Renoir (GCN 5)"},
    {AMD, 0x1638, 0x1638, "Cezanne (GCN 5)"},
    {AMD, 0x164c, 0x164c, "Lucienne (GCN 5)"},
    {AMD, 0x15e7, 0x15e7, "Barcelo (GCN 5)"},
    {AMD, 0x7310, 0x731f, "Navi 10 (RDNA 1)"},
    {AMD, 0x7340, 0x734f, "Navi 14 (RDNA 1)"},
    {AMD, 0x7360, 0x7362, "Navi 12 (RDNA 1)"},
    {AMD, 0x73a0, 0x73bf, "Navi 21 (RDNA 2)"},
    {AMD, 0x73c0, 0x73df, "Navi 22 (RDNA 2)"},
    {AMD, 0x73e0, 0x73ff, "Navi 23 (RDNA 2)"},
    {AMD, 0x7420, 0x743f, "Navi 24 (RDNA 2)"},
    {AMD, 0x163f, 0x163f, "Van Gogh (RDNA 2)"},
    {AMD, 0x1435, 0x1435, "Van Gogh (RDNA 2)"},
    {AMD, 0x164d, 0x164d, "Rembrandt (RDNA 2)"},
    {AMD, 0x1681, 0x1681, "Rembrandt (RDNA 2)"},
    {AMD, 0x164e, 0x164e, "Raphael (RDNA 2)"},
    {AMD, 0x13c0, 0x13c0, "Granite Ridge (RDNA 2)"},
    {AMD, 0x1506, 0x1506, "Mendocino (RDNA 2)"},
    {AMD, 0x7448, 0x745e, "Navi 31 (RDNA 3)"},
    {AMD, 0x7460, 0x747f, "Navi 32 (RDNA 3)"},
    {AMD, 0x7480, 0x749f, "Navi 33 (RDNA 3)"},
    {AMD, 0x15bf, 0x15bf, "Phoenix (RDNA 3)"},
    {AMD, 0x15c8, 0x15c8, "Phoenix 2 (RDNA 3)"},
    {AMD, 0x1900, 0x1901, "Hawk Point (RDNA 3)"},
    {AMD, 0x150e, 0x150e, "Strix Point (RDNA 3.5)"},
    {AMD, 0x1586, 0x1586, "Strix Halo (RDNA 3.5)"},
    {AMD, 0x1114, 0x1114, "Krackan (RDNA 3.5)"},
    {AMD, 0x7550, 0x7551, "Navi 48 (RDNA 4)"},
    {AMD, 0x7590, 0x7590, "Navi 44 (RDNA 4)"},
};

const char *gpu_name(uint32_t vendor_id, uint32_t device_id)
{
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct gpu_row *row = &ROWS[i];
        if (row->vendor == vendor_id && device_id >= row->first && device_id <= row->last)
            return row->name;
    }
    return NULL;
}

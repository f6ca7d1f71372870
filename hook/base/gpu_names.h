/* SPDX-License-Identifier: MIT */
/* GPUs by their PCI ids, in the words people use for them. */
#ifndef BASE_GPU_NAMES_H
#define BASE_GPU_NAMES_H

#include <stdint.h>

/* "Kaby Lake (Gen9.5)", "Navi 21 (RDNA 2)"; NULL when the id is not known. */
const char *gpu_name(uint32_t vendor_id, uint32_t device_id);

#endif

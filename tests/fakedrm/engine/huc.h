/* SPDX-License-Identifier: MIT */
/*
 * Intel's HuC: a small processor beside the video engine, whose firmware controls the bit rate.
 * Here nothing controls it; what the firmware hands to the engine, it hands over as the driver
 * wrote it.
 */
#ifndef FAKEDRM_HUC_H
#define FAKEDRM_HUC_H

#include <stdint.h>

#define HUC_REGIONS 16u

struct streamer;

struct huc {
    uint32_t program; /* HUC_IMEM_STATE: which of the firmware's programs */
    uint64_t regions[HUC_REGIONS];
};

/* One command of `length` words, its header first. */
void huc_command(struct streamer *streamer, const uint32_t *words, unsigned length);

#endif

/* SPDX-License-Identifier: MIT */
/* JPEG, as Intel's video engine encodes it: the commands of MFX that are not H.264's. */
#ifndef FAKEDRM_MFX_JPEG_H
#define FAKEDRM_MFX_JPEG_H

#include "engine/jpeg.h"

struct streamer;

struct mfx_jpeg {
    uint32_t picture[3], object[3]; /* MFX_JPEG_PIC_STATE, MFC_JPEG_SCAN_OBJECT */
    struct jpeg_scan scan;
};

/* A command whose number begins with 77, or FQM_STATE. */
void mfx_jpeg_command(struct streamer *streamer, const uint32_t *words, unsigned length);

/* The last header was inserted: the scan follows. */
void mfx_jpeg_encode(struct streamer *streamer);

#endif

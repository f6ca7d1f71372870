/* SPDX-License-Identifier: MIT */
/*
 * Writes the headers that an encoder is handed as packed headers: Annex B start code, NAL unit
 * header, emulation prevention. No allocation, no state.
 */
#ifndef VERIFY_H264_WRITE_H
#define VERIFY_H264_WRITE_H

#include "h264/h264.h"

#include <stddef.h>

#define H264_HEADER_MAX 256

/* One or several NAL units one behind the other. */
struct h264_header {
    uint8_t data[H264_HEADER_MAX];
    size_t bits; /* a slice header ends in the midst of a byte */
    bool cut;    /* something did not fit: not to be used */
};

void h264_write_sps(struct h264_header *header, const struct h264_sps *sps);
void h264_write_pps(struct h264_header *header, const struct h264_pps *pps);

/* Up to slice_data(), which the encoder puts behind it. */
void h264_write_slice_header(struct h264_header *header, const struct h264_slice *slice,
                             const struct h264_sps *sps, const struct h264_pps *pps);

/* Appends `size` payload bytes as a NAL unit. Returns false when they do not fit into `to`. */
bool h264_write_nal(uint8_t *to, size_t room, size_t *used, uint8_t header, const uint8_t *payload,
                    size_t size);

#endif

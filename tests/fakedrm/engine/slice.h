/* SPDX-License-Identifier: MIT */
/* Slice headers of H.264 (clause 7.3.3), for engines that find them in the stream themselves. */
#ifndef FAKEDRM_SLICE_H
#define FAKEDRM_SLICE_H

#include "engine/avc.h"

/* What the parameter sets say of them. Frames only, and no weighted prediction. */
struct slice_rules {
    uint32_t width, height; /* macroblocks */
    unsigned frame_num_bits, order_type, order_bits;
    bool order_is_zero, has_bottom_order, has_redundant, has_cabac, has_deblocking;
    int qp;
};

/* From behind the NAL unit's header; leaves `in` at the slice's data. `ret->end` is the picture's.
 */
bool slice_read(struct nal_reader *in, uint8_t nal_header, const struct slice_rules *rules,
                struct avc_slice *ret);

#endif

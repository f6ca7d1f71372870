/* SPDX-License-Identifier: MIT */
/*
 * Rate control modes: their names, VA-API's bits for them, and the parameter buffers they want.
 * Pure: makes no libva call.
 */
#ifndef VERIFY_RATE_CONTROL_H
#define VERIFY_RATE_CONTROL_H

#include "facts/va.h"

#include "base/text.h"

#include <va/va.h>

struct rate_mode {
    const char *name; /* "vbr" */
    uint32_t bit;     /* VA_RC_VBR */
    bool has_bit_rate;
    bool has_quality; /* the quantiser asked for serves as the quality to keep */
};

/* Never NULL. */
const struct rate_mode *rate_mode(enum va_rate_choice choice);

/* The mode of this name, or false. */
bool rate_mode_find(const char *name, enum va_rate_choice *ret);

/* Whether a driver that answered this mask (0: none at all) takes the mode. */
bool rate_mode_is_offered(uint32_t mask, enum va_rate_choice choice);

/* "cqp, cbr, vbr" for a mask of VA_RC_*; bits without a name as one number. */
void rate_modes_add(uint32_t mask, const char *separator, struct text *out);

/* Pictures a second, in every stream. */
#define FRAME_RATE 30

/* Bits a second for pictures of this size. */
uint32_t rate_bits_per_second(uint32_t width, uint32_t height);

/* What goes into the misc parameter buffers of each IDR picture; unused in CQP. */
struct rate_parameters {
    VAEncMiscParameterRateControl rate;
    VAEncMiscParameterHRD hrd;
    VAEncMiscParameterFrameRate frame_rate;
};

void rate_parameters_fill(const struct va_request *request, struct rate_parameters *ret);

#endif

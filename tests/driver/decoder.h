/* SPDX-License-Identifier: MIT */
/* One decoding context: pictures of our own making back to pixels. */
#ifndef TEST_DRIVER_DECODER_H
#define TEST_DRIVER_DECODER_H

#include "driver.h"

struct decoder *decoder_new(void);
void decoder_free(struct decoder *decoder);
void decoder_begin(struct decoder *decoder);

/* Decodes slice data as it comes in; the target is written to even when the picture fails. */
VAStatus decoder_render(struct driver *drv, struct decoder *decoder, struct pixels *target,
                        const struct buffer *buffer);

/* VA_STATUS_ERROR_DECODING_ERROR unless every macroblock of the picture came, once. */
VAStatus decoder_end(struct driver *drv, struct decoder *decoder, struct pixels *target);

/* As hardware that still works on it: whoever does not wait sees what was there before. */
VAStatus picture_hide(struct pixels *target);

#endif

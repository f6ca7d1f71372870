/* SPDX-License-Identifier: MIT */
/* Scaling of NV12, by the four nearest pixels; of VAProcPipelineParameterBuffer only what ffmpeg's
 * scale_vaapi sets. */
#ifndef TEST_DRIVER_VIDEOPROC_H
#define TEST_DRIVER_VIDEOPROC_H

#include "driver.h"

VAStatus videoproc_render(struct driver *drv, struct context *context, struct pixels *target,
                          const struct buffer *buffer);

/* VA_STATUS_ERROR_OPERATION_FAILED when nothing was rendered since it was begun. */
VAStatus videoproc_end(struct driver *drv, struct context *context);

#endif

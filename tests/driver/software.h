/* SPDX-License-Identifier: MIT */
/*
 * A decoding context of another codec than H.264, or of H.264 with CABAC: the stream is written
 * anew out of what libva brought (hevc.h, h264_stream.h), and ffmpeg, run as a program, decodes it.
 * Each picture decodes all of the stream so far: for clips of a few pictures.
 */
#ifndef TEST_DRIVER_SOFTWARE_H
#define TEST_DRIVER_SOFTWARE_H

#include "driver.h"

struct software;

/* Whether it is a profile that nothing else here decodes. */
bool software_has(VAProfile profile);
struct software *software_new(VAProfile profile);
void software_free(struct software *software);
void software_begin(struct software *software);
VAStatus software_render(struct driver *drv, struct software *software,
                         const struct buffer *buffer);
VAStatus software_end(struct driver *drv, struct software *software, struct pixels *target);

#endif

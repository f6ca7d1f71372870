/* SPDX-License-Identifier: MIT */
/* ffmpeg, run as a program, decodes a stream of HEVC or H.264. */
#ifndef TEST_DRIVER_FFMPEG_H
#define TEST_DRIVER_FFMPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * `format` is ffmpeg's name for it, hevc or h264. All of its pictures in the order of showing, NV12
 * or P010, at most `room` bytes; free() them. NULL when ffmpeg is not there or not content.
 */
uint8_t *ffmpeg_decode(const char *format, const uint8_t *stream, size_t size, bool is_main10,
                       size_t room, size_t *ret_size);

#endif

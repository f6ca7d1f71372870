/* SPDX-License-Identifier: MIT */
/*
 * What a context of software.h is sent, written to the file named by TESTDRV_RECORD in the lines of
 * tests/clips/record.c; and bits of it turned round: TESTDRV_FLIP=BUFFER:OFFSET:BITS, the buffer
 * counted from 0. For a program that loads libva by itself, where nothing can be put before it.
 */
#ifndef TEST_DRIVER_TAPE_H
#define TEST_DRIVER_TAPE_H

#include "driver.h"

void tape_begin(const struct context *context, VASurfaceID target);
void tape_buffer(const struct context *context, struct buffer *buffer);
void tape_end(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How fast the engines are: FAKEDRM_RATE=N pictures a second, each of them, for all processes that
 * share FAKEDRM_ROOT. Without it a picture takes no time.
 */
#ifndef FAKEDRM_RATE_H
#define FAKEDRM_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_NEVER UINT64_MAX

uint64_t rate_now(void); /* nanoseconds of CLOCK_MONOTONIC */

/*
 * When the engine that is free first will have done so many pictures; it is taken until then.
 * `engines`: how many the chip has.
 */
uint64_t rate_take(unsigned engines, unsigned pictures);

#endif

/* SPDX-License-Identifier: MIT */
/* What an engine is over all submissions of a process. */
#ifndef FAKEDRM_STATE_H
#define FAKEDRM_STATE_H

#include <stdbool.h>

unsigned engine_next_picture(void); /* 1 is the first that is encoded */
unsigned engine_pictures(void);     /* so far */

/* Whether it stops at this picture: for good, or it is reset and loses the batch. */
bool engine_stops(unsigned picture);
bool engine_hangs(void);

#endif

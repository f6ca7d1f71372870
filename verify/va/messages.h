/* SPDX-License-Identifier: MIT */
/* What libva and the driver say while they load, as facts. */
#ifndef VERIFY_VA_MESSAGES_H
#define VERIFY_VA_MESSAGES_H

#include "facts/va.h"

#include <va/va.h>

/*
 * Has every info and error message of this display written into facts->driver from now on, and
 * none to stderr. Must come between vaGetDisplayDRM and vaInitialize; `facts` outlives the display.
 */
void messages_capture(VADisplay display, struct va_facts *facts);

/* One message into facts->driver: log, tried, tried_result, name. */
void messages_take(struct va_facts *facts, const char *message);

#endif

/* SPDX-License-Identifier: MIT */
/* What libva insists on being present in a vtable although this driver has no use for it. */
#ifndef TEST_DRIVER_REFUSED_H
#define TEST_DRIVER_REFUSED_H

#include <va/va_backend.h>

void refused_fill(struct VADriverVTable *vtable);

#endif

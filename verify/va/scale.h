/* SPDX-License-Identifier: MIT */
/* Whether the driver scales pictures, as players do on their way to the encoder. */
#ifndef VERIFY_VA_SCALE_H
#define VERIFY_VA_SCALE_H

#include "va/session.h"

/* The source, then what it is scaled to: 2:1 and 3:2. */
#define SCALER_SIZES 3

struct scaler {
    struct va_session *session;
    VAConfigID config;
    VAContextID contexts[SCALER_SIZES]; /* of the source none */
    VASurfaceID surfaces[SCALER_SIZES];
};

#define SCALER_NONE                                                                                \
    ((struct scaler){.config = VA_INVALID_ID,                                                      \
                     .contexts = {VA_INVALID_ID, VA_INVALID_ID, VA_INVALID_ID},                    \
                     .surfaces = {VA_INVALID_SURFACE, VA_INVALID_SURFACE, VA_INVALID_SURFACE}})

/*
 * Makes what a scaler needs, a config and a context of VideoProc. With request->scale it also
 * scales a soft picture to each size and compares it with what it has to be there; without, no
 * picture is scaled. Fills facts->scale. scaler_close has to follow either way; it takes
 * SCALER_NONE, too.
 */
void scaler_open(struct scaler *scaler, struct va_session *session,
                 const struct va_request *request);
void scaler_close(struct scaler *scaler);

#endif

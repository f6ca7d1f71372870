/* Whether the driver would scale pictures, as players do on their way to the encoder. */
#ifndef VERIFY_VA_SCALE_H
#define VERIFY_VA_SCALE_H

#include "va/session.h"

struct scaler {
    struct va_session *session;
    VAConfigID config;
    VAContextID context;
    VASurfaceID surface;
};

#define SCALER_NONE                                                                                \
    ((struct scaler){                                                                              \
        .config = VA_INVALID_ID, .context = VA_INVALID_ID, .surface = VA_INVALID_SURFACE})

/*
 * Makes what a scaler needs, a config and a context of VideoProc; no picture is scaled. Fills
 * facts->scale. scaler_close has to follow either way; it takes SCALER_NONE, too.
 */
void scaler_open(struct scaler *scaler, struct va_session *session,
                 const struct va_request *request);
void scaler_close(struct scaler *scaler);

#endif

#include "va/scale.h"

static bool create_context(struct scaler *scaler, const struct va_request *request)
{
    struct va_session *session = scaler->session;

    return VA_CALL(session, vaCreateSurfaces, session->display, VA_RT_FORMAT_YUV420, request->width,
                   request->height, &scaler->surface, 1, NULL, 0) &&
           VA_CALL(session, vaCreateContext, session->display, scaler->config, (int)request->width,
                   (int)request->height, VA_PROGRESSIVE, &scaler->surface, 1, &scaler->context);
}

/* The config is asked for, and not looked up in the table: what ffmpeg does, and what fails. */
void scaler_open(struct scaler *scaler, struct va_session *session,
                 const struct va_request *request)
{
    struct va_facts *facts = session->facts;

    *scaler = SCALER_NONE;
    scaler->session = session;
    facts->progress.step = VA_STEP_SCALE;
    session->failure = &facts->scale.failure;
    facts->scale.offered = VA_CALL(session, vaCreateConfig, session->display, VAProfileNone,
                                   VAEntrypointVideoProc, NULL, 0, &scaler->config);
    facts->scale.done = facts->scale.offered && create_context(scaler, request);
}

void scaler_close(struct scaler *scaler)
{
    struct va_session *session = scaler->session;

    if (scaler->context != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyContext, session->display, scaler->context);
    if (scaler->surface != VA_INVALID_SURFACE)
        (void)VA_TRY(session, vaDestroySurfaces, session->display, &scaler->surface, 1);
    if (scaler->config != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyConfig, session->display, scaler->config);
}

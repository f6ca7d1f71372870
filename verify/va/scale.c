/* SPDX-License-Identifier: MIT */
#include "va/scale.h"

#include "picture/psnr.h"
#include "picture/smooth.h"
#include "va/image.h"

#include <va/va_vpp.h>

/* 2:1 and 3:2 of the first, all of them whole macroblocks, so that nothing is cropped. */
static const struct {
    uint32_t width, height;
} SIZES[SCALER_SIZES] = {{672, 480}, {336, 240}, {448, 320}};

static bool create_surface(struct scaler *scaler, int size)
{
    struct va_session *session = scaler->session;

    return VA_CALL(session, vaCreateSurfaces, session->display, VA_RT_FORMAT_YUV420,
                   SIZES[size].width, SIZES[size].height, &scaler->surfaces[size], 1, NULL, 0);
}

static bool create_context(struct scaler *scaler, int size)
{
    struct va_session *session = scaler->session;

    return create_surface(scaler, size) &&
           VA_CALL(session, vaCreateContext, session->display, scaler->config,
                   (int)SIZES[size].width, (int)SIZES[size].height, VA_PROGRESSIVE,
                   &scaler->surfaces[size], 1, &scaler->contexts[size]);
}

static bool draw_source(struct scaler *scaler)
{
    struct va_session *session = scaler->session;
    struct transfer upload;
    bool ok;

    if (!create_surface(scaler, 0))
        return false;
    ok = transfer_open_upload(session, &upload, scaler->surfaces[0], SIZES[0].width,
                              SIZES[0].height) &&
         transfer_draw_smooth(session, &upload, scaler->surfaces[0]);
    transfer_close(session, &upload);
    return ok;
}

/* What ffmpeg's scale_vaapi asks for: all of one picture into all of the other, by the usual
 * filter. */
static bool scale(struct scaler *scaler, int size)
{
    struct va_session *session = scaler->session;
    VAContextID context = scaler->contexts[size];
    const VARectangle from = {.width = (uint16_t)SIZES[0].width,
                              .height = (uint16_t)SIZES[0].height};
    const VARectangle to = {.width = (uint16_t)SIZES[size].width,
                            .height = (uint16_t)SIZES[size].height};
    VAProcPipelineParameterBuffer parameters = {
        .surface = scaler->surfaces[0],
        .surface_region = &from,
        .output_region = &to,
        .output_background_color = 0xff000000,
        .filter_flags = VA_FILTER_SCALING_DEFAULT,
    };
    VABufferID buffer;
    bool ok;

    if (!VA_CALL(session, vaCreateBuffer, session->display, context,
                 VAProcPipelineParameterBufferType, sizeof(parameters), 1, &parameters, &buffer))
        return false;
    ok = VA_CALL(session, vaBeginPicture, session->display, context, scaler->surfaces[size]) &&
         VA_CALL(session, vaRenderPicture, session->display, context, &buffer, 1) &&
         VA_CALL(session, vaEndPicture, session->display, context) &&
         VA_CALL(session, vaSyncSurface, session->display, scaler->surfaces[size]);
    (void)VA_TRY(session, vaDestroyBuffer, session->display, buffer);
    return ok;
}

static void look_compare(void *context, const struct nv12 *picture)
{
    smooth_compare(picture, context);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static bool compare(struct scaler *scaler, int size)
{
    struct va_session *session = scaler->session;
    struct va_facts *facts = session->facts;
    struct transfer download;
    struct smooth_error error = {0};
    bool ok = transfer_open_download(session, &download, scaler->surfaces[size], SIZES[size].width,
                                     SIZES[size].height) &&
              transfer_read(session, &download, scaler->surfaces[size], look_compare, &error);

    transfer_close(session, &download);
    if (!ok)
        return false;
    facts->scale.psnr_y = least(facts->scale.psnr_y, error.psnr_y);
    facts->scale.psnr_uv = least(facts->scale.psnr_uv, error.psnr_uv);
    facts->scale.psnr_block = least(facts->scale.psnr_block, error.psnr_block);
    facts->scale.pictures++;
    return true;
}

static bool scale_all(struct scaler *scaler)
{
    struct va_facts *facts = scaler->session->facts;
    bool ok = draw_source(scaler);

    facts->scale.psnr_y = facts->scale.psnr_uv = facts->scale.psnr_block = PSNR_IDENTICAL;
    for (int size = 1; ok && size < SCALER_SIZES; size++) {
        facts->scale.width = SIZES[size].width;
        facts->scale.height = SIZES[size].height;
        ok = (scaler->contexts[size] != VA_INVALID_ID || create_context(scaler, size)) &&
             scale(scaler, size) && compare(scaler, size);
    }
    return ok;
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
    facts->scale.done =
        facts->scale.offered && create_context(scaler, 1) && (!request->scale || scale_all(scaler));
}

void scaler_close(struct scaler *scaler)
{
    struct va_session *session = scaler->session;

    for (int size = 0; size < SCALER_SIZES; size++) {
        if (scaler->contexts[size] != VA_INVALID_ID)
            (void)VA_TRY(session, vaDestroyContext, session->display, scaler->contexts[size]);
        if (scaler->surfaces[size] != VA_INVALID_SURFACE)
            (void)VA_TRY(session, vaDestroySurfaces, session->display, &scaler->surfaces[size], 1);
    }
    if (scaler->config != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyConfig, session->display, scaler->config);
}

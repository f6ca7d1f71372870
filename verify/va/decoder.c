/* SPDX-License-Identifier: MIT */
#include "va/decoder.h"

#include "va/table.h"

#include <stdio.h>
#include <string.h>

static bool create_surfaces(struct decoder *decoder, uint32_t width, uint32_t height, int count)
{
    struct va_session *session = decoder->session;

    if (!VA_CALL(session, vaCreateSurfaces, session->display, VA_RT_FORMAT_YUV420, width, height,
                 decoder->surfaces, (unsigned)count, NULL, 0))
        return false;
    decoder->surface_count = count;
    return true;
}

/* The first picture says how large the surfaces have to be, and how many. */
static bool create_all(struct decoder *decoder, const struct h264_sps *sps)
{
    struct va_session *session = decoder->session;
    VAConfigAttrib format = {.type = VAConfigAttribRTFormat, .value = VA_RT_FORMAT_YUV420};

    if (compare_open(&decoder->comparison, decoder->comparison.pattern, session->facts) < 0)
        return session_fail(session, "vaCreateConfig", VA_STATUS_ERROR_ALLOCATION_FAILED,
                            "out of memory");
    return VA_CALL(session, vaCreateConfig, session->display, (VAProfile)decoder->row->profile,
                   VAEntrypointVLD, &format, 1, &decoder->config) &&
           create_surfaces(decoder, sps->width_mbs * 16, sps->height_mbs * 16,
                           sps->max_num_ref_frames + 1) &&
           VA_CALL(session, vaCreateContext, session->display, decoder->config,
                   (int)sps->width_mbs * 16, (int)sps->height_mbs * 16, VA_PROGRESSIVE,
                   decoder->surfaces, decoder->surface_count, &decoder->context);
}

bool decoder_open(struct decoder *decoder, struct va_session *session, const struct va_row *row,
                  const struct pattern *pattern)
{
    struct va_facts *facts = session->facts;

    *decoder = (struct decoder){
        .session = session,
        .row = table_find_decoder(facts, row),
        .comparison.pattern = pattern,
        .config = VA_INVALID_ID,
        .context = VA_INVALID_ID,
    };
    facts->decode.supported = decoder->row != NULL;
    if (!decoder->row)
        (void)snprintf(facts->decode.why, sizeof(facts->decode.why),
                       "the driver has no decoder for %s", row->profile_name);
    return facts->decode.supported;
}

void decoder_close(struct decoder *decoder)
{
    struct va_session *session = decoder->session;

    if (decoder->has_download)
        transfer_close(session, &decoder->download);
    if (decoder->context != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyContext, session->display, decoder->context);
    if (decoder->surface_count)
        (void)VA_TRY(session, vaDestroySurfaces, session->display, decoder->surfaces,
                     decoder->surface_count);
    if (decoder->config != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyConfig, session->display, decoder->config);
    compare_close(&decoder->comparison);
}

static bool add_buffer(struct decoder *decoder, VABufferType type, const void *data, size_t size)
{
    struct va_session *session = decoder->session;

    /* libva copies the data; its parameter only lacks the const. */
    if (!VA_CALL(session, vaCreateBuffer, session->display, decoder->context, type, (unsigned)size,
                 1, (void *)data, &decoder->buffers[decoder->buffer_count]))
        return false;
    decoder->buffer_count++;
    return true;
}

static bool add_buffers(struct decoder *decoder, const struct h264_picture *picture,
                        const uint8_t *data, VASurfaceID surface)
{
    VAPictureParameterBufferH264 parameter;
    VAIQMatrixBufferH264 matrix;
    VASliceParameterBufferH264 slice;

    decode_fill_picture(picture, &decoder->references, surface, &parameter);
    decode_fill_matrix(&matrix);
    if (!add_buffer(decoder, VAPictureParameterBufferType, &parameter, sizeof(parameter)) ||
        !add_buffer(decoder, VAIQMatrixBufferType, &matrix, sizeof(matrix)))
        return false;
    for (uint32_t i = 0; i < picture->slice_count; i++) {
        decode_fill_slice(&picture->slices[i], &decoder->references, &slice);
        if (!add_buffer(decoder, VASliceParameterBufferType, &slice, sizeof(slice)) ||
            !add_buffer(decoder, VASliceDataBufferType, data + picture->slices[i].offset,
                        picture->slices[i].size))
            return false;
    }
    return true;
}

static bool submit(struct decoder *decoder, VASurfaceID surface)
{
    struct va_session *session = decoder->session;

    return VA_CALL(session, vaBeginPicture, session->display, decoder->context, surface) &&
           VA_CALL(session, vaRenderPicture, session->display, decoder->context, decoder->buffers,
                   decoder->buffer_count) &&
           VA_CALL(session, vaEndPicture, session->display, decoder->context);
}

static void destroy_buffers(struct decoder *decoder)
{
    struct va_session *session = decoder->session;

    while (decoder->buffer_count) {
        decoder->buffer_count--;
        (void)VA_TRY(session, vaDestroyBuffer, session->display,
                     decoder->buffers[decoder->buffer_count]);
    }
}

static void look(void *context, const struct nv12 *picture)
{
    struct decoder *decoder = context;

    compare_picture(&decoder->comparison, decoder->frame, picture);
}

static bool read_back(struct decoder *decoder, const struct h264_sps *sps, VASurfaceID surface)
{
    struct va_session *session = decoder->session;

    if (!VA_CALL(session, vaSyncSurface, session->display, surface))
        return false;
    if (!decoder->has_download)
        decoder->has_download = transfer_open_download(session, &decoder->download, surface,
                                                       sps->width_mbs * 16, sps->height_mbs * 16);
    return decoder->has_download &&
           transfer_read(session, &decoder->download, surface, look, decoder);
}

/* There is one surface more than references, so one is always free. */
static VASurfaceID find_free_surface(const struct decoder *decoder)
{
    for (int i = 0; i < decoder->surface_count; i++) {
        if (!references_holds(&decoder->references, decoder->surfaces[i]))
            return decoder->surfaces[i];
    }
    return decoder->surfaces[0];
}

static bool decode_picture(struct decoder *decoder, const struct h264_picture *picture,
                           const uint8_t *data)
{
    VASurfaceID surface;
    bool ok;

    references_begin(&decoder->references, picture);
    surface = find_free_surface(decoder);
    ok = add_buffers(decoder, picture, data, surface) && submit(decoder, surface);
    destroy_buffers(decoder);
    if (!ok || !read_back(decoder, picture->sps, surface))
        return false;
    references_end(&decoder->references, picture, surface);
    return true;
}

bool decoder_decode(struct decoder *decoder, const struct h264_picture *picture,
                    const uint8_t *data)
{
    struct va_facts *facts = decoder->session->facts;
    const char *tool = decode_unknown_tool(picture);

    facts->progress.step = VA_STEP_DECODE;
    decoder->session->failure = &facts->decode.failure;
    if (tool) {
        (void)snprintf(facts->decode.why, sizeof(facts->decode.why),
                       "the stream uses %s, which this program does not decode", tool);
        return false;
    }
    if (decoder->context == VA_INVALID_ID && !create_all(decoder, picture->sps))
        return false;
    if (!decode_picture(decoder, picture, data))
        return false;
    decoder->frame++;
    return true;
}

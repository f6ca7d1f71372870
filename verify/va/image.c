/* SPDX-License-Identifier: MIT */
#include "va/image.h"

#include "picture/smooth.h"

/* Whether it is of that format with room for the whole surface inside its data_size. */
static bool is_fitting(const VAImage *image, const struct transfer *transfer)
{
    uint32_t row = transfer->width * (transfer->fourcc == VA_FOURCC_P010 ? 2 : 1);
    uint64_t luma_end = image->offsets[0] + (uint64_t)image->pitches[0] * transfer->height;
    uint64_t chroma_end = image->offsets[1] + (uint64_t)image->pitches[1] * (transfer->height / 2);

    return image->format.fourcc == transfer->fourcc && image->num_planes >= 2 &&
           image->pitches[0] >= row && image->pitches[1] >= row && luma_end <= image->data_size &&
           chroma_end <= image->data_size;
}

static bool can_derive(struct va_session *session, struct transfer *transfer, VASurfaceID surface)
{
    VAImage image;
    bool fits;

    if (VA_TRY(session, vaDeriveImage, session->display, surface, &image) != VA_STATUS_SUCCESS)
        return false;
    fits = is_fitting(&image, transfer);
    (void)VA_TRY(session, vaDestroyImage, session->display, image.image_id);
    return fits;
}

/* The driver's own entry of the format: some look at more than the fourcc. */
static VAImageFormat find_format(struct va_session *session, uint32_t fourcc)
{
    VAImageFormat format = {.fourcc = fourcc,
                            .byte_order = VA_LSB_FIRST,
                            .bits_per_pixel = fourcc == VA_FOURCC_P010 ? 24 : 12};
    VAImageFormat list[256];
    int count = vaMaxNumImageFormats(session->display);

    if (count <= 0 || count > (int)(sizeof(list) / sizeof(list[0])))
        return format;
    if (VA_TRY(session, vaQueryImageFormats, session->display, list, &count) != VA_STATUS_SUCCESS)
        return format;
    for (int i = 0; i < count && i < (int)(sizeof(list) / sizeof(list[0])); i++) {
        if (list[i].fourcc == fourcc)
            return list[i];
    }
    return format;
}

static bool create_copy(struct va_session *session, struct transfer *transfer)
{
    VAImageFormat format = find_format(session, transfer->fourcc);

    if (!VA_CALL(session, vaCreateImage, session->display, &format, (int)transfer->width,
                 (int)transfer->height, &transfer->image)) {
        transfer->image.image_id = VA_INVALID_ID;
        return false;
    }
    if (is_fitting(&transfer->image, transfer))
        return true;
    return session_fail(session, "vaCreateImage", VA_STATUS_ERROR_INVALID_IMAGE_FORMAT,
                        "the image is not NV12 of the size asked for");
}

static void reset(struct transfer *transfer, uint32_t width, uint32_t height, uint32_t fourcc)
{
    *transfer = (struct transfer){.width = width, .height = height, .fourcc = fourcc};
    transfer->image.image_id = VA_INVALID_ID;
}

bool transfer_open_upload(struct va_session *session, struct transfer *transfer,
                          VASurfaceID surface, uint32_t width, uint32_t height)
{
    reset(transfer, width, height, VA_FOURCC_NV12);
    transfer->is_derived = can_derive(session, transfer, surface);
    return transfer->is_derived || create_copy(session, transfer);
}

static bool can_get(struct va_session *session, struct transfer *transfer, VASurfaceID surface)
{
    VAImageFormat format = find_format(session, transfer->fourcc);

    if (VA_TRY(session, vaCreateImage, session->display, &format, (int)transfer->width,
               (int)transfer->height, &transfer->image) != VA_STATUS_SUCCESS) {
        transfer->image.image_id = VA_INVALID_ID;
        return false;
    }
    return is_fitting(&transfer->image, transfer) &&
           VA_TRY(session, vaGetImage, session->display, surface, 0, 0, transfer->width,
                  transfer->height, transfer->image.image_id) == VA_STATUS_SUCCESS;
}

bool transfer_open_download(struct va_session *session, struct transfer *transfer,
                            VASurfaceID surface, uint32_t width, uint32_t height)
{
    return transfer_open_download_as(session, transfer, surface, width, height, VA_FOURCC_NV12);
}

bool transfer_open_download_as(struct va_session *session, struct transfer *transfer,
                               VASurfaceID surface, uint32_t width, uint32_t height,
                               uint32_t fourcc)
{
    reset(transfer, width, height, fourcc);
    if (can_get(session, transfer, surface))
        return true;
    transfer_close(session, transfer);
    transfer->is_derived = can_derive(session, transfer, surface);
    if (transfer->is_derived)
        return true;
    return session_fail(session, "vaGetImage", VA_STATUS_ERROR_INVALID_IMAGE_FORMAT,
                        "neither vaGetImage nor vaDeriveImage gives the picture as %.4s",
                        (const char *)&fourcc);
}

void transfer_close(struct va_session *session, struct transfer *transfer)
{
    if (transfer->image.image_id != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyImage, session->display, transfer->image.image_id);
    transfer->image.image_id = VA_INVALID_ID;
}

struct drawing {
    const struct pattern *pattern;
    uint32_t frame;
};

static void draw(void *context, const struct nv12 *picture)
{
    const struct drawing *drawing = context;

    pattern_draw(drawing->pattern, drawing->frame, picture);
}

/* Maps, looks or draws, unmaps. */
static bool touch(struct va_session *session, const struct transfer *transfer, const VAImage *image,
                  transfer_look *look, void *context)
{
    void *base = NULL;
    bool fits;

    if (!VA_CALL(session, vaMapBuffer, session->display, image->buf, &base))
        return false;
    fits = base && is_fitting(image, transfer);
    if (fits) {
        const struct nv12 view = {
            .luma = (uint8_t *)base + image->offsets[0],
            .chroma = (uint8_t *)base + image->offsets[1],
            .luma_pitch = image->pitches[0],
            .chroma_pitch = image->pitches[1],
            .width = transfer->width,
            .height = transfer->height,
        };
        look(context, &view);
    }
    if (!VA_CALL(session, vaUnmapBuffer, session->display, image->buf))
        return false;
    return fits || session_fail(session, "vaMapBuffer", VA_STATUS_ERROR_INVALID_IMAGE,
                                "the memory of the picture is not what it was before");
}

static bool touch_derived(struct va_session *session, const struct transfer *transfer,
                          VASurfaceID surface, transfer_look *look, void *context)
{
    VAImage image;
    bool ok;

    if (!VA_CALL(session, vaDeriveImage, session->display, surface, &image))
        return false;
    ok = touch(session, transfer, &image, look, context);
    return VA_CALL(session, vaDestroyImage, session->display, image.image_id) && ok;
}

static bool draw_with(struct va_session *session, struct transfer *transfer, VASurfaceID surface,
                      transfer_look *look, void *context)
{
    if (transfer->is_derived)
        return touch_derived(session, transfer, surface, look, context);
    return touch(session, transfer, &transfer->image, look, context) &&
           VA_CALL(session, vaPutImage, session->display, surface, transfer->image.image_id, 0, 0,
                   transfer->width, transfer->height, 0, 0, transfer->width, transfer->height);
}

bool transfer_draw(struct va_session *session, struct transfer *transfer, VASurfaceID surface,
                   const struct pattern *pattern, uint32_t frame)
{
    struct drawing drawing = {.pattern = pattern, .frame = frame};

    return draw_with(session, transfer, surface, draw, &drawing);
}

static void draw_smooth(void *context, const struct nv12 *picture)
{
    (void)context;
    smooth_draw(picture);
}

bool transfer_draw_smooth(struct va_session *session, struct transfer *transfer,
                          VASurfaceID surface)
{
    return draw_with(session, transfer, surface, draw_smooth, NULL);
}

bool transfer_read(struct va_session *session, struct transfer *transfer, VASurfaceID surface,
                   transfer_look *look, void *context)
{
    if (transfer->is_derived)
        return touch_derived(session, transfer, surface, look, context);
    return VA_CALL(session, vaGetImage, session->display, surface, 0, 0, transfer->width,
                   transfer->height, transfer->image.image_id) &&
           touch(session, transfer, &transfer->image, look, context);
}

/* SPDX-License-Identifier: MIT */
/* Contexts, and the Begin, Render, End of a picture in them. */
#include "calls.h"
#include "decoder.h"
#include "encoder.h"
#include "software.h"
#include "tape.h"
#include "videoproc.h"

#include <stdlib.h>
#include <string.h>

void context_free(struct context *context)
{
    if (!context)
        return;
    encoder_free(context->encoder);
    decoder_free(context->decoder);
    software_free(context->software);
    free(context);
}

static struct context *context_of(struct driver *drv, VAContextID id)
{
    return object_get(&drv->objects[OBJECT_CONTEXT], id);
}

static struct context *context_new(const struct config *config, uint32_t width, uint32_t height)
{
    struct context *context = calloc(1, sizeof(*context));

    if (!context)
        return NULL;
    context->config = *config;
    context->width = width;
    context->height = height;
    context->target = VA_INVALID_ID;
    if (config->entrypoint == VAEntrypointVideoProc)
        return context; /* what it does it keeps nothing of */
    if (software_has(config->profile))
        context->software = software_new(config->profile);
    else if (config->entrypoint == VAEntrypointVLD)
        context->decoder = decoder_new();
    else
        context->encoder = encoder_new(config, width, height);
    if (context->decoder || context->encoder || context->software)
        return context;
    free(context);
    return NULL;
}

VAStatus context_create(struct driver *drv, VAConfigID config_id, int width, int height,
                        __attribute__((unused)) int flags, VASurfaceID *ids, int count,
                        VAContextID *ret_id)
{
    const struct config *config = object_get(&drv->objects[OBJECT_CONFIG], config_id);
    struct context *context;
    VAStatus status;

    if (!config)
        return VA_STATUS_ERROR_INVALID_CONFIG;
    if (width < (int)PICTURE_SIDE_MIN || height < (int)PICTURE_SIDE_MIN ||
        width > (int)PICTURE_SIDE_MAX || height > (int)PICTURE_SIDE_MAX)
        return driver_refuse(drv, VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED,
                             "create context: %dx%d is not supported", width, height);
    for (int i = 0; i < count; i++) {
        if (!surface_of(drv, ids[i]))
            return VA_STATUS_ERROR_INVALID_SURFACE;
    }
    context = context_new(config, (uint32_t)width, (uint32_t)height);
    if (!context)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    status = object_add(&drv->objects[OBJECT_CONTEXT], context, ret_id);
    if (status != VA_STATUS_SUCCESS)
        context_free(context);
    return status;
}

VAStatus context_destroy(struct driver *drv, VAContextID id)
{
    struct context *context = object_take(&drv->objects[OBJECT_CONTEXT], id);

    context_free(context);
    return context ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_CONTEXT;
}

VAStatus picture_begin(struct driver *drv, VAContextID id, VASurfaceID target)
{
    struct context *context = context_of(drv, id);

    if (!context)
        return VA_STATUS_ERROR_INVALID_CONTEXT;
    if (!surface_of(drv, target))
        return VA_STATUS_ERROR_INVALID_SURFACE;
    context->target = target;
    if (context->encoder)
        encoder_begin(context->encoder);
    else if (context->software) {
        tape_begin(context, target);
        software_begin(context->software);
    } else if (context->decoder)
        decoder_begin(context->decoder);
    return VA_STATUS_SUCCESS;
}

/* The context and target of the picture under way; NULL, and *ret_status, when none is. */
static struct context *picture_find(struct driver *drv, VAContextID id, struct pixels **ret_target,
                                    VAStatus *ret_status)
{
    struct context *context = context_of(drv, id);
    const struct surface *surface;

    if (!context) {
        *ret_status = VA_STATUS_ERROR_INVALID_CONTEXT;
        return NULL;
    }
    surface = surface_of(drv, context->target);
    if (!surface) {
        *ret_status = driver_refuse(drv, VA_STATUS_ERROR_INVALID_SURFACE, "no picture was begun");
        return NULL;
    }
    *ret_target = surface->pixels;
    *ret_status = VA_STATUS_SUCCESS;
    return context;
}

/* Streams that this driver writes have no CABAC; what has comes from elsewhere. */
static bool is_for_software(const struct context *context, const struct buffer *buffer)
{
    VAPictureParameterBufferH264 pic;

    if (!context->decoder || buffer->type != VAPictureParameterBufferType ||
        buffer->size < sizeof(pic))
        return false;
    memcpy(&pic, buffer->data, sizeof(pic));
    return pic.pic_fields.bits.entropy_coding_mode_flag;
}

static void software_take_over(struct context *context)
{
    context->software = software_new(context->config.profile);
    if (!context->software)
        return; /* the decoder refuses it */
    decoder_free(context->decoder);
    context->decoder = NULL;
    tape_begin(context, context->target);
    software_begin(context->software);
}

VAStatus picture_render(struct driver *drv, VAContextID id, VABufferID *ids, int count)
{
    struct pixels *target = NULL;
    VAStatus status;
    struct context *context = picture_find(drv, id, &target, &status);

    if (!context)
        return status;
    for (int i = 0; i < count && status == VA_STATUS_SUCCESS; i++) {
        struct buffer *buffer = buffer_of(drv, ids[i]);

        if (buffer && is_for_software(context, buffer))
            software_take_over(context);
        if (buffer && context->software)
            tape_buffer(context, buffer);
        if (!buffer)
            status = VA_STATUS_ERROR_INVALID_BUFFER;
        else if (context->encoder)
            status = encoder_render(drv, context->encoder, buffer);
        else if (context->software)
            status = software_render(drv, context->software, buffer);
        else if (!context->decoder)
            status = videoproc_render(drv, context, target, buffer);
        else
            status = decoder_render(drv, context->decoder, target, buffer);
    }
    return status;
}

VAStatus picture_end(struct driver *drv, VAContextID id)
{
    struct pixels *target = NULL;
    VAStatus status;
    struct context *context = picture_find(drv, id, &target, &status);

    if (!context)
        return status;
    context->target = VA_INVALID_ID;
    if (context->encoder)
        return encoder_end(drv, context->encoder, target);
    if (context->software)
        tape_end();
    if (context->software)
        return software_end(drv, context->software, target);
    if (!context->decoder)
        return videoproc_end(drv, context);
    return decoder_end(drv, context->decoder, target);
}

/* SPDX-License-Identifier: MIT */
#include "videoproc.h"

#include <string.h>
#include <va/va_vpp.h>

/* A plane as samples of `step` bytes, of which one is looked at. */
struct plane {
    uint8_t *data;
    uint32_t width, height, step;
    size_t pitch;
};

static struct plane plane_of(const struct pixels *pixels, int which)
{
    if (which == 0)
        return (struct plane){pixels->luma, pixels->width, pixels->height, 1, pixels->pitch};
    return (struct plane){pixels->chroma + which - 1, pixels->width / 2, pixels->height / 2, 2,
                          pixels->pitch};
}

/* Where the middle of `index` of `count` falls among `of` samples, in 256ths; never beyond the
 * middle of the last. */
static uint32_t place(uint32_t index, uint32_t count, uint32_t of)
{
    int64_t at = (int64_t)(2 * index + 1) * of * 128 / count - 128;
    int64_t last = (int64_t)(of - 1) * 256;

    return (uint32_t)(at < 0 ? 0 : at > last ? last : at);
}

static uint32_t sample(const struct plane *plane, uint32_t x, uint32_t y)
{
    x = x < plane->width ? x : plane->width - 1;
    y = y < plane->height ? y : plane->height - 1;
    return plane->data[y * plane->pitch + (size_t)x * plane->step];
}

static uint8_t between(const struct plane *plane, uint32_t x, uint32_t y)
{
    const uint32_t left = x / 256, top = y / 256, right = x % 256, down = y % 256;
    uint32_t above =
        sample(plane, left, top) * (256 - right) + sample(plane, left + 1, top) * right;
    uint32_t below =
        sample(plane, left, top + 1) * (256 - right) + sample(plane, left + 1, top + 1) * right;

    return (uint8_t)((above * (256 - down) + below * down + 32768) / 65536);
}

static void plane_scale(struct plane to, struct plane from, bool is_cut)
{
    for (uint32_t y = 0; y < to.height; y++) {
        for (uint32_t x = 0; x < to.width; x++)
            to.data[y * to.pitch + (size_t)x * to.step] =
                is_cut ? (uint8_t)sample(&from, x, y)
                       : between(&from, place(x, to.width, from.width),
                                 place(y, to.height, from.height));
    }
}

static bool is_whole(const VARectangle *rectangle, const struct pixels *pixels)
{
    return !rectangle || (rectangle->x == 0 && rectangle->y == 0 &&
                          rectangle->width == pixels->width && rectangle->height == pixels->height);
}

static const char *parameters_fault(const VAProcPipelineParameterBuffer *p,
                                    const struct surface *source, const struct pixels *target)
{
    if (!source || source->pixels == target)
        return "no surface to scale, or it is the target";
    if (source->pixels->sample != 1 || target->sample != 1)
        return "not NV12 to NV12";
    if (!is_whole(p->surface_region, source->pixels) || !is_whole(p->output_region, target))
        return "a part of a picture";
    if (p->num_filters || p->num_forward_references || p->num_backward_references ||
        p->rotation_state || p->mirror_state || p->blend_state || p->num_additional_outputs)
        return "more than scaling";
    return NULL;
}

VAStatus videoproc_render(struct driver *drv, struct context *context, struct pixels *target,
                          const struct buffer *buffer)
{
    VAProcPipelineParameterBuffer parameters;
    const struct surface *source;
    const char *fault;

    if (buffer->type != VAProcPipelineParameterBufferType || buffer->size < sizeof(parameters))
        return VA_STATUS_ERROR_INVALID_BUFFER;
    memcpy(&parameters, buffer->data, sizeof(parameters));
    source = surface_of(drv, parameters.surface);
    fault = parameters_fault(&parameters, source, target);
    if (fault)
        return driver_refuse(drv, VA_STATUS_ERROR_INVALID_PARAMETER, "scale picture: %s", fault);
    context->is_scaled = true;
    if (fault_is_on(&drv->faults, FAULT_NO_SCALING))
        return VA_STATUS_SUCCESS;
    for (int i = 0; i < 3; i++)
        plane_scale(
            plane_of(target, i && fault_is_on(&drv->faults, FAULT_SWAP_COLOURS) ? 3 - i : i),
            plane_of(source->pixels, i), fault_is_on(&drv->faults, FAULT_CUT));
    return VA_STATUS_SUCCESS;
}

VAStatus videoproc_end(struct driver *drv, struct context *context)
{
    if (!context->is_scaled)
        return driver_refuse(drv, VA_STATUS_ERROR_OPERATION_FAILED, "scale picture: nothing came");
    context->is_scaled = false;
    return VA_STATUS_SUCCESS;
}

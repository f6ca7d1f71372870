/* SPDX-License-Identifier: MIT */
/* How large a picture the driver takes. */
#include "va/limits.h"

#include "base/cleanup.h"
#include "h264/h264.h"

#include <stdlib.h>
#include <string.h>

/* Far above any driver's list; what is beyond is no count that a driver means. */
#define ATTRIBUTES_MAX 1024

/* Known from the drivers' documentation and source where they do not say it themselves: radeonsi
 * takes 128 (96 on the newest cores, which do say so), Intel 32. */
static uint32_t known_min_width(const char *driver)
{
    static const struct {
        const char *driver;
        uint32_t min_width;
    } known[] = {{"radeonsi", 128}, {"iHD", 32}, {"i965", 32}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(driver, known[i].driver) == 0)
            return known[i].min_width;
    }
    return 0;
}

static void take_limit(struct va_row *row, const VASurfaceAttrib *attribute)
{
    uint32_t value = (uint32_t)attribute->value.value.i;

    if (attribute->value.type != VAGenericValueTypeInteger || attribute->value.value.i <= 0)
        return;
    if (attribute->type == VASurfaceAttribMinWidth)
        row->min_width = value;
    else if (attribute->type == VASurfaceAttribMinHeight)
        row->min_height = value;
    else if (attribute->type == VASurfaceAttribMaxWidth && !row->max_width)
        row->max_width = value;
    else if (attribute->type == VASurfaceAttribMaxHeight && !row->max_height)
        row->max_height = value;
}

void limits_read(struct va_session *session, struct va_row *row)
{
    bool is_other = row->rt_format && !(row->rt_format & VA_RT_FORMAT_YUV420);
    VAConfigAttrib format = {.type = VAConfigAttribRTFormat,
                             .value = is_other ? row->rt_format : VA_RT_FORMAT_YUV420};
    VAConfigID config = VA_INVALID_ID;
    unsigned count = 0;

    if (VA_TRY(session, vaCreateConfig, session->display, (VAProfile)row->profile,
               (VAEntrypoint)row->entrypoint, &format, 1, &config) != VA_STATUS_SUCCESS)
        return;
    if (VA_TRY(session, vaQuerySurfaceAttributes, session->display, config, NULL, &count) ==
            VA_STATUS_SUCCESS &&
        count > 0 && count <= ATTRIBUTES_MAX) {
        CLEANUP_FREE VASurfaceAttrib *list = calloc(count, sizeof(*list));
        unsigned room = count;
        if (list && VA_TRY(session, vaQuerySurfaceAttributes, session->display, config, list,
                           &count) == VA_STATUS_SUCCESS) {
            for (unsigned i = 0; i < count && i < room; i++)
                take_limit(row, &list[i]);
        }
    }
    (void)VA_TRY(session, vaDestroyConfig, session->display, config);
    if (!row->min_width && row->is_encoder)
        row->min_width = known_min_width(session->facts->driver.name);
}

void limits_read_all(struct va_session *session)
{
    struct va_facts *facts = session->facts;

    for (uint32_t i = 0; i < facts->entrypoints.count; i++) {
        struct va_row *row = &facts->entrypoints.rows[i];
        if (row->is_encoder || row->entrypoint == (int32_t)VAEntrypointVLD)
            limits_read(session, row);
    }
}

static enum va_refusal refuse_size(const struct va_row *row, const struct va_request *request)
{
    if (request->width < row->min_width || request->height < row->min_height)
        return VA_REFUSED_SIZE_TOO_SMALL;
    if ((row->max_width && request->width > row->max_width) ||
        (row->max_height && request->height > row->max_height))
        return VA_REFUSED_SIZE_TOO_LARGE;
    return VA_REFUSED_NOT;
}

static bool is_even_size(uint32_t size)
{
    return size >= 2 && size <= H264_SIZE_MAX && size % 2 == 0;
}

enum va_refusal limits_refuse(const struct va_row *row, const struct va_request *request)
{
    if (!is_even_size(request->width) || !is_even_size(request->height))
        return VA_REFUSED_SIZE_ODD;
    return refuse_size(row, request);
}

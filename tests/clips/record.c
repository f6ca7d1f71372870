/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program that decodes through libva: writes every buffer that it renders into the
 * file named by VA_RECORD, as lines of words. Numbers are decimal, bytes are hexadecimal:
 *
 *     config PROFILE ENTRYPOINT
 *     context WIDTH HEIGHT
 *     begin SURFACE
 *     buffer TYPE ELEMENT_SIZE COUNT BYTES
 *     surface OFFSET                the buffer above names a surface there
 *     end
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <va/va.h>
#include <va/va_dec_av1.h>
#include <va/va_dec_hevc.h>
#include <va/va_dec_vp8.h>
#include <va/va_dec_vp9.h>

#define BUFFERS_MAX 4096

static struct {
    VABufferID id;
    VABufferType type;
    unsigned size, count;
    unsigned char *data;
} held[BUFFERS_MAX];
static unsigned next;
static VAProfile profile;

static FILE *record(void)
{
    static FILE *file;

    if (!file && getenv("VA_RECORD"))
        file = fopen(getenv("VA_RECORD"), "we");
    if (!file)
        abort();
    return file;
}

#define REAL(call) ((__typeof__(&(call)))dlsym(RTLD_NEXT, #call))

VAStatus vaCreateConfig(VADisplay dpy, VAProfile new_profile, VAEntrypoint entrypoint,
                        VAConfigAttrib *list, int num_attribs, VAConfigID *config_id)
{
    if (entrypoint == VAEntrypointVLD)
        profile = new_profile;
    (void)fprintf(record(), "config %d %d\n", new_profile, entrypoint);
    return REAL(vaCreateConfig)(dpy, new_profile, entrypoint, list, num_attribs, config_id);
}

VAStatus vaCreateContext(VADisplay dpy, VAConfigID config, int width, int height, int flag,
                         VASurfaceID *render_targets, int num_render_targets, VAContextID *context)
{
    (void)fprintf(record(), "context %d %d\n", width, height);
    return REAL(vaCreateContext)(dpy, config, width, height, flag, render_targets,
                                 num_render_targets, context);
}

VAStatus vaCreateBuffer(VADisplay dpy, VAContextID context, VABufferType type, unsigned size,
                        unsigned num_elements, void *data, VABufferID *buf_id)
{
    VAStatus status = REAL(vaCreateBuffer)(dpy, context, type, size, num_elements, data, buf_id);

    if (status == VA_STATUS_SUCCESS && data) {
        unsigned at = next++ % BUFFERS_MAX;

        free(held[at].data);
        held[at].id = *buf_id;
        held[at].type = type;
        held[at].size = size;
        held[at].count = num_elements;
        held[at].data = malloc((size_t)size * num_elements);
        if (!held[at].data)
            abort();
        memcpy(held[at].data, data, (size_t)size * num_elements);
    }
    return status;
}

VAStatus vaBeginPicture(VADisplay dpy, VAContextID context, VASurfaceID render_target)
{
    (void)fprintf(record(), "begin %u\n", render_target);
    return REAL(vaBeginPicture)(dpy, context, render_target);
}

static void surfaces_write(size_t first, size_t step, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)fprintf(record(), "surface %zu\n", first + i * step);
}

/* Where picture parameters name surfaces. */
static void surfaces_of_picture(void)
{
    switch ((int)profile) {
    case VAProfileMPEG2Simple:
    case VAProfileMPEG2Main:
        surfaces_write(offsetof(VAPictureParameterBufferMPEG2, forward_reference_picture), 4, 2);
        break;
    case VAProfileHEVCMain:
    case VAProfileHEVCMain10:
        surfaces_write(offsetof(VAPictureParameterBufferHEVC, CurrPic.picture_id), 4, 1);
        surfaces_write(offsetof(VAPictureParameterBufferHEVC, ReferenceFrames),
                       sizeof(VAPictureHEVC), 15);
        break;
    case VAProfileVP8Version0_3:
        surfaces_write(offsetof(VAPictureParameterBufferVP8, last_ref_frame), 4, 4);
        break;
    case VAProfileVP9Profile0:
    case VAProfileVP9Profile2:
        surfaces_write(offsetof(VADecPictureParameterBufferVP9, reference_frames), 4, 8);
        break;
    case VAProfileAV1Profile0:
        surfaces_write(offsetof(VADecPictureParameterBufferAV1, current_frame), 4, 2);
        surfaces_write(offsetof(VADecPictureParameterBufferAV1, ref_frame_map), 4, 8);
        break;
    case VAProfileH264High:
        surfaces_write(offsetof(VAPictureParameterBufferH264, CurrPic.picture_id),
                       sizeof(VAPictureH264), 17); /* and ReferenceFrames, which lies behind */
        break;
    default: /* JPEG has no references */
        break;
    }
}

static void surfaces_of_slice(void)
{
    if (profile == VAProfileH264High)
        surfaces_write(offsetof(VASliceParameterBufferH264, RefPicList0), sizeof(VAPictureH264),
                       64); /* and RefPicList1 */
}

/* ffmpeg leaves them as the stack had them, and the API wants zeros. Codecs are told apart by the
 * size. */
#define RESERVED(type, structure)                                                                  \
    {                                                                                              \
        type, sizeof(structure), offsetof(structure, va_reserved)                                  \
    }
static const struct {
    VABufferType type;
    size_t size, reserved;
} reserves[] = {
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferH264),
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferMPEG2),
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferHEVC),
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferVP8),
    RESERVED(VAPictureParameterBufferType, VADecPictureParameterBufferVP9),
    RESERVED(VAPictureParameterBufferType, VADecPictureParameterBufferAV1),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferH264),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferMPEG2),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferHEVC),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferVP8),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferH264),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferMPEG2),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferHEVC),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferVP8),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferVP9),
    RESERVED(VASliceParameterBufferType, VASliceParameterBufferAV1),
    RESERVED(VAProbabilityBufferType, VAProbabilityDataBufferVP8),
};

static void reserved_clear(unsigned at)
{
    for (size_t i = 0; i < sizeof(reserves) / sizeof(*reserves); i++) {
        if (reserves[i].type == held[at].type && reserves[i].size == held[at].size)
            memset(held[at].data + reserves[i].reserved, 0,
                   reserves[i].size - reserves[i].reserved);
    }
}

static void buffer_write(VABufferID id)
{
    for (unsigned i = 0; i < BUFFERS_MAX; i++) {
        unsigned at = (next - 1 - i) % BUFFERS_MAX; /* ids come again: the newest first */

        if (!held[at].data || held[at].id != id)
            continue;
        reserved_clear(at);
        (void)fprintf(record(), "buffer %d %u %u ", held[at].type, held[at].size, held[at].count);
        for (size_t k = 0; k < (size_t)held[at].size * held[at].count; k++)
            (void)fprintf(record(), "%02x", held[at].data[k]);
        (void)fprintf(record(), "\n");
        if (held[at].type == VAPictureParameterBufferType)
            surfaces_of_picture();
        if (held[at].type == VASliceParameterBufferType)
            surfaces_of_slice();
        return;
    }
    abort();
}

VAStatus vaRenderPicture(VADisplay dpy, VAContextID context, VABufferID *buffers, int num_buffers)
{
    for (int i = 0; i < num_buffers; i++)
        buffer_write(buffers[i]);
    return REAL(vaRenderPicture)(dpy, context, buffers, num_buffers);
}

VAStatus vaEndPicture(VADisplay dpy, VAContextID context)
{
    (void)fprintf(record(), "end\n");
    (void)fflush(record());
    return REAL(vaEndPicture)(dpy, context);
}

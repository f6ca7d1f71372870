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
} buffers[BUFFERS_MAX];
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

VAStatus vaCreateConfig(VADisplay display, VAProfile new_profile, VAEntrypoint entrypoint,
                        VAConfigAttrib *list, int count, VAConfigID *ret)
{
    if (entrypoint == VAEntrypointVLD)
        profile = new_profile;
    (void)fprintf(record(), "config %d %d\n", new_profile, entrypoint);
    return REAL(vaCreateConfig)(display, new_profile, entrypoint, list, count, ret);
}

VAStatus vaCreateContext(VADisplay display, VAConfigID config, int width, int height, int flag,
                         VASurfaceID *surfaces, int count, VAContextID *ret)
{
    (void)fprintf(record(), "context %d %d\n", width, height);
    return REAL(vaCreateContext)(display, config, width, height, flag, surfaces, count, ret);
}

VAStatus vaCreateBuffer(VADisplay display, VAContextID context, VABufferType type, unsigned size,
                        unsigned count, void *data, VABufferID *ret)
{
    VAStatus status = REAL(vaCreateBuffer)(display, context, type, size, count, data, ret);

    if (status == VA_STATUS_SUCCESS && data) {
        unsigned at = next++ % BUFFERS_MAX;

        free(buffers[at].data);
        buffers[at].id = *ret;
        buffers[at].type = type;
        buffers[at].size = size;
        buffers[at].count = count;
        buffers[at].data = malloc((size_t)size * count);
        if (!buffers[at].data)
            abort();
        memcpy(buffers[at].data, data, (size_t)size * count);
    }
    return status;
}

VAStatus vaBeginPicture(VADisplay display, VAContextID context, VASurfaceID target)
{
    (void)fprintf(record(), "begin %u\n", target);
    return REAL(vaBeginPicture)(display, context, target);
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
    default: /* H.264 has a parser of its own; JPEG has no references */
        break;
    }
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
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferMPEG2),
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferHEVC),
    RESERVED(VAPictureParameterBufferType, VAPictureParameterBufferVP8),
    RESERVED(VAPictureParameterBufferType, VADecPictureParameterBufferVP9),
    RESERVED(VAPictureParameterBufferType, VADecPictureParameterBufferAV1),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferMPEG2),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferHEVC),
    RESERVED(VAIQMatrixBufferType, VAIQMatrixBufferVP8),
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
        if (reserves[i].type == buffers[at].type && reserves[i].size == buffers[at].size)
            memset(buffers[at].data + reserves[i].reserved, 0,
                   reserves[i].size - reserves[i].reserved);
    }
}

static void buffer_write(VABufferID id)
{
    for (unsigned i = 0; i < BUFFERS_MAX; i++) {
        unsigned at = (next - 1 - i) % BUFFERS_MAX; /* ids come again: the newest first */

        if (!buffers[at].data || buffers[at].id != id)
            continue;
        reserved_clear(at);
        (void)fprintf(record(), "buffer %d %u %u ", buffers[at].type, buffers[at].size,
                      buffers[at].count);
        for (size_t k = 0; k < (size_t)buffers[at].size * buffers[at].count; k++)
            (void)fprintf(record(), "%02x", buffers[at].data[k]);
        (void)fprintf(record(), "\n");
        if (buffers[at].type == VAPictureParameterBufferType)
            surfaces_of_picture();
        return;
    }
    abort();
}

VAStatus vaRenderPicture(VADisplay display, VAContextID context, VABufferID *ids, int count)
{
    for (int i = 0; i < count; i++)
        buffer_write(ids[i]);
    return REAL(vaRenderPicture)(display, context, ids, count);
}

VAStatus vaEndPicture(VADisplay display, VAContextID context)
{
    (void)fprintf(record(), "end\n");
    (void)fflush(record());
    return REAL(vaEndPicture)(display, context);
}

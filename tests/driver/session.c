/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "h264_bits.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <va/va_drm.h>

#define HEADER_MAX 64

static bool contexts_create(struct session *session)
{
    VAConfigAttrib packed = {VAConfigAttribEncPackedHeaders, VA_ENC_PACKED_HEADER_SLICE |
                                                                 VA_ENC_PACKED_HEADER_SEQUENCE |
                                                                 VA_ENC_PACKED_HEADER_PICTURE};
    const VAProfile profile = VAProfileH264Main;

    return !vaCreateSurfaces(session->display, VA_RT_FORMAT_YUV420, SESSION_WIDTH, SESSION_HEIGHT,
                             session->surfaces, SESSION_SURFACES, NULL, 0) &&
           !vaCreateConfig(session->display, profile, VAEntrypointEncSlice, &packed, 1,
                           &session->encode_config) &&
           !vaCreateConfig(session->display, profile, VAEntrypointVLD, NULL, 0,
                           &session->decode_config) &&
           !vaCreateContext(session->display, session->encode_config, SESSION_WIDTH, SESSION_HEIGHT,
                            VA_PROGRESSIVE, NULL, 0, &session->encode) &&
           !vaCreateContext(session->display, session->decode_config, SESSION_WIDTH, SESSION_HEIGHT,
                            VA_PROGRESSIVE, NULL, 0, &session->decode) &&
           !vaCreateBuffer(session->display, session->encode, VAEncCodedBufferType, SESSION_CODED,
                           1, NULL, &session->coded);
}

/*
 * The driver says why it refuses; here refusals are what is wanted. A function, not NULL as va.h
 * allows: libva 2.17 calls that when the message comes from a driver.
 */
static void message_discard(void *user, const char *message)
{
    (void)user;
    (void)message;
}

bool session_open(struct session *session)
{
    int major, minor;

    session->fd = open(NODE, O_RDWR | O_CLOEXEC);
    if (session->fd < 0) {
        perror("open " NODE);
        return false;
    }
    session->display = vaGetDisplayDRM(session->fd);
    if (!session->display || vaInitialize(session->display, &major, &minor)) {
        (void)fprintf(stderr, "vaInitialize on %s failed\n", NODE);
        (void)close(session->fd);
        return false;
    }
    (void)vaSetErrorCallback(session->display, message_discard, NULL);
    return contexts_create(session);
}

void session_close(struct session *session)
{
    (void)vaTerminate(session->display);
    (void)close(session->fd);
}

VAStatus session_send(struct session *session, VAContextID context, VABufferType type,
                      const void *data, size_t size)
{
    VABufferID buffer;
    void *room;
    VAStatus status =
        vaCreateBuffer(session->display, context, type, (unsigned)size, 1, NULL, &buffer);

    if (status)
        return status;
    status = vaMapBuffer(session->display, buffer, &room);
    if (!status) {
        memcpy(room, data, size);
        (void)vaUnmapBuffer(session->display, buffer);
        status = vaRenderPicture(session->display, context, &buffer, 1);
    }
    (void)vaDestroyBuffer(session->display, buffer);
    return status;
}

VAEncSequenceParameterBufferH264 session_sequence(void)
{
    VAEncSequenceParameterBufferH264 seq = {
        .level_idc = 30,
        .intra_period = 30,
        .intra_idr_period = 30,
        .ip_period = 1,
        .max_num_ref_frames = 1,
        .picture_width_in_mbs = SESSION_WIDTH / 16,
        .picture_height_in_mbs = SESSION_HEIGHT / 16,
    };

    seq.seq_fields.bits.chroma_format_idc = 1;
    seq.seq_fields.bits.frame_mbs_only_flag = 1;
    seq.seq_fields.bits.pic_order_cnt_type = 2;
    return seq;
}

static VAPictureH264 reference_entry(const struct picture *picture)
{
    if (picture->reference == VA_INVALID_ID)
        return (VAPictureH264){.picture_id = VA_INVALID_ID, .flags = VA_PICTURE_H264_INVALID};
    return (VAPictureH264){
        .picture_id = picture->reference,
        .frame_idx = picture->frame_num - 1u,
        .flags = VA_PICTURE_H264_SHORT_TERM_REFERENCE,
    };
}

static void entries_invalidate(VAPictureH264 *entries, int count)
{
    for (int i = 0; i < count; i++)
        entries[i] = (VAPictureH264){VA_INVALID_ID, 0, VA_PICTURE_H264_INVALID, 0, 0, {0}};
}

VAEncPictureParameterBufferH264 session_picture(const struct session *session,
                                                const struct picture *picture)
{
    VAEncPictureParameterBufferH264 pic = {
        .CurrPic = {.picture_id = picture->reconstructed, .frame_idx = picture->frame_num},
        .coded_buf = session->coded,
        .frame_num = picture->frame_num,
        .pic_init_qp = 26,
    };

    entries_invalidate(pic.ReferenceFrames, 16);
    if (!picture->forget_dpb)
        pic.ReferenceFrames[0] = reference_entry(picture);
    pic.pic_fields.bits.idr_pic_flag = picture->reference == VA_INVALID_ID;
    pic.pic_fields.bits.reference_pic_flag = 1;
    pic.pic_fields.bits.deblocking_filter_control_present_flag = 1;
    return pic;
}

VAEncSliceParameterBufferH264 session_slice(const struct picture *picture)
{
    VAEncSliceParameterBufferH264 slice = {
        .num_macroblocks = SESSION_MBS,
        .slice_type = picture->reference == VA_INVALID_ID ? 7 : 5,
        .disable_deblocking_filter_idc = 1,
    };

    entries_invalidate(slice.RefPicList0, 32);
    entries_invalidate(slice.RefPicList1, 32);
    slice.RefPicList0[0] = reference_entry(picture);
    return slice;
}

/* By the syntax table in clause 7.3.3, for the parameters above. Returns the bits of the unit. */
static size_t header_write(uint8_t *to, size_t *ret_size, const struct picture *picture)
{
    struct bit_writer writer = {.data = to, .size = HEADER_MAX};
    bool is_idr = picture->reference == VA_INVALID_ID;
    size_t bits;

    bits_put(&writer, is_idr ? 0x65 : 0x41, 8);
    bits_put_ue(&writer, 0);
    bits_put_ue(&writer, is_idr ? 7 : 5);
    bits_put_ue(&writer, 0);
    bits_put(&writer, picture->frame_num, 4);
    if (is_idr) {
        bits_put_ue(&writer, 0); /* idr_pic_id */
        bits_put(&writer, 0, 2);
    } else {
        bits_put(&writer, 0, 3); /* override, modification, adaptive marking */
    }
    bits_put_se(&writer, 0);
    bits_put_ue(&writer, 1); /* disable_deblocking_filter_idc */
    bits = writer.used * 8 + writer.pending_bits;
    bits_put_align(&writer);
    *ret_size = writer.used;
    return bits;
}

static VAStatus header_send(struct session *session, const struct picture *picture)
{
    uint8_t data[HEADER_MAX + 4] = {0, 0, 0, 1};
    size_t skip = picture->has_start_code ? 4 : 0, size;
    size_t bits = header_write(data + skip, &size, picture);
    VAEncPackedHeaderParameterBuffer packed = {
        .type = VAEncPackedHeaderSlice,
        .bit_length = (uint32_t)(skip * 8 + bits),
        .has_emulation_bytes = picture->has_emulation_bytes,
    };
    VAStatus status;

    if (picture->ret_header_bits)
        *picture->ret_header_bits = bits;
    if (!picture->pack_header)
        return VA_STATUS_SUCCESS;
    status = session_send(session, session->encode, VAEncPackedHeaderParameterBufferType, &packed,
                          sizeof(packed));
    if (status)
        return status;
    return session_send(session, session->encode, VAEncPackedHeaderDataBufferType, data,
                        skip + size);
}

VAStatus session_encode(struct session *session, const struct picture *picture)
{
    VAEncSequenceParameterBufferH264 seq = session_sequence();
    VAEncPictureParameterBufferH264 pic = session_picture(session, picture);
    VAEncSliceParameterBufferH264 slice = session_slice(picture);
    VAStatus status = vaBeginPicture(session->display, session->encode, picture->input);

    if (!status)
        status = session_send(session, session->encode, VAEncSequenceParameterBufferType, &seq,
                              sizeof(seq));
    if (!status)
        status = session_send(session, session->encode, VAEncPictureParameterBufferType, &pic,
                              sizeof(pic));
    if (!status)
        status = header_send(session, picture);
    if (!status)
        status = session_send(session, session->encode, VAEncSliceParameterBufferType, &slice,
                              sizeof(slice));
    return status ? status : vaEndPicture(session->display, session->encode);
}

size_t session_coded_slice(struct session *session, uint8_t *to, size_t size)
{
    VACodedBufferSegment *segment;
    const uint8_t *data;
    size_t at;

    if (vaMapBuffer(session->display, session->coded, (void **)&segment))
        return 0;
    data = segment->buf;
    at = segment->size;
    while (at >= 3 && !(data[at - 3] == 0 && data[at - 2] == 0 && data[at - 1] == 1))
        at--;
    size = segment->size - at < size ? segment->size - at : size;
    memcpy(to, data + at, size);
    (void)vaUnmapBuffer(session->display, session->coded);
    return size;
}

static VAStatus decode_send(struct session *session, const uint8_t *nal, size_t size,
                            size_t header_bits, VASurfaceID target, VASurfaceID reference)
{
    VAPictureParameterBufferH264 pic = {.CurrPic = {.picture_id = target}};
    VASliceParameterBufferH264 slice = {
        .slice_data_size = (uint32_t)size,
        .slice_data_bit_offset = (uint16_t)header_bits,
        .slice_type = size && (nal[0] & 0x1f) == 5 ? 7 : 5,
        .disable_deblocking_filter_idc = 1,
    };
    VAStatus status;

    pic.picture_width_in_mbs_minus1 = SESSION_WIDTH / 16 - 1;
    pic.picture_height_in_mbs_minus1 = SESSION_HEIGHT / 16 - 1;
    pic.seq_fields.bits.chroma_format_idc = 1;
    pic.seq_fields.bits.frame_mbs_only_flag = 1;
    entries_invalidate(pic.ReferenceFrames, 16);
    entries_invalidate(slice.RefPicList0, 32);
    if (reference != VA_INVALID_ID)
        slice.RefPicList0[0] = (VAPictureH264){.picture_id = reference};
    status =
        session_send(session, session->decode, VAPictureParameterBufferType, &pic, sizeof(pic));
    if (!status)
        status = session_send(session, session->decode, VASliceParameterBufferType, &slice,
                              sizeof(slice));
    return status ? status
                  : session_send(session, session->decode, VASliceDataBufferType, nal, size);
}

VAStatus session_decode(struct session *session, const uint8_t *nal, size_t size,
                        size_t header_bits, VASurfaceID target, VASurfaceID reference)
{
    VAStatus status = vaBeginPicture(session->display, session->decode, target), ended;

    if (status)
        return status;
    status = decode_send(session, nal, size, header_bits, target, reference);
    ended = vaEndPicture(session->display, session->decode);
    return status ? status : ended;
}

static uint8_t *surface_map(struct session *session, VASurfaceID surface, VAImage *ret)
{
    void *data;

    if (vaDeriveImage(session->display, surface, ret) ||
        vaMapBuffer(session->display, ret->buf, &data))
        return NULL;
    return data;
}

static void surface_unmap(struct session *session, const VAImage *image)
{
    (void)vaUnmapBuffer(session->display, image->buf);
    (void)vaDestroyImage(session->display, image->image_id);
}

void session_paint(struct session *session, VASurfaceID surface, uint32_t seed)
{
    VAImage image;
    uint8_t *data = surface_map(session, surface, &image);

    for (uint32_t i = 0; data && i < image.data_size; i++)
        data[i] = (uint8_t)(seed * (i % image.pitches[0] * 7 + i / image.pitches[0] * 3 + 1));
    surface_unmap(session, &image);
}

void session_poke(struct session *session, VASurfaceID surface, uint32_t x, uint32_t y)
{
    VAImage image;
    uint8_t *data = surface_map(session, surface, &image);

    if (data)
        data[y * image.pitches[0] + x] ^= 0x55;
    surface_unmap(session, &image);
}

bool session_is_same(struct session *session, VASurfaceID a, VASurfaceID b)
{
    VAImage image_a, image_b;
    const uint8_t *data_a = surface_map(session, a, &image_a);
    const uint8_t *data_b = surface_map(session, b, &image_b);
    bool is_same = data_a && data_b;

    for (uint32_t row = 0; is_same && row < SESSION_HEIGHT * 3 / 2; row++)
        is_same = memcmp(data_a + (size_t)row * image_a.pitches[0],
                         data_b + (size_t)row * image_b.pitches[0], SESSION_WIDTH) == 0;
    surface_unmap(session, &image_a);
    surface_unmap(session, &image_b);
    return is_same;
}

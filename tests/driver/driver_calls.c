/* SPDX-License-Identifier: MIT */
/* The test driver seen through libva: what it answers, refuses, and survives. */
#include "session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct session session;

static int setup(void **state)
{
    (void)state;
    return session_open(&session) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    session_close(&session);
    return 0;
}

static struct picture idr(void)
{
    return (struct picture){.input = session.surfaces[0],
                            .reconstructed = session.surfaces[1],
                            .reference = VA_INVALID_ID};
}

static struct picture p(void)
{
    return (struct picture){.input = session.surfaces[0],
                            .reconstructed = session.surfaces[2],
                            .reference = session.surfaces[1],
                            .frame_num = 1};
}

/* Encodes surface 0, decodes to surface 3, compares; the coded size goes to *ret_size. */
static void check_round_trip(struct picture picture, size_t *ret_size)
{
    static uint8_t nal[SESSION_CODED];
    size_t bits, size;

    picture.ret_header_bits = &bits;
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_SUCCESS);
    assert_true(session_is_same(&session, picture.input, picture.reconstructed));
    size = session_coded_slice(&session, nal, sizeof(nal));
    assert_true(size > 0);
    session_paint(&session, session.surfaces[3], 99);
    assert_int_equal(
        session_decode(&session, nal, size, bits, session.surfaces[3], picture.reference),
        VA_STATUS_SUCCESS);
    assert_true(session_is_same(&session, picture.input, session.surfaces[3]));
    *ret_size = size;
}

static void pictures_come_back_whoever_wrote_the_header(void **state)
{
    size_t size;

    (void)state;
    for (unsigned how = 0; how < 8; how++) {
        struct picture first = idr(), second = p();

        first.pack_header = second.pack_header = how & 1;
        first.has_start_code = second.has_start_code = how & 2;
        first.has_emulation_bytes = second.has_emulation_bytes = how & 4;
        session_paint(&session, session.surfaces[0], how + 1);
        check_round_trip(first, &size);
        session_poke(&session, session.surfaces[0], 20, 20);
        check_round_trip(second, &size);
        assert_true(size < (size_t)2 * 384); /* one macroblock changed */
    }
}

/* Every third byte is one of emulation prevention. */
static void an_all_zero_picture_comes_back(void **state)
{
    size_t size;

    (void)state;
    session_paint(&session, session.surfaces[0], 0);
    check_round_trip(idr(), &size);
    assert_true(size > (size_t)SESSION_MBS * 384 * 4 / 3);
}

static void an_unchanged_picture_is_a_few_bytes(void **state)
{
    size_t size;

    (void)state;
    session_paint(&session, session.surfaces[0], 5);
    check_round_trip(idr(), &size);
    check_round_trip(p(), &size);
    assert_true(size < 16);
}

static void a_small_coded_buffer_overflows_into_a_flag(void **state)
{
    struct picture picture = idr();
    VACodedBufferSegment *segment;
    VABufferID whole = session.coded;

    (void)state;
    session_paint(&session, session.surfaces[0], 5);
    assert_int_equal(vaCreateBuffer(session.display, session.encode, VAEncCodedBufferType, 100, 1,
                                    NULL, &session.coded),
                     VA_STATUS_SUCCESS);
    assert_int_not_equal(vaMapBuffer(session.display, session.coded, (void **)&segment),
                         VA_STATUS_SUCCESS);
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_SUCCESS);
    assert_int_equal(vaMapBuffer(session.display, session.coded, (void **)&segment),
                     VA_STATUS_SUCCESS);
    assert_true(segment->status & VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK);
    assert_true(segment->size <= 100);
    assert_int_equal(vaDestroyBuffer(session.display, session.coded), VA_STATUS_SUCCESS);
    session.coded = whole;
}

static void damaged_slices_are_errors_and_no_more(void **state)
{
    static uint8_t nal[SESSION_CODED];
    struct picture picture = idr();
    size_t bits, size;

    (void)state;
    picture.ret_header_bits = &bits;
    session_paint(&session, session.surfaces[0], 7);
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_SUCCESS);
    size = session_coded_slice(&session, nal, sizeof(nal));
    for (size_t cut = 1; cut < size; cut += 13)
        assert_int_equal(
            session_decode(&session, nal, cut, bits, session.surfaces[3], VA_INVALID_ID),
            VA_STATUS_ERROR_DECODING_ERROR);
    assert_int_equal(
        session_decode(&session, nal, size - 1, bits, session.surfaces[3], VA_INVALID_ID),
        VA_STATUS_ERROR_DECODING_ERROR);
    for (size_t offset = 0; offset < 65536; offset += 61) {
        if (offset != bits && offset / 8 != bits / 8)
            assert_int_equal(
                session_decode(&session, nal, size, offset, session.surfaces[3], VA_INVALID_ID),
                VA_STATUS_ERROR_DECODING_ERROR);
    }
    for (size_t bit = 8; bit < 2048; bit++) {
        VAStatus status;

        nal[bit / 8] ^= (uint8_t)(1 << bit % 8);
        status = session_decode(&session, nal, size, bits, session.surfaces[3], VA_INVALID_ID);
        assert_true(status == VA_STATUS_SUCCESS || status == VA_STATUS_ERROR_DECODING_ERROR);
        nal[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void references_have_to_be_real(void **state)
{
    struct picture picture = p();

    (void)state;
    picture.forget_dpb = true;
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_ERROR_INVALID_PARAMETER);
    picture.forget_dpb = false;
    picture.reference = picture.reconstructed;
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_ERROR_INVALID_PARAMETER);
    picture.reference = 0x12345;
    assert_int_equal(session_encode(&session, &picture), VA_STATUS_ERROR_INVALID_PARAMETER);
}

static VAStatus encode_with(const VAEncSequenceParameterBufferH264 *seq,
                            const VAEncPictureParameterBufferH264 *pic,
                            const VAEncSliceParameterBufferH264 *slice)
{
    VAContextID context = session.encode;

    assert_int_equal(vaBeginPicture(session.display, context, session.surfaces[0]), 0);
    assert_int_equal(
        session_send(&session, context, VAEncSequenceParameterBufferType, seq, sizeof(*seq)), 0);
    assert_int_equal(
        session_send(&session, context, VAEncPictureParameterBufferType, pic, sizeof(*pic)), 0);
    assert_int_equal(
        session_send(&session, context, VAEncSliceParameterBufferType, slice, sizeof(*slice)), 0);
    return vaEndPicture(session.display, context);
}

static void what_cannot_be_coded_is_refused(void **state)
{
    const struct picture picture = idr();
    const VAEncSequenceParameterBufferH264 seq = session_sequence();
    const VAEncPictureParameterBufferH264 pic = session_picture(&session, &picture);
    const VAEncSliceParameterBufferH264 slice = session_slice(&picture);
    VAEncSequenceParameterBufferH264 bad_seq = seq;
    VAEncPictureParameterBufferH264 bad_pic = pic;
    VAEncSliceParameterBufferH264 bad_slice = slice;

    (void)state;
    assert_int_equal(encode_with(&seq, &pic, &slice), VA_STATUS_SUCCESS);
    bad_seq.picture_width_in_mbs = 1000;
    assert_int_equal(encode_with(&bad_seq, &pic, &slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_seq = seq;
    bad_seq.intra_idr_period = 0;
    assert_int_equal(encode_with(&bad_seq, &pic, &slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_pic.pic_fields.bits.entropy_coding_mode_flag = 1;
    assert_int_equal(encode_with(&seq, &bad_pic, &slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_pic = pic;
    bad_pic.coded_buf = VA_INVALID_ID;
    assert_int_equal(encode_with(&seq, &bad_pic, &slice), VA_STATUS_ERROR_INVALID_BUFFER);
    bad_pic = pic;
    bad_pic.CurrPic.picture_id = VA_INVALID_ID;
    assert_int_equal(encode_with(&seq, &bad_pic, &slice), VA_STATUS_ERROR_INVALID_SURFACE);
    bad_slice.num_macroblocks = SESSION_MBS + 1;
    assert_int_equal(encode_with(&seq, &pic, &bad_slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_slice.num_macroblocks = SESSION_MBS - 1;
    assert_int_equal(encode_with(&seq, &pic, &bad_slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_slice = slice;
    bad_slice.slice_type = 6;
    assert_int_equal(encode_with(&seq, &pic, &bad_slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    bad_slice = slice;
    bad_slice.slice_qp_delta = 40;
    assert_int_equal(encode_with(&seq, &pic, &bad_slice), VA_STATUS_ERROR_INVALID_PARAMETER);
    /* Filter and chroma offsets that would let deblocking touch even PCM macroblocks. */
    bad_slice = slice;
    bad_pic = pic;
    bad_slice.disable_deblocking_filter_idc = 0;
    bad_slice.slice_alpha_c0_offset_div2 = bad_slice.slice_beta_offset_div2 = 6;
    assert_int_equal(encode_with(&seq, &bad_pic, &bad_slice), VA_STATUS_SUCCESS);
    bad_pic.chroma_qp_index_offset = 12;
    assert_int_equal(encode_with(&seq, &bad_pic, &bad_slice), VA_STATUS_ERROR_INVALID_PARAMETER);
}

static void calls_out_of_place_are_refused(void **state)
{
    VAPictureParameterBufferH264 pic;
    const VABufferID none = VA_INVALID_ID;
    VASurfaceStatus ready;
    VABufferID buffer;
    void *data;

    (void)state;
    memset(&pic, 0, sizeof(pic));
    assert_int_equal(vaSyncBuffer(session.display, none, 0), VA_STATUS_ERROR_INVALID_BUFFER);
    assert_int_equal(vaSyncBuffer(session.display, session.coded, 0), VA_STATUS_SUCCESS);
    assert_int_equal(vaSyncSurface(session.display, session.coded),
                     VA_STATUS_ERROR_INVALID_SURFACE);
    assert_int_equal(vaMapBuffer(session.display, session.surfaces[0], &data),
                     VA_STATUS_ERROR_INVALID_BUFFER);
    assert_int_equal(vaQuerySurfaceStatus(session.display, session.surfaces[0], &ready), 0);
    assert_int_equal(ready, VASurfaceReady);
    assert_int_equal(vaEndPicture(session.display, session.encode),
                     VA_STATUS_ERROR_INVALID_SURFACE);
    assert_int_equal(vaCreateBuffer(session.display, session.encode, VAEncCodedBufferType,
                                    0x80000000u, 4, NULL, &buffer),
                     VA_STATUS_ERROR_INVALID_PARAMETER);
    assert_int_equal(vaBeginPicture(session.display, session.decode, session.surfaces[0]), 0);
    assert_int_equal(session_send(&session, session.decode, VASliceDataBufferType, &pic, 64),
                     VA_STATUS_ERROR_DECODING_ERROR);
    assert_int_equal(vaEndPicture(session.display, session.decode), VA_STATUS_ERROR_DECODING_ERROR);
}

static void images_carry_pictures_both_ways(void **state)
{
    VAImageFormat nv12 = {.fourcc = VA_FOURCC_NV12};
    const unsigned width = SESSION_WIDTH, height = SESSION_HEIGHT;
    VAImage image;

    (void)state;
    session_paint(&session, session.surfaces[0], 11);
    session_paint(&session, session.surfaces[1], 12);
    assert_int_equal(vaCreateImage(session.display, &nv12, SESSION_WIDTH, SESSION_HEIGHT, &image),
                     0);
    assert_int_equal(
        vaGetImage(session.display, session.surfaces[0], 0, 0, width, height, image.image_id), 0);
    assert_int_equal(vaPutImage(session.display, session.surfaces[1], image.image_id, 0, 0, width,
                                height, 0, 0, width, height),
                     0);
    assert_true(session_is_same(&session, session.surfaces[0], session.surfaces[1]));
    assert_int_equal(vaPutImage(session.display, session.surfaces[1], image.image_id, 0, 0, width,
                                height, 2, 0, width, height),
                     VA_STATUS_ERROR_INVALID_PARAMETER);
    assert_int_equal(
        vaGetImage(session.display, session.surfaces[0], -2, 0, width, height, image.image_id),
        VA_STATUS_ERROR_INVALID_PARAMETER);
    assert_int_equal(vaDestroyImage(session.display, image.image_id), 0);
    assert_int_equal(vaDestroyImage(session.display, image.image_id),
                     VA_STATUS_ERROR_INVALID_IMAGE);
}

/* A derived image keeps the pixels although their surface is gone. */
static void a_derived_image_outlives_its_surface(void **state)
{
    VASurfaceID surface;
    VAImage image;
    void *data;

    (void)state;
    assert_int_equal(vaCreateSurfaces(session.display, VA_RT_FORMAT_YUV420, SESSION_WIDTH,
                                      SESSION_HEIGHT, &surface, 1, NULL, 0),
                     0);
    assert_int_equal(vaDeriveImage(session.display, surface, &image), 0);
    assert_int_equal(vaMapBuffer(session.display, image.buf, &data), 0);
    assert_int_equal(vaDestroySurfaces(session.display, &surface, 1), 0);
    memset(data, 1, image.data_size);
    assert_int_equal(vaUnmapBuffer(session.display, image.buf), 0);
    assert_int_equal(vaDestroyImage(session.display, image.image_id), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_come_back_whoever_wrote_the_header),
        cmocka_unit_test(an_all_zero_picture_comes_back),
        cmocka_unit_test(an_unchanged_picture_is_a_few_bytes),
        cmocka_unit_test(a_small_coded_buffer_overflows_into_a_flag),
        cmocka_unit_test(damaged_slices_are_errors_and_no_more),
        cmocka_unit_test(references_have_to_be_real),
        cmocka_unit_test(what_cannot_be_coded_is_refused),
        cmocka_unit_test(calls_out_of_place_are_refused),
        cmocka_unit_test(images_carry_pictures_both_ways),
        cmocka_unit_test(a_derived_image_outlives_its_surface),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MIT */
/* What is asked of an encoder, against the demands that drivers were seen to make. */
#include "cmocka_all.h"
#include "h264/read.h"
#include "h264/write.h"
#include "va/encode_plan.h"

#include <string.h>

static struct encode_plan plan_of(uint32_t width, uint32_t height, VAProfile profile)
{
    const struct va_request request = {.width = width, .height = height, .qp = 26};
    const struct va_row row = {.profile = profile};
    struct encode_plan plan;

    plan_make(&plan, &request, &row);
    return plan;
}

static const struct encode_targets targets = {.reconstructed = 5, .reference = 6, .coded = 7};

static void sequence_suits_every_driver(void **state)
{
    struct encode_plan plan = plan_of(322, 242, VAProfileH264ConstrainedBaseline);
    VAEncSequenceParameterBufferH264 sequence;

    (void)state;
    plan_fill_sequence(&plan, &sequence);
    assert_int_equal(plan.coded_width, 336);
    assert_int_equal(plan.coded_height, 256);
    assert_int_not_equal(sequence.intra_idr_period, 0);
    assert_int_not_equal(sequence.ip_period, 0);
    assert_int_equal(sequence.picture_width_in_mbs, 21);
    assert_int_equal(sequence.picture_height_in_mbs, 16);
    assert_int_equal(sequence.frame_cropping_flag, 1);
    assert_int_equal(sequence.frame_crop_right_offset, 7);
    assert_int_equal(sequence.frame_crop_bottom_offset, 7);
    assert_int_equal(sequence.seq_fields.bits.frame_mbs_only_flag, 1);
    assert_int_equal(sequence.seq_fields.bits.chroma_format_idc, 1);
}

static uint32_t count_valid(const VAPictureH264 *list, size_t count)
{
    uint32_t valid = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].picture_id != VA_INVALID_SURFACE)
            valid++;
        else
            assert_int_equal(list[i].flags, VA_PICTURE_H264_INVALID);
    }
    return valid;
}

/* Table A-1's profiles, with the flags by which the decoders of others take the stream too. */
static void each_profile_says_who_can_read_it(void **state)
{
    (void)state;
    assert_int_equal(plan_of(64, 64, VAProfileH264ConstrainedBaseline).sps.profile_idc, 66);
    assert_int_equal(plan_of(64, 64, VAProfileH264ConstrainedBaseline).sps.constraint_flags, 0xc0);
    assert_int_equal(plan_of(64, 64, VAProfileH264Main).sps.profile_idc, 77);
    assert_int_equal(plan_of(64, 64, VAProfileH264Main).sps.constraint_flags, 0x40);
    assert_int_equal(plan_of(64, 64, VAProfileH264High).sps.profile_idc, 100);
    assert_int_equal(plan_of(64, 64, VAProfileH264High).sps.constraint_flags, 0);
}

/* 7.4.3: two IDR pictures in a row have different ids. */
static void idr_pictures_in_a_row_differ(void **state)
{
    struct encode_plan plan = plan_of(64, 64, VAProfileH264Main);

    (void)state;
    for (uint32_t frame = 0; frame < 4 * IDR_PERIOD; frame += IDR_PERIOD)
        assert_int_not_equal(plan_slice(&plan, frame).idr_pic_id,
                             plan_slice(&plan, frame + IDR_PERIOD).idr_pic_id);
    assert_int_equal(plan_slice(&plan, IDR_PERIOD + 1).idr_pic_id, 0);
}

static void references_are_filled_to_the_end(void **state)
{
    struct encode_plan plan = plan_of(320, 240, VAProfileH264High);
    VAEncPictureParameterBufferH264 picture;
    VAEncSliceParameterBufferH264 slice;

    (void)state;
    for (uint32_t frame = 0; frame < 3 * IDR_PERIOD; frame++) {
        uint32_t expected = frame % IDR_PERIOD ? 1 : 0;
        plan_fill_picture(&plan, frame, &targets, &picture);
        plan_fill_slice(&plan, frame, &targets, &slice);
        assert_int_equal(count_valid(picture.ReferenceFrames, 16), expected);
        assert_int_equal(count_valid(slice.RefPicList0, 32), expected);
        assert_int_equal(count_valid(slice.RefPicList1, 32), 0);
        assert_int_equal(picture.pic_fields.bits.transform_8x8_mode_flag, 0);
        assert_int_equal(picture.pic_fields.bits.entropy_coding_mode_flag, 0);
        assert_int_equal(picture.pic_fields.bits.idr_pic_flag, !expected);
        assert_int_equal(slice.num_macroblocks, 300);
        /* What lies behind the lists stays as it was. */
        assert_int_equal(picture.coded_buf, targets.coded);
        assert_int_equal(slice.luma_log2_weight_denom, 0);
        assert_int_equal(slice.luma_weight_l0_flag, 0);
        assert_int_equal(slice.luma_weight_l0[0], 0);
        if (expected) {
            assert_int_equal(slice.RefPicList0[0].picture_id, targets.reference);
            assert_int_equal(slice.RefPicList0[0].frame_idx, frame % IDR_PERIOD - 1);
        }
    }
}

/* H.264 table A-1: MaxBR of each level, kbit/s in the baseline and main profiles. */
static uint32_t level_kilobits(uint8_t level_idc)
{
    static const struct {
        uint8_t level_idc;
        uint32_t kilobits;
    } levels[] = {{41, 50000},  {42, 50000},  {50, 135000}, {51, 240000},
                  {52, 240000}, {60, 240000}, {61, 480000}, {62, 800000}};

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (levels[i].level_idc == level_idc)
            return levels[i].kilobits;
    }
    fail_msg("level %u", level_idc);
    return 0;
}

static void the_level_allows_the_bit_rate(void **state)
{
    static const struct {
        uint32_t width, height;
        uint8_t level_idc, level_idc_cbr;
    } rows[] = {{640, 480, 41, 41},   {1920, 1080, 41, 50}, {3840, 2160, 51, 51},
                {4096, 2304, 52, 52}, {4096, 4096, 60, 60}, {8192, 8192, 62, 62}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct va_request request = {.width = rows[i].width, .height = rows[i].height};
        const struct va_row row = {.profile = VAProfileH264Main};
        struct encode_plan plan;

        plan_make(&plan, &request, &row);
        assert_int_equal(plan.sps.level_idc, rows[i].level_idc);
        assert_int_equal(plan.bits_per_second, 0);
        request.rate = VA_RATE_CBR;
        plan_make(&plan, &request, &row);
        assert_int_equal(plan.sps.level_idc, rows[i].level_idc_cbr);
        assert_in_range(plan.bits_per_second, 256000, level_kilobits(plan.sps.level_idc) * 1000);
    }
}

/* The headers of a whole run pass our own parser, for every profile and many sizes. */
static void headers_are_a_valid_stream(void **state)
{
    static const VAProfile profiles[] = {VAProfileH264ConstrainedBaseline, VAProfileH264Main,
                                         VAProfileH264High};
    static const uint32_t sizes[][2] = {
        {32, 32}, {320, 240}, {322, 242}, {1920, 1080}, {4096, 2160}};

    (void)state;
    for (size_t i = 0; i < 15; i++) {
        uint32_t width = sizes[i / 3][0];
        uint32_t height = sizes[i / 3][1];
        struct encode_plan plan = plan_of(width, height, profiles[i % 3]);
        static struct h264_reader reader;

        memset(&reader, 0, sizeof(reader));
        reader.expect = (struct h264_expect){.width = width,
                                             .height = height,
                                             .profile_idc = plan.sps.profile_idc,
                                             .idr_period = IDR_PERIOD};
        for (uint32_t frame = 0; frame < 2 * IDR_PERIOD + 2; frame++) {
            struct h264_slice slice = plan_slice(&plan, frame);
            struct h264_header header = {0};
            static uint8_t data[65536];
            struct h264_picture picture;
            char rule[H264_RULE_MAX] = "";
            size_t used;

            if (plan_is_idr(frame)) {
                h264_write_sps(&header, &plan.sps);
                h264_write_pps(&header, &plan.pps);
            }
            h264_write_slice_header(&header, &slice, &plan.sps, &plan.pps);
            assert_false(header.cut);
            used = (header.bits + 7) / 8;
            memset(data, 0x55, sizeof(data));
            memcpy(data, header.data, used);
            if (!h264_read_picture(&reader, data, sizeof(data), &picture, rule))
                fail_msg("%ux%u frame %u: %s", width, height, frame, rule);
            assert_int_equal(picture.is_idr, plan_is_idr(frame));
            assert_int_equal(picture.poc, 2 * (frame % IDR_PERIOD));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_suits_every_driver),
        cmocka_unit_test(each_profile_says_who_can_read_it),
        cmocka_unit_test(idr_pictures_in_a_row_differ),
        cmocka_unit_test(references_are_filled_to_the_end),
        cmocka_unit_test(the_level_allows_the_bit_rate),
        cmocka_unit_test(headers_are_a_valid_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

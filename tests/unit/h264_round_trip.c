/* SPDX-License-Identifier: MIT */
/* What h264_write.c writes, the parser reads back field by field. */
#include "cmocka_all.h"
#include "h264/bits.h"
#include "h264/read.h"
#include "h264/write.h"

#include <stdio.h>
#include <string.h>

static struct h264_nal only_nal(const struct h264_header *header)
{
    struct h264_nal nal = {0};
    size_t at = 0;

    assert_false(header->cut);
    assert_true(h264_next_nal(header->data, (header->bits + 7) / 8, &at, &nal));
    return nal;
}

static struct h264_sps full_sps(void)
{
    return (struct h264_sps){.present = true,
                             .profile_idc = H264_MAIN,
                             .constraint_flags = 0x40,
                             .level_idc = 41,
                             .id = 3,
                             .log2_max_frame_num = 9,
                             .log2_max_pic_order_cnt_lsb = 11,
                             .max_num_ref_frames = 4,
                             .width_mbs = 120,
                             .height_mbs = 68,
                             .frame_mbs_only = true,
                             .direct_8x8_inference = true,
                             .crop_right = 6,
                             .crop_bottom = 8,
                             .has_vui = true,
                             .has_timing = true,
                             .has_restriction = true,
                             .num_units_in_tick = 1001,
                             .time_scale = 60000,
                             .max_num_reorder_frames = 0,
                             .max_dec_frame_buffering = 4};
}

static void assert_sps_survives(const struct h264_sps *sps)
{
    struct h264_header header = {0};
    char rule[H264_RULE_MAX] = "";
    struct h264_sps back;
    struct h264_nal nal;

    h264_write_sps(&header, sps);
    nal = only_nal(&header);
    if (!h264_read_sps(header.data + nal.offset, nal.size, &back, rule))
        fail_msg("%s", rule);
    assert_int_equal(back.profile_idc, sps->profile_idc);
    assert_int_equal(back.constraint_flags, sps->constraint_flags);
    assert_int_equal(back.level_idc, sps->level_idc);
    assert_int_equal(back.id, sps->id);
    assert_int_equal(back.log2_max_frame_num, sps->log2_max_frame_num);
    assert_int_equal(back.pic_order_cnt_type, sps->pic_order_cnt_type);
    assert_int_equal(back.log2_max_pic_order_cnt_lsb, sps->log2_max_pic_order_cnt_lsb);
    assert_int_equal(back.max_num_ref_frames, sps->max_num_ref_frames);
    assert_int_equal(back.width_mbs, sps->width_mbs);
    assert_int_equal(back.height_mbs, sps->height_mbs);
    assert_int_equal(back.crop_left, sps->crop_left);
    assert_int_equal(back.crop_right, sps->crop_right);
    assert_int_equal(back.crop_top, sps->crop_top);
    assert_int_equal(back.crop_bottom, sps->crop_bottom);
    assert_int_equal(back.has_vui, sps->has_vui);
    assert_int_equal(back.num_units_in_tick, sps->num_units_in_tick);
    assert_int_equal(back.time_scale, sps->time_scale);
    assert_int_equal(back.max_num_reorder_frames, sps->max_num_reorder_frames);
    assert_int_equal(back.max_dec_frame_buffering, sps->max_dec_frame_buffering);
}

static void sps_survives(void **state)
{
    struct h264_sps sps = full_sps();

    (void)state;
    assert_sps_survives(&sps);
    sps.profile_idc = H264_HIGH;
    assert_sps_survives(&sps);
    sps.pic_order_cnt_type = 2;
    sps.log2_max_pic_order_cnt_lsb = 0;
    assert_sps_survives(&sps);
    sps.crop_left = 4;
    sps.crop_top = 2;
    assert_sps_survives(&sps);
}

static void sps_without_extras_survives(void **state)
{
    struct h264_sps sps = {.profile_idc = H264_BASELINE,
                           .level_idc = 10,
                           .log2_max_frame_num = 4,
                           .log2_max_pic_order_cnt_lsb = 4,
                           .width_mbs = 1,
                           .height_mbs = 1};

    (void)state;
    assert_sps_survives(&sps);
}

static void pps_survives(void **state)
{
    (void)state;
    for (int qp = 0; qp <= 51; qp++) {
        struct h264_pps pps = {.id = (uint8_t)(200 + qp),
                               .sps_id = 31,
                               .cabac = qp % 2,
                               .num_ref_idx_l0_default = 2,
                               .num_ref_idx_l1_default = 1,
                               .pic_init_qp = (int8_t)qp,
                               .pic_init_qs = 26,
                               .chroma_qp_index_offset = (int8_t)(qp % 25 - 12),
                               .transform_8x8_mode = qp % 3 == 0,
                               .second_chroma_qp_index_offset = (int8_t)(qp % 25 - 12),
                               .deblocking_filter_control_present = true};
        struct h264_header header = {0};
        char rule[H264_RULE_MAX] = "";
        struct h264_pps back;
        struct h264_nal nal;

        h264_write_pps(&header, &pps);
        nal = only_nal(&header);
        if (!h264_read_pps(header.data + nal.offset, nal.size, &back, rule))
            fail_msg("qp %d: %s", qp, rule);
        assert_int_equal(back.id, pps.id);
        assert_int_equal(back.sps_id, pps.sps_id);
        assert_int_equal(back.cabac, pps.cabac);
        assert_int_equal(back.num_ref_idx_l0_default, 2);
        assert_int_equal(back.pic_init_qp, qp);
        assert_int_equal(back.chroma_qp_index_offset, pps.chroma_qp_index_offset);
        assert_int_equal(back.second_chroma_qp_index_offset, pps.second_chroma_qp_index_offset);
        assert_int_equal(back.transform_8x8_mode, pps.transform_8x8_mode);
        assert_true(back.deblocking_filter_control_present);
    }
}

/* The reader refuses a header without slice data, so a few bytes follow it. */
static void assert_slice_survives(struct h264_reader *reader, const struct h264_slice *slice)
{
    struct h264_header header = {0};
    uint8_t data[H264_HEADER_MAX + 4];
    char rule[H264_RULE_MAX] = "";
    static struct h264_bits bits;
    struct h264_slice back;
    size_t size;

    h264_write_slice_header(&header, slice, &reader->sps[0], &reader->pps[0]);
    assert_false(header.cut);
    size = (header.bits + 7) / 8;
    memcpy(data, header.data, size);
    memset(data + size, 0xaa, 4);
    if (!h264_read_slice(reader, data + 4, size, &back, rule))
        fail_msg("%s", rule);
    /* The reader counts from the NAL unit header byte and without emulation prevention. */
    h264_bits_open(&bits, header.data + 4, size - 4);
    assert_int_equal(back.header_bits, header.bits - 32 - 8 * (size - 4 - bits.size));
    assert_int_equal(back.nal_unit_type, slice->nal_unit_type);
    assert_int_equal(back.nal_ref_idc, slice->nal_ref_idc);
    assert_int_equal(back.type, slice->type);
    assert_int_equal(back.frame_num, slice->frame_num);
    assert_int_equal(back.idr_pic_id, slice->idr_pic_id);
    assert_int_equal(back.pic_order_cnt_lsb, slice->pic_order_cnt_lsb);
    assert_int_equal(back.qp_delta, slice->qp_delta);
    assert_int_equal(back.disable_deblocking_filter_idc, slice->disable_deblocking_filter_idc);
    assert_int_equal(back.alpha_c0_offset_div2, slice->alpha_c0_offset_div2);
    assert_int_equal(back.beta_offset_div2, slice->beta_offset_div2);
    assert_false(back.has_list_modification || back.has_weight_table || back.has_adaptive_marking);
}

static void slice_header_survives(void **state)
{
    static struct h264_reader reader;
    struct h264_slice idr = {.nal_unit_type = H264_NAL_IDR,
                             .nal_ref_idc = 3,
                             .type = H264_I,
                             .idr_pic_id = 65535,
                             .qp_delta = -20,
                             .alpha_c0_offset_div2 = -6,
                             .beta_offset_div2 = 6};
    struct h264_slice p = {.nal_unit_type = H264_NAL_SLICE,
                           .nal_ref_idc = 1,
                           .type = H264_P,
                           .frame_num = 300,
                           .pic_order_cnt_lsb = 600,
                           .num_ref_idx_l0 = 1,
                           .qp_delta = 25,
                           .disable_deblocking_filter_idc = 1};

    (void)state;
    memset(&reader, 0, sizeof(reader));
    reader.sps[0] = full_sps();
    reader.pps[0] = (struct h264_pps){.present = true,
                                      .num_ref_idx_l0_default = 1,
                                      .num_ref_idx_l1_default = 1,
                                      .pic_init_qp = 26,
                                      .deblocking_filter_control_present = true};
    assert_slice_survives(&reader, &idr);
    assert_slice_survives(&reader, &p);
    p.num_ref_idx_l0 = 3;
    assert_slice_survives(&reader, &p);
    reader.pps[0].cabac = true;
    assert_slice_survives(&reader, &p);
}

/* Bits of '0' and '1', blanks aside, and ones up to the end of the last byte and two more. */
static size_t pack(const char *text, uint8_t *ret)
{
    size_t count = 0;

    memset(ret, 0xff, 64);
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (*text == '0')
            ret[count / 8] &= (uint8_t) ~(0x80U >> count % 8);
        count++;
    }
    return (count + 7) / 8 + 2;
}

static void numbers_out_of_range_are_bad(void **state)
{
    static const struct {
        const char *bits;
        int32_t min, max;
        bool is_bad;
    } rows[] = {{"010", -1, 1, false}, {"010", -1, 0, true},    {"011", -1, 1, false},
                {"011", 0, 1, true},   {"00100", -2, 2, false}, {"00100", -2, 1, true}};
    static struct h264_bits bits;
    uint8_t data[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        h264_bits_open(&bits, data, pack(rows[i].bits, data));
        (void)h264_get_se_range(&bits, rows[i].min, rows[i].max);
        assert_int_equal(bits.bad, rows[i].is_bad);
        h264_bits_open(&bits, data, pack(rows[i].bits, data));
        assert_int_equal(h264_get_ue_max(&bits, 2),
                         strlen(rows[i].bits) == 5 ? 0 : rows[i].bits[2] - '0' + 1);
        assert_int_equal(bits.bad, strlen(rows[i].bits) == 5);
    }
}

/* 7.4.3.2: weights and offsets are from -128 to 127. */
static void weights_have_a_range(void **state)
{
    static const struct {
        const char *luma, *chroma; /* flag, and what it announces */
        bool is_good;
    } rows[] = {
        {"1 000000011111110 1", "0", true},        {"1 00000000100000000 1", "0", false},
        {"1 1 00000000100000001", "0", true},      {"1 1 00000000100000010", "0", false},
        {"0", "1 1 1 1 000000011111110", true},    {"0", "1 1 1 1 00000000100000000", false},
        {"0", "1 00000000100000000 1 1 1", false},
    };
    static struct h264_reader reader;

    (void)state;
    memset(&reader, 0, sizeof(reader));
    reader.sps[0] = full_sps();
    reader.sps[0].pic_order_cnt_type = 2;
    reader.pps[0] = (struct h264_pps){
        .present = true, .num_ref_idx_l0_default = 1, .pic_init_qp = 26, .weighted_pred = true};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        char rule[H264_RULE_MAX] = "";
        uint8_t data[64];
        struct h264_slice slice;
        /* NAL unit header; first_mb, type, PPS, frame_num; no override, no modification; the
         * table's denominators and entry; no marking commands; the quantiser; something of a
         * picture */
        (void)snprintf(text, sizeof(text), "01000001 1 00110 1 000000001 0 0 1 1 %s %s 0 1 1010101",
                       rows[i].luma, rows[i].chroma);
        bool is_read = h264_read_slice(&reader, data, pack(text, data), &slice, rule);
        if (is_read != rows[i].is_good)
            fail_msg("row %zu: %s", i, is_read ? "accepted" : rule);
        assert_true(!is_read || slice.has_weight_table);
    }
}

/* Any payload: no start code inside, no unescaped sequence, and the same bytes come back. */
static void emulation_prevention_survives(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        static struct h264_bits bits;
        uint8_t payload[40];
        uint8_t out[128];
        struct h264_nal nal;
        size_t used = 0;
        size_t at = 0;

        for (size_t i = 0; i < sizeof(payload); i++) {
            seed = seed * 1664525 + 1013904223;
            payload[i] = (uint8_t)(seed >> 28 > 5 ? 0 : seed >> 24 & 3);
        }
        payload[sizeof(payload) - 1] = 0x80;
        assert_true(h264_write_nal(out, sizeof(out), &used, 0x65, payload, sizeof(payload)));
        assert_true(h264_next_nal(out, used, &at, &nal));
        assert_int_equal(nal.offset, 4);
        assert_int_equal(nal.size, used - 4);
        assert_int_equal(at, used);
        assert_false(nal.is_unescaped);
        h264_bits_open(&bits, out + nal.offset, nal.size);
        assert_int_equal(bits.size, sizeof(payload) + 1);
        assert_memory_equal(bits.data + 1, payload, sizeof(payload));
    }
}

static void no_room_is_no_overrun(void **state)
{
    uint8_t payload[16] = {0};
    uint8_t out[32];

    (void)state;
    for (size_t room = 0; room < 20; room++) {
        size_t used = 0;
        memset(out, 0xee, sizeof(out));
        assert_false(h264_write_nal(out, room, &used, 0x65, payload, sizeof(payload)));
        assert_int_equal(used, 0);
        for (size_t i = room; i < sizeof(out); i++)
            assert_int_equal(out[i], 0xee);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sps_survives),
        cmocka_unit_test(sps_without_extras_survives),
        cmocka_unit_test(pps_survives),
        cmocka_unit_test(slice_header_survives),
        cmocka_unit_test(numbers_out_of_range_are_bad),
        cmocka_unit_test(weights_have_a_range),
        cmocka_unit_test(emulation_prevention_survives),
        cmocka_unit_test(no_room_is_no_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

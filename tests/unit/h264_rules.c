/* SPDX-License-Identifier: MIT */
/* Each kind of damage to a stream is refused, with the rule that it breaks in plain words. */
#include "cmocka_all.h"
#include "h264_scene.h"

/* The one thing that is wrong in picture `number` of the stream. */
struct damage {
    const char *name;
    uint32_t number;
    void (*change)(struct scene *scene); /* before it is written */
    void (*spoil)(struct coded *coded);  /* after it was written */
    const char *rule;                    /* part of the sentence */
};

static void no_sps(struct scene *scene)
{
    scene->has_sps = false;
}
static void no_pps(struct scene *scene)
{
    scene->has_pps = false;
}
static void no_slice(struct scene *scene)
{
    scene->has_slice = false;
}
static void no_data(struct scene *scene)
{
    scene->data_size = 0;
}
static void little_data(struct scene *scene)
{
    scene->data_size = 5;
}
static void wrong_width(struct scene *scene)
{
    scene->sps.width_mbs = 5;
}
static void wrong_crop(struct scene *scene)
{
    scene->sps.crop_right = 2;
}
static void crop_all(struct scene *scene)
{
    scene->sps.crop_bottom = 32;
}
static void wrong_profile(struct scene *scene)
{
    scene->sps.profile_idc = H264_MAIN;
}
static void no_level(struct scene *scene)
{
    scene->sps.level_idc = 33;
}
static void sps_id_32(struct scene *scene)
{
    scene->sps.id = 32;
}
static void pps_names_sps_9(struct scene *scene)
{
    scene->pps.sps_id = 9;
}
static void pps_names_sps_32(struct scene *scene)
{
    scene->pps.sps_id = 32;
}
static void slice_names_pps_7(struct scene *scene)
{
    scene->slice.pps_id = 7;
}
static void frame_num_skips(struct scene *scene)
{
    scene->slice.frame_num = 3;
}
static void frame_num_stays(struct scene *scene)
{
    scene->slice.frame_num = 1;
}
static void idr_frame_num(struct scene *scene)
{
    scene->slice.frame_num = 1;
}
static void order_goes_back(struct scene *scene)
{
    scene->slice.pic_order_cnt_lsb = 2;
}
static void type_b(struct scene *scene)
{
    scene->slice.type = H264_B;
}
static void p_in_idr(struct scene *scene)
{
    scene->slice.type = H264_P;
}
static void first_mb_1(struct scene *scene)
{
    scene->slice.first_mb = 1;
}
static void qp_too_high(struct scene *scene)
{
    scene->slice.qp_delta = 40;
}
static void qp_52(struct scene *scene)
{
    scene->slice.qp_delta = (int8_t)(52 - scene->pps.pic_init_qp);
}
static void qp_below_0(struct scene *scene)
{
    scene->slice.qp_delta = (int8_t)(-1 - scene->pps.pic_init_qp);
}
static void no_references(struct scene *scene)
{
    scene->sps.max_num_ref_frames = 0;
}
static void many_references(struct scene *scene)
{
    scene->slice.num_ref_idx_l0 = 20;
}
static void idr_not_reference(struct scene *scene)
{
    scene->slice.nal_ref_idc = 0;
}

static void repeat_idr(struct scene *scene)
{
    *scene = scene_picture(0);
}

static void sps_changes(struct scene *scene)
{
    scene->has_sps = true;
    scene->sps.level_idc = 31;
}

static void empty(struct coded *coded)
{
    coded->size = 0;
}
static void zeros(struct coded *coded)
{
    memset(coded->data, 0, coded->size);
}
static void no_start_code(struct coded *coded)
{
    coded->data[3] = 7;
}
static void rubbish_before(struct coded *coded)
{
    coded->data[0] = 0x42;
}
static void nal_type_0(struct coded *coded)
{
    coded->data[4] = 0x60;
}
static void nal_type_reserved(struct coded *coded)
{
    coded->data[4] = 0x60 | 23;
}
static void nal_type_partition(struct coded *coded)
{
    coded->data[4] = 0x62;
}
static void forbidden_bit(struct coded *coded)
{
    coded->data[4] |= 0x80;
}
static void cut_in_header(struct coded *coded)
{
    coded->size = 6;
}

/* 00 00 02 cannot be in a NAL unit; nor can three zero bytes, or 00 00 03 before 04. */
static void unescaped_2(struct coded *coded)
{
    memcpy(coded->data + coded->size - 8, (const uint8_t[]){0, 0, 2}, 3);
}

static void unescaped_0(struct coded *coded)
{
    memcpy(coded->data + coded->size - 8, (const uint8_t[]){0, 0, 0, 9}, 4);
}

static void escape_of_nothing(struct coded *coded)
{
    memcpy(coded->data + coded->size - 8, (const uint8_t[]){0, 0, 3, 4}, 4);
}

static void append(struct coded *coded, const void *bytes, size_t size)
{
    memcpy(coded->data + coded->size, bytes, size);
    coded->size += size;
}

static void two_pictures(struct coded *coded)
{
    struct scene next = scene_picture(3);

    scene_add_slice(coded, &next);
}

static void slice_backwards(struct coded *coded)
{
    struct scene slice = scene_picture(2);

    slice.slice.first_mb = 5;
    scene_add_slice(coded, &slice);
    slice.slice.first_mb = 4;
    scene_add_slice(coded, &slice);
}

static void slice_beyond(struct coded *coded)
{
    struct scene slice = scene_picture(2);

    slice.slice.first_mb = 8;
    scene_add_slice(coded, &slice);
}

static void slice_of_another(struct coded *coded)
{
    struct scene slice = scene_picture(3);

    slice.slice.first_mb = 4;
    scene_add_slice(coded, &slice);
}

static void slice_twice(struct coded *coded)
{
    struct scene slice = scene_picture(2);

    slice.slice.first_mb = 7;
    scene_add_slice(coded, &slice);
    scene_add_slice(coded, &slice);
}

static void sps_behind(struct coded *coded)
{
    struct scene idr = scene_picture(0);
    struct h264_header header = {0};

    h264_write_sps(&header, &idr.sps);
    append(coded, header.data, header.bits / 8);
}

static void delimiter_behind(struct coded *coded)
{
    append(coded, (const uint8_t[]){0, 0, 1, 9, 0x10}, 5);
}

static void filler_before(struct coded *coded)
{
    static const uint8_t filler[] = {0, 0, 1, 12, 0xff, 0x80};

    memmove(coded->data + sizeof(filler), coded->data, coded->size);
    memcpy(coded->data, filler, sizeof(filler));
    coded->size += sizeof(filler);
}

static void fillers_without_end(struct coded *coded)
{
    for (int i = 0; i < 600; i++)
        append(coded, (const uint8_t[]){0, 0, 1, 12, 0x80}, 5);
}

static void only_delimiter(struct coded *coded)
{
    memcpy(coded->data, (const uint8_t[]){0, 0, 1, 9, 0x10}, 5);
    coded->size = 5;
}

static void empty_nal(struct coded *coded)
{
    append(coded, (const uint8_t[]){0, 0, 1, 0, 0, 1, 0x0c, 0x80}, 8);
}

/* 40 leading zero bits where seq_parameter_set_id should be. */
static void huge_golomb_sps(struct coded *coded)
{
    static const uint8_t sps[] = {0, 0, 0, 1, 0x67, 66, 0xc0, 30, 0, 0, 3, 0, 0, 3, 0, 1, 0x80};

    memmove(coded->data + sizeof(sps), coded->data, coded->size);
    memcpy(coded->data, sps, sizeof(sps));
    coded->size += sizeof(sps);
}

/* first_mb_in_slice that takes 62 bits. */
static void huge_golomb_slice(struct coded *coded)
{
    static const uint8_t slice[] = {0, 0, 0, 1, 0x41, 0, 0, 3, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x80};

    memcpy(coded->data, slice, sizeof(slice));
    coded->size = sizeof(slice);
}

static void sps_cut(struct coded *coded)
{
    static const uint8_t sps[] = {0, 0, 0, 1, 0x67, 66, 0xc0, 30, 0xda};

    memmove(coded->data + sizeof(sps), coded->data, coded->size);
    memcpy(coded->data, sps, sizeof(sps));
    coded->size += sizeof(sps);
}

static const struct damage damages[] = {
    {"no SPS", 0, no_sps, NULL, "names SPS 0, which never came"},
    {"no PPS", 0, no_pps, NULL, "names PPS 0, which never came"},
    {"no picture", 1, no_slice, only_delimiter, "holds no picture"},
    {"no slice data", 1, no_data, NULL, "ends with its header"},
    {"IDR too short to be true", 0, little_data, NULL, "8 macroblocks has only"},
    {"wrong width", 0, wrong_width, NULL, "says 80x32 pixels, asked for were 64x32"},
    {"wrong crop", 0, wrong_crop, NULL, "says 62x32 pixels, asked for were 64x32"},
    {"all cropped away", 0, crop_all, NULL, "crops the whole picture away"},
    {"wrong profile", 0, wrong_profile, NULL, "profile_idc 77, asked for was 66"},
    {"level that does not exist", 0, no_level, NULL, "level_idc 33"},
    {"SPS id out of range", 0, sps_id_32, NULL, "id above 31"},
    {"PPS of an SPS that is not there", 0, pps_names_sps_9, NULL, "names SPS 9"},
    {"SPS id in the PPS out of range", 0, pps_names_sps_32, NULL, "a PPS is cut short"},
    {"slice of a PPS that is not there", 1, slice_names_pps_7, NULL, "names PPS 7"},
    {"frame_num skips", 2, frame_num_skips, NULL, "frame_num is 3 instead of 2"},
    {"frame_num stays", 2, frame_num_stays, NULL, "frame_num is 1 instead of 2"},
    {"IDR with a frame_num", 0, idr_frame_num, NULL, "frame_num 1 instead of 0"},
    {"order goes back", 2, order_goes_back, NULL, "order count does not grow"},
    {"B slice", 2, type_b, NULL, "type B"},
    {"P slice in an IDR picture", 0, p_in_idr, NULL, "IDR picture holds a P slice"},
    {"first macroblock missing", 1, first_mb_1, NULL, "begins with macroblock 1"},
    {"quantiser out of range", 1, qp_too_high, NULL, "quantiser 66"},
    {"quantiser one too high", 1, qp_52, NULL, "quantiser 52"},
    {"quantiser one too low", 1, qp_below_0, NULL, "quantiser -1"},
    {"P picture without references", 1, NULL, NULL, "allows no reference"},
    {"more references than frames", 1, many_references, NULL, "uses 20 references"},
    {"IDR that is no reference", 0, idr_not_reference, NULL, "nal_ref_idc 0"},
    {"first picture is no IDR", 1, NULL, NULL, "does not begin with an IDR"},
    {"IDR missing", 3, NULL, NULL, "IDR picture was asked for"},
    {"IDR repeated", 1, repeat_idr, NULL, "same idr_pic_id"},
    {"SPS changes", 1, sps_changes, NULL, "the SPS changes"},
    {"empty buffer", 1, NULL, empty, "is empty"},
    {"nothing but zeros", 1, NULL, zeros, "start code"},
    {"no start code", 1, NULL, no_start_code, "start code"},
    {"rubbish before the start code", 1, NULL, rubbish_before, "start code"},
    {"NAL type 0", 1, NULL, nal_type_0, "type 0"},
    {"reserved NAL type", 1, NULL, nal_type_reserved, "type 23"},
    {"data partition", 1, NULL, nal_type_partition, "type 2"},
    {"forbidden bit", 1, NULL, forbidden_bit, "forbidden_zero_bit"},
    {"truncated slice header", 1, NULL, cut_in_header, "slice header is cut short"},
    {"fillers without end", 1, NULL, fillers_without_end, "more than 512 NAL units"},
    {"emulation prevention missing", 1, NULL, unescaped_2, "emulation prevention"},
    {"three zero bytes", 1, NULL, unescaped_0, "emulation prevention"},
    {"escape of nothing", 1, NULL, escape_of_nothing, "emulation prevention"},
    {"two pictures in one buffer", 2, NULL, two_pictures, "two pictures"},
    {"slices backwards", 2, NULL, slice_backwards, "out of order"},
    {"slice beyond the picture", 2, NULL, slice_beyond, "begins at macroblock 8"},
    {"slice of another picture", 2, NULL, slice_of_another, "different pictures"},
    {"a slice twice", 2, NULL, slice_twice, "out of order"},
    {"SPS behind the slice", 2, NULL, sps_behind, "type 7 comes behind"},
    {"delimiter behind the slice", 2, NULL, delimiter_behind, "delimiter"},
    {"filler before the slice", 2, NULL, filler_before, "type 12 comes before"},
    {"empty NAL unit", 2, NULL, empty_nal, "is empty"},
    {"huge Exp-Golomb code in an SPS", 0, NULL, huge_golomb_sps, "an SPS is cut short"},
    {"huge Exp-Golomb code in a slice", 1, NULL, huge_golomb_slice, "slice header is cut short"},
    {"SPS cut short", 0, NULL, sps_cut, "an SPS is cut short"},
};

static struct h264_reader fresh_reader(void)
{
    return (struct h264_reader){
        .expect = {.width = 64, .height = 32, .profile_idc = H264_BASELINE, .idr_period = 3}};
}

/* Some damage is to the stream as a whole and not to one picture's bytes. */
static uint32_t first_number(const struct damage *damage)
{
    return strstr(damage->rule, "does not begin with an IDR") ? 1 : 0;
}

static void assert_refused(const struct damage *damage)
{
    struct h264_reader reader = fresh_reader();

    for (uint32_t number = first_number(damage); number <= damage->number; number++) {
        struct scene scene = scene_picture(number);
        char rule[H264_RULE_MAX] = "";
        struct h264_picture picture;
        struct coded coded;
        bool is_good;

        if (strstr(damage->rule, "allows no reference"))
            no_references(&scene);
        if (number && first_number(damage) == number)
            scene.has_sps = scene.has_pps = true;
        if (number == damage->number && damage->change)
            damage->change(&scene);
        scene_write(&coded, &scene);
        if (number == damage->number && damage->spoil)
            damage->spoil(&coded);
        is_good = h264_read_picture(&reader, coded.data, coded.size, &picture, rule);
        if (number < damage->number && !is_good)
            fail_msg("%s: refused too early: %s", damage->name, rule);
        if (number == damage->number && is_good)
            fail_msg("%s: accepted", damage->name);
        if (number == damage->number && !strstr(rule, damage->rule))
            fail_msg("%s: refused for another reason: %s", damage->name, rule);
    }
}

static void every_damage_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
        assert_refused(&damages[i]);
}

/* Pictures 0 1 2 | 3 4 5 with an IDR picture every three. */
static void feed(struct h264_reader *reader, uint32_t number, size_t data_size)
{
    struct scene scene = scene_picture(number % 3);
    char rule[H264_RULE_MAX] = "";
    struct h264_picture picture;
    struct coded coded;

    scene.slice.idr_pic_id = (uint16_t)(number / 3 % 2);
    if (scene.slice.nal_unit_type != H264_NAL_IDR)
        scene.slice.idr_pic_id = 0;
    scene.data_size = data_size;
    scene_write(&coded, &scene);
    if (!h264_read_picture(reader, coded.data, coded.size, &picture, rule))
        fail_msg("picture %u: %s", number, rule);
}

static void good_stream_is_accepted(void **state)
{
    struct h264_reader reader = fresh_reader();
    char rule[H264_RULE_MAX];

    (void)state;
    reader.expect.is_moving = true;
    for (uint32_t number = 0; number < 30; number++)
        feed(&reader, number, 20 + number);
    assert_true(h264_read_end(&reader, rule));
    assert_int_equal(reader.counts.pictures, 30);
    assert_int_equal(reader.counts.idr, 10);
    assert_int_equal(reader.counts.p, 20);
    assert_int_equal(reader.counts.sps, 10);
    assert_int_equal(reader.counts.nal_units, 50);
    assert_int_equal(h264_reader_sps(&reader)->width_mbs, 4);
}

/* Of a picture of 62x30 pixels, uncropped; not of one that takes other macroblocks, and not cropped
 * elsewhere. */
static void whole_macroblocks_pass_where_they_may(void **state)
{
    static const struct {
        uint32_t width, height, crop_right;
        bool may_be_uncropped, is_good;
    } rows[] = {{62, 30, 0, false, false}, {62, 30, 0, true, true},  {62, 30, 4, true, false},
                {46, 30, 0, true, false},  {62, 34, 0, true, false}, {64, 32, 0, false, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct h264_reader reader = {.expect = {.width = rows[i].width,
                                                .height = rows[i].height,
                                                .may_be_uncropped = rows[i].may_be_uncropped}};
        struct scene scene = scene_picture(0);
        char rule[H264_RULE_MAX] = "";
        struct h264_picture picture;
        struct coded coded;

        scene.sps.crop_right = rows[i].crop_right;
        scene_write(&coded, &scene);
        if (h264_read_picture(&reader, coded.data, coded.size, &picture, rule) != rows[i].is_good)
            fail_msg("row %zu: %s", i, rule);
    }
}

static void several_slices_are_one_picture(void **state)
{
    struct h264_reader reader = fresh_reader();
    struct scene scene = scene_picture(0);
    char rule[H264_RULE_MAX] = "";
    struct h264_picture picture;
    struct coded coded;

    (void)state;
    scene_write(&coded, &scene);
    for (scene.slice.first_mb = 2; scene.slice.first_mb < 8; scene.slice.first_mb += 2)
        scene_add_slice(&coded, &scene);
    if (!h264_read_picture(&reader, coded.data, coded.size, &picture, rule))
        fail_msg("%s", rule);
    assert_int_equal(picture.slice_count, 4);
    assert_int_equal(reader.counts.pictures, 1);
}

static void sizes_that_never_change_are_refused(void **state)
{
    struct h264_reader reader = fresh_reader();
    char rule[H264_RULE_MAX];

    (void)state;
    reader.expect.is_moving = true;
    for (uint32_t number = 0; number < 9; number++)
        feed(&reader, number, 40);
    assert_false(h264_read_end(&reader, rule));
    assert_non_null(strstr(rule, "same"));
}

/* I_PCM pictures are as large as their macroblocks whatever they show. */
static void stored_pictures_may_have_one_size(void **state)
{
    struct h264_reader reader = fresh_reader();
    char rule[H264_RULE_MAX];

    (void)state;
    reader.expect.is_moving = true;
    for (uint32_t number = 0; number < 9; number++)
        feed(&reader, number, 8 * 384 + 10);
    assert_true(h264_read_end(&reader, rule));
}

static void no_picture_at_all_is_refused(void **state)
{
    struct h264_reader reader = fresh_reader();
    char rule[H264_RULE_MAX];

    (void)state;
    assert_false(h264_read_end(&reader, rule));
    assert_non_null(strstr(rule, "no picture"));
    assert_null(h264_reader_sps(&reader));
}

/* Every byte of a good stream in turn gets other values, and every length is tried: whatever comes
 * out, nothing is read or written outside (the sanitizers watch). */
static void hostile_bytes_are_harmless(void **state)
{
    static struct h264_reader reader;
    uint32_t refused = 0;

    (void)state;
    for (uint32_t round = 0; round < 60000; round++) {
        uint32_t random = round * 2654435761U;
        struct scene scene = scene_picture(0);
        char rule[H264_RULE_MAX] = "";
        struct h264_picture picture;
        struct coded coded;

        scene.pps.cabac = round & 1;
        scene.sps.has_vui = scene.sps.has_timing = scene.sps.has_restriction = round & 2;
        scene_write(&coded, &scene);
        for (uint32_t i = 0; i <= round % 3; i++) {
            random = random * 1664525 + 1013904223;
            coded.data[(random >> 8) % coded.size] = (uint8_t)(random >> 24);
        }
        if (round % 7 == 0)
            coded.size = random % (coded.size + 1);
        reader = fresh_reader();
        if (!h264_read_picture(&reader, coded.data, coded.size, &picture, rule)) {
            assert_int_not_equal(rule[0], '\0');
            assert_non_null(memchr(rule, '\0', sizeof(rule)));
            refused++;
        } else {
            assert_in_range(picture.slice_count, 1, H264_SLICES_MAX);
        }
    }
    assert_in_range(refused, 1000, 59999);
}

/* Of all bits of an SPS one is frame_mbs_only_flag, which the writer cannot write as 0. */
static void interlaced_pictures_are_refused(void **state)
{
    struct scene scene = scene_picture(0);
    struct h264_header header = {0};
    struct h264_sps sps;
    char rule[H264_RULE_MAX];
    unsigned refused = 0;
    uint8_t *nal;
    size_t size;

    (void)state;
    h264_write_sps(&header, &scene.sps);
    nal = header.data + 4; /* behind the start code */
    size = (header.bits + 7) / 8 - 4;
    assert_true(h264_read_sps(nal, size, &sps, rule));
    for (size_t bit = 32; bit < size * 8; bit++) {
        nal[bit / 8] ^= (uint8_t)(0x80U >> bit % 8);
        refused += !h264_read_sps(nal, size, &sps, rule) && strstr(rule, "interlaced");
        nal[bit / 8] ^= (uint8_t)(0x80U >> bit % 8);
    }
    assert_true(refused >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_damage_is_refused),
        cmocka_unit_test(interlaced_pictures_are_refused),
        cmocka_unit_test(good_stream_is_accepted),
        cmocka_unit_test(whole_macroblocks_pass_where_they_may),
        cmocka_unit_test(several_slices_are_one_picture),
        cmocka_unit_test(sizes_that_never_change_are_refused),
        cmocka_unit_test(stored_pictures_may_have_one_size),
        cmocka_unit_test(no_picture_at_all_is_refused),
        cmocka_unit_test(hostile_bytes_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

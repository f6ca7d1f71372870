/* SPDX-License-Identifier: MIT */
/* A wrong picture is told by what it looks like. */
#include "cmocka_all.h"
#include "picture/compare.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH  320U
#define HEIGHT 240U

struct scene {
    struct pattern pattern;
    struct va_facts facts;
    struct comparison comparison;
    struct nv12 picture;
    uint8_t *memory;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    scene->memory = malloc(WIDTH * HEIGHT * 3 / 2);
    scene->picture = (struct nv12){.luma = scene->memory,
                                   .chroma = scene->memory + (size_t)WIDTH * HEIGHT,
                                   .luma_pitch = WIDTH,
                                   .chroma_pitch = WIDTH,
                                   .width = WIDTH,
                                   .height = HEIGHT};
    *state = scene;
    if (pattern_open(&scene->pattern, WIDTH, HEIGHT) < 0)
        return -1;
    return compare_open(&scene->comparison, &scene->pattern, &scene->facts);
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    compare_close(&scene->comparison);
    pattern_close(&scene->pattern);
    free(scene->memory);
    free(scene);
    return 0;
}

/* Frame 7 shows the pattern's frame `shown`. */
static const char *look(struct scene *scene, uint32_t shown)
{
    pattern_draw(&scene->pattern, shown, &scene->picture);
    compare_picture(&scene->comparison, 7, &scene->picture);
    return scene->facts.decode.looks_like;
}

static void the_right_picture_looks_like_nothing_else(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(look(scene, 7), "");
    assert_true(scene->facts.decode.psnr_y > 90 && scene->facts.decode.psnr_uv > 90);
}

static void an_old_picture_is_told(void **state)
{
    assert_string_equal(look(*state, 4), "frame 7 is frame 4 again");
}

static void a_missing_picture_is_told(void **state)
{
    assert_string_equal(look(*state, 8), "frame 7 is missing: the next one came in its place");
}

static void a_picture_of_elsewhere_is_none_of_these(void **state)
{
    assert_string_equal(look(*state, 700), "");
}

static void a_flat_picture_is_told(void **state)
{
    struct scene *scene = *state;

    memset(scene->memory, 16, (size_t)WIDTH * HEIGHT * 3 / 2);
    compare_picture(&scene->comparison, 7, &scene->picture);
    assert_string_equal(scene->facts.decode.looks_like, "frame 7 is one flat colour");
}

static void wrong_colours_are_told(void **state)
{
    struct scene *scene = *state;

    pattern_draw(&scene->pattern, 7, &scene->picture);
    memset(scene->picture.chroma, 0, (size_t)WIDTH * HEIGHT / 2);
    compare_picture(&scene->comparison, 7, &scene->picture);
    assert_string_equal(scene->facts.decode.looks_like,
                        "frame 7 has its brightness right and its colours wrong");
}

/* One macroblock of one colour: the picture as a whole is above 30 dB all the same. */
static void one_wrong_block_is_found(void **state)
{
    struct scene *scene = *state;

    pattern_draw(&scene->pattern, 0, &scene->picture);
    compare_picture(&scene->comparison, 0, &scene->picture);
    pattern_draw(&scene->pattern, 8, &scene->picture);
    for (uint32_t y = 32; y < 48; y++)
        memset(scene->picture.luma + (size_t)y * WIDTH + 288, 128, 16);
    compare_picture(&scene->comparison, 8, &scene->picture);
    assert_true(scene->facts.decode.psnr_y_worst > 35);
    assert_true(scene->facts.decode.psnr_block > 9 && scene->facts.decode.psnr_block < 15);
    assert_false(scene->facts.decode.block_is_colour);
    assert_int_equal(scene->facts.decode.block_frame, 8);
    assert_int_equal(scene->facts.decode.block_x, 288);
    assert_int_equal(scene->facts.decode.block_y, 32);
}

static void one_wrong_block_of_colour_is_found(void **state)
{
    struct scene *scene = *state;

    pattern_draw(&scene->pattern, 0, &scene->picture);
    for (uint32_t y = 112; y < 120; y++)
        memset(scene->picture.chroma + (size_t)y * WIDTH + 304, 0, 16);
    compare_picture(&scene->comparison, 0, &scene->picture);
    assert_true(scene->facts.decode.psnr_uv_worst > 25);
    assert_true(scene->facts.decode.psnr_block < 9);
    assert_true(scene->facts.decode.block_is_colour);
    assert_int_equal(scene->facts.decode.block_x, 304);
    assert_int_equal(scene->facts.decode.block_y, 224);
}

/* A picture that is right but for one plane's rows from..to (of that plane), where it is grey. */
static void compare_grey_rows(struct scene *scene, uint32_t frame, bool is_colour, uint32_t from,
                              uint32_t to)
{
    uint8_t *plane = is_colour ? scene->picture.chroma : scene->picture.luma;

    pattern_draw(&scene->pattern, frame, &scene->picture);
    memset(plane + (size_t)from * WIDTH, 128, (size_t)(to - from) * WIDTH);
    compare_picture(&scene->comparison, frame, &scene->picture);
}

static void the_last_rows_count(void **state)
{
    struct scene *scene = *state;

    compare_grey_rows(scene, 0, false, HEIGHT - 16, HEIGHT);
    assert_true(scene->facts.decode.psnr_block < 15);
    assert_false(scene->facts.decode.block_is_colour);
    assert_int_equal(scene->facts.decode.block_y, HEIGHT - 16);
    assert_true(scene->facts.decode.psnr_y < 40 && scene->facts.decode.psnr_uv > 90);
}

static void the_last_rows_of_the_colour_count(void **state)
{
    struct scene *scene = *state;

    compare_grey_rows(scene, 0, true, HEIGHT / 2 - 8, HEIGHT / 2);
    assert_true(scene->facts.decode.psnr_block < 20);
    assert_true(scene->facts.decode.block_is_colour);
    assert_int_equal(scene->facts.decode.block_y, HEIGHT - 16);
    assert_true(scene->facts.decode.psnr_uv < 40 && scene->facts.decode.psnr_y > 90);
}

/* Whatever comes before and behind it. */
static void one_late_picture_without_colour_is_the_worst(void **state)
{
    struct scene *scene = *state;

    for (uint32_t frame = 0; frame < 8; frame++)
        compare_grey_rows(scene, frame, true, 0, frame == 5 ? HEIGHT / 2 : 0);
    assert_true(scene->facts.decode.psnr_uv_worst < 20);
    assert_true(scene->facts.decode.psnr_y_worst > 90);
    assert_true(scene->facts.decode.psnr_uv > scene->facts.decode.psnr_uv_worst + 5);
    assert_int_equal(scene->facts.decode.block_frame, 5);
    assert_int_equal(scene->facts.decode.frames, 8);
}

static void one_late_picture_without_brightness_is_the_worst(void **state)
{
    struct scene *scene = *state;

    for (uint32_t frame = 0; frame < 8; frame++)
        compare_grey_rows(scene, frame, false, 0, frame == 5 ? HEIGHT : 0);
    assert_true(scene->facts.decode.psnr_y_worst < 20);
    assert_true(scene->facts.decode.psnr_uv_worst > 90);
    assert_true(scene->facts.decode.psnr_y > scene->facts.decode.psnr_y_worst + 5);
    assert_int_equal(scene->facts.decode.worst_frame, 5);
    assert_int_equal(scene->facts.decode.block_frame, 5);
}

/* The first wrong picture is described, whatever comes behind it. */
static void the_first_one_stays(void **state)
{
    (void)look(*state, 4);
    assert_string_equal(look(*state, 8), "frame 7 is frame 4 again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_right_picture_looks_like_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(an_old_picture_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_picture_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_picture_of_elsewhere_is_none_of_these, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flat_picture_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_colours_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(one_wrong_block_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(one_wrong_block_of_colour_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_rows_count, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_rows_of_the_colour_count, setup, teardown),
        cmocka_unit_test_setup_teardown(one_late_picture_without_colour_is_the_worst, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_late_picture_without_brightness_is_the_worst, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_first_one_stays, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

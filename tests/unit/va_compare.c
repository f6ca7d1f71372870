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
    assert_true(scene->facts.decode.psnr_y_worst > 90 || scene->facts.decode.psnr_y > 90);
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
        cmocka_unit_test_setup_teardown(the_first_one_stays, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

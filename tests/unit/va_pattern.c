/* SPDX-License-Identifier: MIT */
/* A picture that is not the one of its frame number is below 20 dB against it. */
#include "cmocka_all.h"
#include "picture/pattern.h"
#include "picture/psnr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WRONG_PICTURE 20.0 /* dB */
/* The limit at a coarse quantiser: another picture or other colours still show, a pixel aside may
 * not. */
#define WRONG_AND_COARSE 14.0

/* A picture in memory of its own, with a pitch and rows beyond the pattern. */
struct canvas {
    uint8_t *memory;
    struct nv12 nv12;
};

static struct canvas canvas_make(uint32_t width, uint32_t height, size_t pitch)
{
    struct canvas canvas = {.memory = malloc(pitch * height * 3 / 2)};

    assert_non_null(canvas.memory);
    memset(canvas.memory, 0xcd, pitch * height * 3 / 2);
    canvas.nv12 = (struct nv12){.luma = canvas.memory,
                                .chroma = canvas.memory + pitch * height,
                                .luma_pitch = pitch,
                                .chroma_pitch = pitch,
                                .width = width,
                                .height = height};
    return canvas;
}

static double psnr_of(const uint8_t *a, const uint8_t *b, size_t pitch, uint32_t width,
                      uint32_t height)
{
    uint64_t sum = 0;

    for (uint32_t y = 0; y < height; y++)
        sum += psnr_sum(a + y * pitch, b + y * pitch, width);
    return psnr_from_sum(sum, (uint64_t)width * height);
}

static double luma(const struct canvas *a, const struct canvas *b)
{
    return psnr_of(a->nv12.luma, b->nv12.luma, a->nv12.luma_pitch, a->nv12.width, a->nv12.height);
}

static double chroma(const struct canvas *a, const struct canvas *b)
{
    return psnr_of(a->nv12.chroma, b->nv12.chroma, a->nv12.chroma_pitch, a->nv12.width,
                   a->nv12.height / 2);
}

static const uint32_t sizes[][2] = {{320, 240}, {128, 96}, {64, 64}, {1280, 720}, {322, 242}};
#define SIZE_COUNT (sizeof(sizes) / sizeof(sizes[0]))

static void is_deterministic(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        struct canvas a = canvas_make(sizes[i][0], sizes[i][1], sizes[i][0]);
        struct canvas b = canvas_make(sizes[i][0], sizes[i][1], sizes[i][0]);
        struct pattern one;
        struct pattern two;

        assert_int_equal(pattern_open(&one, sizes[i][0], sizes[i][1]), 0);
        assert_int_equal(pattern_open(&two, sizes[i][0], sizes[i][1]), 0);
        pattern_draw(&one, 7, &a.nv12);
        pattern_draw(&two, 8, &b.nv12);
        pattern_draw(&two, 7, &b.nv12);
        assert_true(luma(&a, &b) == PSNR_IDENTICAL);
        assert_true(chroma(&a, &b) == PSNR_IDENTICAL);
        pattern_close(&one);
        pattern_close(&two);
        free(a.memory);
        free(b.memory);
    }
}

static void other_frames_are_other_pictures(void **state)
{
    static const uint32_t others[] = {1, 2, 3, 4, 15, 30, 1021, 2039, 12345};

    (void)state;
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        struct canvas a = canvas_make(sizes[i][0], sizes[i][1], sizes[i][0]);
        struct canvas b = canvas_make(sizes[i][0], sizes[i][1], sizes[i][0]);
        struct pattern pattern;

        assert_int_equal(pattern_open(&pattern, sizes[i][0], sizes[i][1]), 0);
        for (uint32_t frame = 0; frame < 40; frame++) {
            pattern_draw(&pattern, frame, &a.nv12);
            for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
                pattern_draw(&pattern, frame + others[k], &b.nv12);
                if (luma(&a, &b) >= WRONG_AND_COARSE)
                    fail_msg("%ux%u: frames %u and %u differ by %.1f dB only", sizes[i][0],
                             sizes[i][1], frame, frame + others[k], luma(&a, &b));
            }
        }
        pattern_close(&pattern);
        free(a.memory);
        free(b.memory);
    }
}

/* By one pixel to the side, or one row down: what a wrong pitch, offset or crop does. */
static void shifted_pictures_are_other_pictures(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        uint32_t width = sizes[i][0];
        uint32_t height = sizes[i][1];
        struct canvas a = canvas_make(width, height, width);
        struct pattern pattern;

        assert_int_equal(pattern_open(&pattern, width, height), 0);
        for (uint32_t frame = 0; frame < 30; frame++) {
            double side;
            double down;
            pattern_draw(&pattern, frame, &a.nv12);
            side = psnr_of(a.nv12.luma, a.nv12.luma + 1, width, width - 1, height);
            down = psnr_of(a.nv12.luma, a.nv12.luma + width, width, width, height - 1);
            if (side >= WRONG_PICTURE || down >= WRONG_PICTURE)
                fail_msg("%ux%u frame %u: %.1f dB aside, %.1f dB down", width, height, frame, side,
                         down);
        }
        pattern_close(&pattern);
        free(a.memory);
    }
}

/* Zero chroma is green, 128 is grey; U and V swapped is blue for red. */
static void wrong_colours_are_other_pictures(void **state)
{
    struct canvas a = canvas_make(320, 240, 320);
    struct canvas b = canvas_make(320, 240, 320);
    struct pattern pattern;

    (void)state;
    assert_int_equal(pattern_open(&pattern, 320, 240), 0);
    pattern_draw(&pattern, 3, &a.nv12);
    memset(b.nv12.chroma, 0, 320UL * 120);
    assert_true(chroma(&a, &b) < WRONG_AND_COARSE);
    memset(b.nv12.chroma, 128, 320UL * 120);
    assert_true(chroma(&a, &b) < WRONG_AND_COARSE);
    for (size_t i = 0; i < 320UL * 120; i++)
        b.nv12.chroma[i] = a.nv12.chroma[i ^ 1];
    assert_true(chroma(&a, &b) < WRONG_AND_COARSE);
    pattern_close(&pattern);
    free(a.memory);
    free(b.memory);
}

/* The edge repeats up to the surface's size, and not a byte beyond a row is touched. */
static void pads_to_the_surface(void **state)
{
    struct canvas a = canvas_make(112, 64, 128);
    struct pattern pattern;

    (void)state;
    assert_int_equal(pattern_open(&pattern, 98, 50), 0);
    pattern_draw(&pattern, 5, &a.nv12);
    for (uint32_t y = 0; y < 64; y++) {
        const uint8_t *row = a.nv12.luma + y * 128UL;
        assert_int_equal(row[98], row[97]);
        assert_int_equal(row[111], row[97]);
        assert_int_equal(row[112], 0xcd);
        if (y >= 50)
            assert_memory_equal(row, a.nv12.luma + 49 * 128UL, 112);
    }
    for (uint32_t y = 0; y < 32; y++) {
        const uint8_t *row = a.nv12.chroma + y * 128UL;
        assert_int_equal(row[110], row[96]);
        assert_int_equal(row[111], row[97]);
        assert_int_equal(row[112], 0xcd);
    }
    pattern_close(&pattern);
    free(a.memory);
}

static void impossible_sizes_are_refused(void **state)
{
    struct pattern pattern;

    (void)state;
    assert_int_equal(pattern_open(&pattern, 0, 240), -EINVAL);
    assert_int_equal(pattern_open(&pattern, 321, 240), -EINVAL);
    assert_int_equal(pattern_open(&pattern, 320, 241), -EINVAL);
    pattern_close(&pattern);
}

/* Down to the smallest picture there is, in memory of exactly its size. */
static void tiny_sizes_stay_inside(void **state)
{
    (void)state;
    for (uint32_t width = 2; width <= 40; width += 2) {
        for (uint32_t height = 2; height <= 40; height += 2) {
            struct canvas a = canvas_make(width, height, width);
            struct pattern pattern;
            assert_int_equal(pattern_open(&pattern, width, height), 0);
            for (uint32_t frame = 0; frame < 3; frame++)
                pattern_draw(&pattern, frame * 40000, &a.nv12);
            pattern_close(&pattern);
            free(a.memory);
        }
    }
}

static void psnr_is_what_the_formula_says(void **state)
{
    uint8_t a[1000];
    uint8_t b[1000];

    (void)state;
    memset(a, 10, sizeof(a));
    memset(b, 10, sizeof(b));
    assert_int_equal(psnr_sum(a, b, sizeof(a)), 0);
    assert_true(psnr_from_sum(0, 1000) == PSNR_IDENTICAL);
    assert_true(psnr_from_sum(5, 0) == 0);
    b[999] = 13;
    b[0] = 8;
    assert_int_equal(psnr_sum(a, b, sizeof(a)), 13);
    assert_int_equal(psnr_sum(a, b, 999), 4);
    memset(a, 0, sizeof(a));
    memset(b, 255, sizeof(b));
    assert_int_equal(psnr_sum(a, b, sizeof(a)), 1000ULL * 255 * 255);
    assert_true(psnr_from_sum(1000ULL * 255 * 255, 1000) < 1e-9);
    /* Each length is counted to its last sample and not beyond it. */
    for (size_t count = 1; count <= 200; count++)
        assert_int_equal(psnr_sum(a, b, count), (uint64_t)count * 255 * 255);
    for (size_t count = 1; count <= (size_t)4 * PSNR_RUN; count++) {
        uint32_t sums[6] = {0};
        psnr_add_runs(a, b, count, sums);
        for (size_t run = 0; run < 6; run++) {
            size_t left = count > run * PSNR_RUN ? count - run * PSNR_RUN : 0;
            assert_int_equal(sums[run], (left < PSNR_RUN ? left : PSNR_RUN) * 255 * 255);
        }
    }
    /* What is nearly the same is not better than what is. */
    assert_true(psnr_from_sum(1, 1000000) <= PSNR_IDENTICAL);
    assert_true(psnr_from_sum(1, UINT64_C(1) << 40) <= PSNR_IDENTICAL);
    /* A mean square error of 65.025 is 30 dB. */
    assert_true(psnr_from_sum(65025, 1000) > 29.999 && psnr_from_sum(65025, 1000) < 30.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_deterministic),
        cmocka_unit_test(other_frames_are_other_pictures),
        cmocka_unit_test(shifted_pictures_are_other_pictures),
        cmocka_unit_test(wrong_colours_are_other_pictures),
        cmocka_unit_test(pads_to_the_surface),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(tiny_sizes_stay_inside),
        cmocka_unit_test(psnr_is_what_the_formula_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

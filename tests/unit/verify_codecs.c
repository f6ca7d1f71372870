/* SPDX-License-Identifier: MIT */
/* The codecs' names, and what is built in of them. */
#include "cmocka_all.h"

#include "codec/clip.h"
#include "facts/codecs.h"

#include <string.h>

static void lists_are_read(void **state)
{
    uint32_t bits = 0;

    (void)state;
    assert_true(codec_bits_read("hevc", &bits));
    assert_int_equal(bits, CODEC_BIT(CODEC_HEVC));
    assert_true(codec_bits_read("vp9-10,h264,hevc10", &bits));
    assert_int_equal(bits,
                     CODEC_BIT(CODEC_VP9_10) | CODEC_BIT(CODEC_H264) | CODEC_BIT(CODEC_HEVC10));
    assert_true(codec_bits_read("all", &bits));
    assert_int_equal(bits, CODEC_BITS_ALL | CODEC_BITS_TRIED);
    static const char *const wrong[] = {"",      ",",    "hevc,", ",hevc", "hevc,,vp9", "hev",
                                        "hevc1", "HEVC", "vc1",   "al",    "alle",      "hevc vp9"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(codec_bits_read(wrong[i], &bits));
    assert_int_equal(bits, CODEC_BITS_ALL | CODEC_BITS_TRIED); /* untouched */
}

static void what_can_be_asked_for_has_a_clip(void **state)
{
    (void)state;
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        bool has_clip = clip_of((enum codec)codec) != NULL;
        assert_int_equal(has_clip, (CODEC_BITS_TRIED & CODEC_BIT(codec)) != 0);
    }
}

/* va/codec.c trusts them. */
static void clips_are_whole(void **state)
{
    (void)state;
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        const struct clip *clip = clip_of((enum codec)codec);
        uint32_t next = 0;
        if (!clip)
            continue;
        assert_true(codec_is_of((enum codec)codec, clip->profile, 0));
        assert_in_range(clip->picture_count, 2, CLIP_PICTURES_MAX);
        assert_in_range(clip->surface_count, 2, CLIP_SURFACES_MAX);
        for (uint32_t i = 0; i < clip->picture_count; i++) {
            const struct clip_picture *picture = &clip->pictures[i];
            assert_int_equal(picture->buffer, next);
            assert_in_range(picture->buffer_count, 2, CLIP_BUFFERS_MAX);
            assert_in_range(picture->surface, 0, clip->surface_count - 1);
            next += picture->buffer_count;
            /* No two alike: an old picture would not be noticed. */
            for (uint32_t k = 0; k < i; k++)
                assert_true(clip->pictures[k].luma != picture->luma &&
                            clip->pictures[k].chroma != picture->chroma);
        }
        for (uint32_t i = 0; i < clip->place_count; i++) {
            const struct clip_place *place = &clip->places[i];
            assert_true(place->buffer < next && place->surface < clip->surface_count);
            assert_true(place->offset + 4U <= clip->buffers[place->buffer].size);
        }
    }
}

static void checksum_is_that_of_zlib(void **state)
{
    const uint8_t *text = (const uint8_t *)"123456789";

    (void)state;
    assert_int_equal(clip_checksum(0, text, 9), 0xcbf43926);
    assert_int_equal(clip_checksum(clip_checksum(0, text, 4), text + 4, 5), 0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(what_can_be_asked_for_has_a_clip),
        cmocka_unit_test(clips_are_whole),
        cmocka_unit_test(checksum_is_that_of_zlib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The stream as it is taken from the coded buffers: what is kept, written and judged. */
#include "cmocka_all.h"
#include "va/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct h264_expect moving = {.width = 64, .height = 64, .is_moving = true};
static struct va_facts facts;
static struct stream stream;

static int begin(void **state)
{
    (void)state;
    memset(&facts, 0, sizeof(facts));
    stream_open(&stream, &facts, &moving, -1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stream_close(&stream);
    return 0;
}

/* As after 20 P pictures of a scene that moves. */
static void twenty_pictures(uint32_t same_size)
{
    stream.reader.counts.pictures = 21;
    stream.reader.counts.p = 20;
    stream.reader.p_same_size = same_size;
    stream.reader.p_size = 100;
    stream.reader.sps[0] = (struct h264_sps){.width_mbs = 4, .height_mbs = 4};
}

static void the_whole_is_judged_at_its_end(void **state)
{
    (void)state;
    stream_judge(&stream);
    assert_true(facts.bitstream.done);
    assert_string_equal(facts.bitstream.rule, "the stream holds no picture at all");
    begin(NULL);
    twenty_pictures(20);
    stream_judge(&stream);
    assert_non_null(strstr(facts.bitstream.rule, "all 20 P pictures have the same 100 bytes"));
    assert_int_equal(facts.bitstream.bad_frame, 20);
    begin(NULL);
    twenty_pictures(19);
    stream_judge(&stream);
    assert_string_equal(facts.bitstream.rule, "");
    assert_true(facts.bitstream.done);
}

static void the_first_broken_rule_stays(void **state)
{
    (void)state;
    stream_break(&stream, 3, "rule %d", 1);
    stream_break(&stream, 4, "rule %d", 2);
    stream_judge(&stream);
    assert_string_equal(facts.bitstream.rule, "rule 1");
    assert_int_equal(facts.bitstream.bad_frame, 3);
}

static void segments_of_any_size_are_joined(void **state)
{
    uint8_t segment[1000];
    const uint8_t *all;

    (void)state;
    stream_begin_picture(&stream);
    for (unsigned i = 0; i < sizeof(segment); i++) {
        memset(segment, (int)i, sizeof(segment));
        assert_int_equal(stream_add(&stream, segment, i), 0);
    }
    assert_int_equal(stream.used, 999 * 1000 / 2);
    all = stream.data;
    for (unsigned i = 0; i < sizeof(segment); all += i, i++)
        for (unsigned k = 0; k < i; k++)
            assert_int_equal(all[k], (uint8_t)i);
    stream_begin_picture(&stream);
    assert_int_equal(stream.used, 0);
}

static void an_output_that_fails_is_told_once_and_left(void **state)
{
    struct h264_picture picture;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    assert_true(full >= 0);
    stream.output_fd = full;
    assert_int_equal(stream_add(&stream, "\1\2\3", 3), 0);
    assert_false(stream_read_picture(&stream, &picture));
    assert_int_equal(facts.encode.output_error, ENOSPC);
    assert_int_equal(stream.output_fd, -1);
    (void)close(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_whole_is_judged_at_its_end, begin, end),
        cmocka_unit_test_setup_teardown(the_first_broken_rule_stays, begin, end),
        cmocka_unit_test_setup_teardown(segments_of_any_size_are_joined, begin, end),
        cmocka_unit_test_setup_teardown(an_output_that_fails_is_told_once_and_left, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

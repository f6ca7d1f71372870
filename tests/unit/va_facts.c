/* SPDX-License-Identifier: MIT */
/* Facts stay usable whatever a crashed driver wrote over them, and say what libva said. */
#include "cmocka_all.h"
#include "facts/va.h"
#include "va/messages.h"

#include <stdlib.h>
#include <string.h>

#define ASSERT_ENDS(array) assert_non_null(memchr((array), '\0', sizeof(array)))

static void assert_usable(const struct va_facts *facts)
{
    assert_in_range(facts->progress.step, VA_STEP_NONE, VA_STEP_CLOSE);
    ASSERT_ENDS(facts->progress.call);
    assert_in_range(facts->driver.tried_count, 0, VA_TRIED_MAX);
    ASSERT_ENDS(facts->driver.name);
    ASSERT_ENDS(facts->driver.vendor);
    ASSERT_ENDS(facts->driver.log);
    for (uint32_t i = 0; i < VA_TRIED_MAX; i++) {
        ASSERT_ENDS(facts->driver.tried[i]);
        assert_in_range(facts->driver.tried_result[i], 0, VA_TRIED_OPENED);
    }
    assert_in_range(facts->entrypoints.count, 0, VA_ROWS_MAX);
    assert_true(facts->entrypoints.chosen_row == -1 ||
                (uint32_t)facts->entrypoints.chosen_row < facts->entrypoints.count);
    assert_in_range(facts->entrypoints.refusal, 0, VA_REFUSED_SIZE_ODD);
    ASSERT_ENDS(facts->entrypoints.rows[VA_ROWS_MAX - 1].profile_name);
    ASSERT_ENDS(facts->encode.failure.detail);
    ASSERT_ENDS(facts->encode.upload);
    ASSERT_ENDS(facts->bitstream.rule);
    ASSERT_ENDS(facts->decode.why);
    ASSERT_ENDS(facts->decode.looks_like);
    assert_true(facts->encode.seconds >= 0 && facts->encode.seconds < 1e9);
    assert_true(facts->decode.psnr_y >= 0 && facts->decode.psnr_y <= 99);
    /* By their bytes: a compiler knows of a bool that it is 0 or 1. */
    assert_in_range(*(const unsigned char *)&facts->bitstream.done, 0, 1);
    assert_in_range(*(const unsigned char *)&facts->encode.failure.happened, 0, 1);
}

static void overwritten_facts_are_usable(void **state)
{
    struct va_facts *facts = malloc(sizeof(*facts));
    uint32_t random = 1;

    (void)state;
    assert_non_null(facts);
    for (int round = 0; round < 64; round++) {
        for (size_t i = 0; i < sizeof(*facts); i++) {
            random = random * 1664525 + 1013904223;
            ((unsigned char *)facts)[i] =
                round < 4 ? (unsigned char)(round * 0x55) : (unsigned char)(random >> 24);
        }
        va_facts_sanitize(facts);
        assert_usable(facts);
    }
    free(facts);
}

static void good_facts_are_kept(void **state)
{
    struct va_facts *facts = calloc(1, sizeof(*facts));

    (void)state;
    assert_non_null(facts);
    facts->entrypoints.count = 3;
    facts->entrypoints.chosen_row = 2;
    facts->decode.psnr_y = 41.5;
    facts->bitstream.done = true;
    strcpy(facts->progress.call, "vaSyncBuffer");
    va_facts_sanitize(facts);
    assert_int_equal(facts->entrypoints.chosen_row, 2);
    assert_true(facts->decode.psnr_y == 41.5);
    assert_true(facts->bitstream.done);
    assert_string_equal(facts->progress.call, "vaSyncBuffer");
    free(facts);
}

/* What libva 2.17 prints on a Haswell with both Intel drivers installed. */
static void messages_tell_the_drivers_tried(void **state)
{
    static const char *const messages[] = {
        "VA-API version 1.17.0\n",
        "Trying to open /usr/lib/dri/none_drv_video.so\n",
        "va_openDriver() returns -1\n",
        "Trying to open /usr/lib/dri/bad_drv_video.so\n",
        "dlopen of /usr/lib/dri/bad_drv_video.so failed: libx.so: cannot open\n",
        "Trying to open /usr/lib/dri/old_drv_video.so\n",
        "/usr/lib/dri/old_drv_video.so has no function __vaDriverInit_1_0\n",
        "Trying to open /usr/lib/dri/iHD_drv_video.so\n",
        "Found init function __vaDriverInit_1_17\n",
        "/usr/lib/dri/iHD_drv_video.so init failed\n",
        "va_openDriver() returns 1\n",
        "Trying to open /usr/lib/dri/i965_drv_video.so\n",
        "Found init function __vaDriverInit_1_8\n",
    };
    struct va_facts *facts = calloc(1, sizeof(*facts));

    (void)state;
    assert_non_null(facts);
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        messages_take(facts, messages[i]);
    assert_int_equal(facts->driver.tried_count, 5);
    assert_string_equal(facts->driver.tried[0], "/usr/lib/dri/none_drv_video.so");
    assert_int_equal(facts->driver.tried_result[0], VA_TRIED_ABSENT);
    assert_int_equal(facts->driver.tried_result[1], VA_TRIED_UNLOADABLE);
    assert_int_equal(facts->driver.tried_result[2], VA_TRIED_NO_INIT);
    assert_int_equal(facts->driver.tried_result[3], VA_TRIED_INIT_FAILED);
    assert_int_equal(facts->driver.tried_result[4], VA_TRIED_IN_INIT);
    assert_string_equal(facts->driver.name, "i965");
    messages_take(facts, "va_openDriver() returns 0\n");
    assert_int_equal(facts->driver.tried_result[4], VA_TRIED_OPENED);
    assert_non_null(strstr(facts->driver.log, "cannot open\nTrying to open"));
    free(facts);
}

static void endless_messages_stay_inside(void **state)
{
    struct va_facts *facts = calloc(1, sizeof(*facts));
    char message[600];

    (void)state;
    assert_non_null(facts);
    memset(message, 'x', sizeof(message));
    memcpy(message, "Trying to open ", 15);
    message[sizeof(message) - 1] = '\0';
    for (int i = 0; i < 100; i++)
        messages_take(facts, message);
    messages_take(facts, "Found init function");
    assert_int_equal(facts->driver.tried_count, VA_TRIED_MAX);
    ASSERT_ENDS(facts->driver.log);
    ASSERT_ENDS(facts->driver.name);
    ASSERT_ENDS(facts->driver.tried[VA_TRIED_MAX - 1]);
    assert_int_equal(strlen(facts->driver.log), VA_LOG_MAX - 1);
    free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overwritten_facts_are_usable),
        cmocka_unit_test(good_facts_are_kept),
        cmocka_unit_test(messages_tell_the_drivers_tried),
        cmocka_unit_test(endless_messages_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

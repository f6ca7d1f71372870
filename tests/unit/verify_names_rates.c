/* SPDX-License-Identifier: MIT */
/* GPUs by their ids, rate control by its names, and what the encoder is told about the rate. */
#include "base/gpu_names.h"
#include "facts/rate_control.h"
#include "judge/words.h"
#include "system/kernel.h"

#include "cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void gpus_have_the_names_of_their_generation(void **state)
{
    static const struct {
        uint32_t vendor, device;
        const char *name;
    } rows[] = {
        {0x8086, 0x1912, "Skylake (Gen9)"},
        {0x8086, 0x46d1, "Alder Lake-N (Gen12)"},
        {0x8086, 0x0412, "Haswell (Gen7.5)"},
        {0x8086, 0x591c, "Amber Lake (Gen9.5)"},
        {0x8086, 0x5912, "Kaby Lake (Gen9.5)"},
        {0x8086, 0x3184, "Gemini Lake (Gen9.5)"},
        {0x8086, 0x56a0, "Arc Alchemist (Xe-HPG)"},
        {0x8086, 0x64a0, "Lunar Lake (Xe2)"},
        {0x8086, 0x0157, "Bay Trail (Gen7)"},
        {0x8086, 0x0152, "Ivy Bridge (Gen7)"},
        {0x1002, 0x15dd, "Raven (GCN 5)"},
        {0x1002, 0x73bf, "Navi 21 (RDNA 2)"},
        {0x1002, 0x743f, "Navi 24 (RDNA 2)"},
        {0x1002, 0x1912, NULL},
        {0x8086, 0xffff, NULL},
        {0, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = gpu_name(rows[i].vendor, rows[i].device);
        if ((name == NULL) != (rows[i].name == NULL) || (name && strcmp(name, rows[i].name) != 0))
            fail_msg("%04x:%04x is %s", rows[i].vendor, rows[i].device, name ? name : "unknown");
    }
}

static void every_mode_is_found_by_its_name(void **state)
{
    static const struct {
        const char *name;
        enum va_rate_choice rate;
    } rows[] = {{"cqp", VA_RATE_CQP},  {"cbr", VA_RATE_CBR}, {"vbr", VA_RATE_VBR},
                {"vcm", VA_RATE_VCM},  {"icq", VA_RATE_ICQ}, {"qvbr", VA_RATE_QVBR},
                {"avbr", VA_RATE_AVBR}};
    enum va_rate_choice choice;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(rate_mode_find(rows[i].name, &choice));
        assert_int_equal(choice, rows[i].rate);
        assert_string_equal(rate_mode(rows[i].rate)->name, rows[i].name);
    }
    assert_false(rate_mode_find("crf", &choice));
}

static void a_mask_reads_as_names(void **state)
{
    char text[80] = "";

    (void)state;
    rate_modes_add(VA_RC_VBR | VA_RC_CQP | VA_RC_MB | 0x40000000, ", ", &TEXT_ON(text));
    assert_string_equal(text, "cqp, vbr, 0x40000000");
    assert_true(rate_mode_is_offered(0, VA_RATE_CQP));
    assert_false(rate_mode_is_offered(0, VA_RATE_CBR));
    assert_true(rate_mode_is_offered(VA_RC_CBR, VA_RATE_CBR));
    assert_false(rate_mode_is_offered(VA_RC_CBR, VA_RATE_CQP));
}

static void the_encoder_is_told_what_the_mode_needs(void **state)
{
    struct va_request request = {.width = 640, .height = 480, .qp = 0};
    struct rate_parameters rate;

    (void)state;
    for (int i = VA_RATE_CBR; i <= VA_RATE_AVBR; i++) {
        const struct rate_mode *mode = rate_mode((enum va_rate_choice)i);
        request.rate = (enum va_rate_choice)i;
        rate_parameters_fill(&request, &rate);
        assert_int_equal(rate.frame_rate.framerate, 30);
        assert_true(rate.hrd.buffer_size > 0); /* Mesa refuses 0 */
        assert_true(rate.hrd.initial_buffer_fullness <= rate.hrd.buffer_size);
        assert_int_equal(rate.rate.bits_per_second > 0, mode->has_bit_rate);
        assert_int_equal(rate.rate.ICQ_quality_factor, i == VA_RATE_ICQ ? 1 : 0);
        assert_int_equal(rate.rate.quality_factor, i == VA_RATE_QVBR ? 1 : 0);
    }
    request.rate = VA_RATE_CBR;
    rate_parameters_fill(&request, &rate);
    assert_int_equal(rate.rate.target_percentage, 100);
    assert_int_equal(rate_bits_per_second(640, 480), 9216000);
    /* Whatever the size, there is a bit rate that it can do with, and that a level allows. */
    assert_int_equal(rate_bits_per_second(16, 16), 256000);
    assert_int_equal(rate_bits_per_second(8192, 8192), 240000000);
}

static void the_kernel_line_says_why_huc_does_not_run(void **state)
{
    static const struct {
        const char *driver;
        int error;
        const char *words; /* NULL: nothing is said */
    } rows[] = {
        {"i915", ENOPKG, "firmware not installed"},
        {"i915", EOPNOTSUPP, "disabled"},
        {"i915", ENOEXEC, "firmware not valid"},
        {"i915", ENOMEM, "could not be set up"},
        {"i915", EIO, "could not be loaded"},
        {"i915", 0, "not authenticated"},
        {"i915", ENODEV, NULL},
        {"xe", ENODEV, "not loaded"},
        {"xe", EINVAL, NULL},
    };
    struct kernel_facts running = {.is_huc_asked = true, .huc_status = 1};

    (void)state;
    assert_false(kernel_is_huc_down(&running));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kernel_facts kernel = {.is_huc_asked = true, .huc_error = rows[i].error};
        const char *words;
        (void)snprintf(kernel.driver, sizeof(kernel.driver), "%s", rows[i].driver);
        words = words_huc(&kernel);
        assert_int_equal(kernel_is_huc_down(&kernel), rows[i].words != NULL);
        if ((words == NULL) != (rows[i].words == NULL) ||
            (words && strcmp(words, rows[i].words) != 0))
            fail_msg("%s, %d: %s", rows[i].driver, rows[i].error, words ? words : "nothing");
    }
}

/* Where it does, enable_guc=2 would take GuC submission away. */
static void newer_gpus_load_huc_without_being_told(void **state)
{
    static const uint16_t by_itself[] = {0x4680, 0x46a6, 0x46d1, 0xa780, 0x5690, 0x7d55, 0x4905};
    static const uint16_t when_told[] = {0, 0x1912, 0x5912, 0x3185, 0x8a52, 0x4e61, 0x4571, 0x9a49};

    (void)state;
    for (size_t i = 0; i < sizeof(by_itself) / sizeof(by_itself[0]); i++) {
        struct kernel_facts kernel = {.device_id = by_itself[i]};
        assert_true(kernel_loads_huc_itself(&kernel));
    }
    for (size_t i = 0; i < sizeof(when_told) / sizeof(when_told[0]); i++) {
        struct kernel_facts kernel = {.device_id = when_told[i]};
        assert_false(kernel_loads_huc_itself(&kernel));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpus_have_the_names_of_their_generation),
        cmocka_unit_test(every_mode_is_found_by_its_name),
        cmocka_unit_test(a_mask_reads_as_names),
        cmocka_unit_test(the_encoder_is_told_what_the_mode_needs),
        cmocka_unit_test(the_kernel_line_says_why_huc_does_not_run),
        cmocka_unit_test(newer_gpus_load_huc_without_being_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

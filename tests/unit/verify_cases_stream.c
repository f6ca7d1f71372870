/* SPDX-License-Identifier: MIT */
/* What the VA driver does: coded buffers, the stream, pictures, and how it ends. */
#include "verify_cases.h"

#include <signal.h>
#include <string.h>
#include <va/va.h>

CASE(g21_call_fails)
{
    facts_encode_never();
    facts_failure(&facts.va.encode.failure, "vaEndPicture", 2, "VA_STATUS_ERROR_ALLOCATION_FAILED");
    facts.va.encode.failure.frame = 3;
}

CASE(g22_gave_up)
{
    facts_encode_never();
    facts_failure(&facts.va.encode.failure, "vaSyncBuffer", 0x26, "VA_STATUS_ERROR_TIMEDOUT");
}

CASE(g21_detail)
{
    case_g21_call_fails();
    SET(facts.va.encode.failure.detail, "coded buffer too small");
    SET(facts.va.encode.entrypoint_name, "EncSliceLP");
}

CASE(g22_no_answer)
{
    facts_encode_never();
    facts_ended(RUN_HUNG, 0, 30);
    SET(facts.va.progress.call, "vaSyncSurface");
}

CASE(g22_late)
{
    facts_encode_never();
    facts_ended(RUN_HUNG, 0, 15);
    facts.run.silence = 0.1;
    facts.run.is_late = true;
    SET(facts.va.progress.call, "vaSyncSurface");
}

CASE(g23_crashes)
{
    facts_encode_never();
    facts_ended(RUN_CRASHED, SIGSEGV, 0.1);
    SET(facts.va.progress.call, "vaCreateContext");
}

CASE(g23_unknown_distribution)
{
    case_g23_crashes();
    facts.sys.place.distro = DISTRO_UNKNOWN;
}

CASE(g25_unknown_distribution)
{
    facts_decode_never();
    SET(facts.va.bitstream.rule, "a slice comes before any sequence parameter set");
    facts.sys.place.distro = DISTRO_UNKNOWN;
    facts_radeon();
}

/* Installed is the build with all encoders: the free one would take its place. */
CASE(g46_non_free)
{
    case_g23_crashes();
    facts_package(DEBIAN_IHD, "", "23.1.1+dfsg1-1");
    facts_package(DEBIAN_IHD_FULL, "23.1.1+ds1-1", "23.1.1+ds1-1");
}

CASE(g46_non_free_outdated)
{
    case_g46_non_free();
    facts_package(DEBIAN_IHD_FULL, "23.1.1+ds1-1", "23.1.1+ds1-2");
}

/* No lists: in most images of containers they are removed. */
CASE(g46_offers_unknown)
{
    case_g23_crashes();
    facts.packages.is_offer_known = false;
}

/* Somebody else's build, on a Debian whose dpkg cannot be asked. */
CASE(g46_no_dpkg)
{
    case_g23_crashes();
    facts.packages = (struct package_facts){.is_known = false};
}

/* A driver that a variable has chosen is not the packages' fault. */
CASE(g23_chosen)
{
    case_g23_crashes();
    SET(facts.sys.place.driver_name, "i965");
    SET(facts.va.driver.name, "i965");
}

/* Kaby Lake, where the other driver may do. */
CASE(g23_other_driver)
{
    case_g23_crashes();
    facts.sys.kernel.device_id = 0x5912;
}

/* Broadwell under Debian's free build of i965. */
CASE(g45_no_shaders)
{
    case_g23_crashes();
    facts.run.signal = SIGABRT;
    facts.sys.kernel.device_id = 0x1616;
    SET(facts.va.driver.name, "i965");
    facts_package(DEBIAN_IHD, "", "");
    facts_package(DEBIAN_I965, "2.4.1+dfsg1-1", "2.4.1+dfsg1-1");
}

CASE(g35_no_video_engine)
{
    case_g21_call_fails();
    facts.evidence.are_engines_known = true;
}

CASE(g35_no_video_engine_radeon)
{
    case_g23_crashes();
    facts_radeon();
    facts_at(PLACE_VM);
    facts.evidence.are_engines_known = true;
}

CASE(g36_wedged)
{
    case_g21_call_fails();
    facts.evidence.is_wedged = true;
}

CASE(g36_wedged_hangs)
{
    case_g22_no_answer();
    facts.evidence.is_wedged = true;
}

CASE(g37_selinux_map)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    facts.evidence.is_map_denied = true;
    SET(facts.sys.access.label, "system_u:system_r:container_t:s0:c100,c200");
}

CASE(g47_memory)
{
    case_g21_call_fails();
    facts.evidence.is_memory_out = true;
}

CASE(g47_memory_killed)
{
    facts_encode_never();
    facts_ended(RUN_CRASHED, SIGKILL, 0.1);
    SET(facts.va.progress.call, "vaEndPicture");
    facts.evidence.is_memory_out = true;
    facts_at(PLACE_DOCKER);
}

/* What is known without the kernel stays. */
CASE(g36_and_no_driver)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_ABSENT);
    facts.evidence.is_wedged = facts.evidence.is_map_denied = true;
}

/* Intel's free build on Gen9. */
static void no_scaler(void)
{
    facts.sys.kernel.device_id = 0x5912;
    facts.va.scale.offered = facts.va.scale.done = false;
    facts_failure(&facts.va.scale.failure, "vaCreateConfig", 12,
                  "VA_STATUS_ERROR_UNSUPPORTED_PROFILE");
}

CASE(g30_no_scaler)
{
    no_scaler();
}

/* With the whole build in place there is no package to name. */
CASE(g30_no_scaler_non_free)
{
    no_scaler();
    facts_package(DEBIAN_IHD, "", "");
    facts_package(DEBIAN_IHD_FULL, "23.1.1+ds1-1", "23.1.1+ds1-1");
}

CASE(g30_no_scaler_radeon)
{
    facts_radeon();
    no_scaler();
    SET(facts.va.driver.name, "radeonsi");
    facts.sys.kernel.device_id = 0x1638;
}

CASE(g30_scaler_fails)
{
    facts.va.scale.done = false;
    facts_failure(&facts.va.scale.failure, "vaCreateContext", 2,
                  "VA_STATUS_ERROR_ALLOCATION_FAILED");
}

CASE(g23_in_scaler)
{
    facts_ended(RUN_CRASHED, SIGSEGV, 0.1);
    facts.va.scale.done = false;
    facts.va.progress.step = VA_STEP_SCALE;
    SET(facts.va.progress.call, "vaCreateContext");
}

static void scaled(double psnr)
{
    facts.request.scale = true;
    facts.va.scale.pictures = 2;
    facts.va.scale.psnr_y = psnr;
    facts.va.scale.psnr_uv = 57.1;
    facts.va.scale.psnr_block = 51.3;
}

CASE(scaled_right)
{
    scaled(58.4);
}

CASE(g50_scaled_wrong)
{
    scaled(23.1);
}

CASE(g50_one_block)
{
    scaled(58.4);
    facts.va.scale.psnr_block = 12;
}

CASE(g50_scale_fails)
{
    facts.request.scale = true;
    facts.va.scale.done = false;
    facts_failure(&facts.va.scale.failure, "vaEndPicture", 2, "VA_STATUS_ERROR_ALLOCATION_FAILED");
}

static struct va_codec *codec_asked(enum codec codec)
{
    facts.request.codecs = CODEC_BIT(codec);
    facts.va.codecs[codec].count = 5;
    return &facts.va.codecs[codec];
}

CASE(g48_not_offered)
{
    (void)codec_asked(CODEC_VP9);
}

CASE(g48_not_offered_fedora)
{
    (void)codec_asked(CODEC_HEVC);
    facts.sys.place.distro = DISTRO_FEDORA;
}

/* What the driver has not is nobody's fault where no one asked for it by name. */
CASE(g48_of_all)
{
    (void)codec_asked(CODEC_VP9);
    facts.request.codecs |= CODEC_BITS_ALL;
}

CASE(g49_call_fails)
{
    struct va_codec *codec = codec_asked(CODEC_HEVC);

    codec->offered = true;
    codec->picture = 2;
    facts_failure(&codec->failure, "vaEndPicture", 23, "VA_STATUS_ERROR_DECODING_ERROR");
}

CASE(g49_wrong_picture)
{
    struct va_codec *codec = codec_asked(CODEC_HEVC10);

    codec->offered = codec->is_wrong = codec->is_luma_wrong = true;
    codec->picture = 3;
    SET(codec->looks_like, "8 bit, where 10 were coded");
}

CASE(g23_in_codec)
{
    codec_asked(CODEC_HEVC)->offered = true;
    facts_ended(RUN_CRASHED, SIGSEGV, 0.1);
    facts.va.progress.step = VA_STEP_CODECS;
    SET(facts.va.progress.call, "vaEndPicture");
}

/* Its pictures never came to be judged, and nothing says why. */
CASE(codec_unfinished)
{
    codec_asked(CODEC_HEVC)->offered = true;
}

CASE(codec_proven)
{
    struct va_codec *codec = codec_asked(CODEC_HEVC);

    codec->offered = codec->done = true;
    codec->pictures = 5;
}

CASE(g23_in_init)
{
    facts_va_never();
    facts.va.progress.step = VA_STEP_DRIVER;
    facts_ended(RUN_CRASHED, SIGABRT, 0.1);
    SET(facts.va.progress.call, "vaInitialize");
}

CASE(g23_at_the_end)
{
    facts_ended(RUN_CRASHED, SIGSEGV, 0.6);
    SET(facts.va.progress.call, "vaTerminate");
    facts.va.progress.step = VA_STEP_CLOSE;
}

CASE(g22_at_the_end)
{
    facts_ended(RUN_HUNG, 0, 30.5);
    SET(facts.va.progress.call, "vaTerminate");
    facts.va.progress.step = VA_STEP_CLOSE;
}

CASE(g23_exit_at_the_end)
{
    case_g23_at_the_end();
    facts.run.end = RUN_LEFT;
    facts.run.exit_code = 1;
}

/* What was wrong before is what is wrong. */
CASE(g26_then_a_crash)
{
    case_g23_at_the_end();
    facts.va.decode.psnr_y_worst = 11.5;
}

CASE(g23_ends_the_process)
{
    facts_encode_never();
    facts_ended(RUN_LEFT, 0, 0.1);
    facts.run.exit_code = 0;
    SET(facts.va.progress.call, "vaBeginPicture");
}

CASE(g23_after_failure)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    facts_ended(RUN_CRASHED, SIGSEGV, 0.1);
    SET(facts.va.progress.call, "vaTerminate");
    facts.va.progress.step = VA_STEP_CLOSE;
}

/* The decoder takes the run down at its third picture: what was encoded by then was right. */
CASE(g23_in_decoder)
{
    facts_ended(RUN_CRASHED, SIGSEGV, 0.1);
    SET(facts.va.progress.call, "vaEndPicture");
    facts.va.encode.done = facts.va.bitstream.done = facts.va.decode.done = false;
    facts.va.encode.frames = facts.va.bitstream.pictures = 3;
    facts.va.encode.idr_frames = facts.va.bitstream.sps = facts.va.bitstream.pps = 1;
    facts.va.encode.p_frames = 2;
    facts.va.encode.bytes = 114061;
    facts.va.encode.seconds = 0.0125;
}

CASE(g24_empty)
{
    facts_decode_never();
    facts.va.encode.empty_frames = 60;
    facts.va.encode.bytes = 0;
    facts.va.encode.smallest = 0;
    facts.va.encode.largest = 0;
}

CASE(g24_flagged)
{
    facts_decode_never();
    facts.va.encode.flagged_frames = 2;
    facts.va.encode.first_flagged = 7;
    facts.va.encode.flags =
        VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK | VA_CODED_BUF_STATUS_BAD_BITSTREAM;
}

CASE(g25_rule)
{
    facts_decode_never();
    SET(facts.va.bitstream.rule, "a slice comes before any sequence parameter set");
}

CASE(g25_count)
{
    facts.va.bitstream.pictures = 59;
}

CASE(g25_few_frames)
{
    facts.va.encode.frames = 59;
    facts.va.bitstream.pictures = 59;
}

CASE(g25_size)
{
    facts.va.bitstream.height = 464;
}

CASE(g25_uncropped)
{
    facts.request.height = facts.va.encode.height = 1080;
    facts.request.width = facts.va.encode.width = 1920;
    facts.va.encode.coded_width = facts.va.bitstream.width = 1920;
    facts.va.encode.coded_height = facts.va.bitstream.height = 1088;
    facts.va.encode.packed_headers_ours = false;
}

CASE(g25_uncropped_ours)
{
    case_g25_uncropped();
    facts.va.encode.packed_headers_ours = true;
}

CASE(g26_green)
{
    facts.va.decode.psnr_uv = 9;
    facts.va.decode.psnr_uv_worst = 8;
    SET(facts.va.decode.looks_like, "frame 3 is one flat colour");
}

CASE(g26_one_block)
{
    facts.va.decode.psnr_block = 9.1;
    facts.va.decode.block_x = 304;
    facts.va.decode.block_y = 64;
    facts.va.decode.block_frame = 12;
}

/* The same, where so much was given away on purpose. */
CASE(g26_one_block_as_asked)
{
    case_g26_one_block();
    facts.request.qp = 51;
}

CASE(g26_one_block_at_rate)
{
    case_g26_one_block();
    facts.va.decode.block_is_colour = true;
    facts.request.rate = VA_RATE_CBR;
}

CASE(g26_one_frame)
{
    facts.va.decode.psnr_y_worst = 11.5;
    facts.va.decode.worst_frame = 17;
}

CASE(g26_fails)
{
    facts.va.decode.done = false;
    facts_failure(&facts.va.decode.failure, "vaEndPicture", 1, "VA_STATUS_ERROR_DECODING_ERROR");
}

CASE(g26_coarse)
{
    facts.va.decode.psnr_y = 27.5;
}

CASE(g26_coarse_as_asked)
{
    case_g26_coarse();
    facts.request.qp = 45;
}

static void bit_rate(enum va_rate_choice rate)
{
    facts.request.rate = rate;
    facts.va.encode.bits_per_second = 9216000;
}

CASE(g26_coarse_at_rate)
{
    bit_rate(VA_RATE_CBR);
    facts.va.decode.psnr_y_worst = 17.2;
    facts.va.decode.worst_frame = 15;
}

CASE(unfinished)
{
    facts_encode_never();
}

CASE(decode_unfinished)
{
    facts_decode_never();
}

const struct verify_case VERIFY_CASES_STREAM[] = {
    ROW(g21_call_fails, STATUS_ENCODE, "g21"),
    ROW(g22_gave_up, STATUS_HUNG, "g22"),
    ROW(g21_detail, STATUS_ENCODE, "g21"),
    ROW(g22_no_answer, STATUS_HUNG, "g22"),
    ROW(g22_late, STATUS_HUNG, "g22"),
    ROW(g23_crashes, STATUS_CRASHED, "g23"),
    ROW(g46_non_free, STATUS_CRASHED, "g23"),
    ROW(g46_non_free_outdated, STATUS_CRASHED, "g23"),
    ROW(g46_offers_unknown, STATUS_CRASHED, "g23"),
    ROW(g46_no_dpkg, STATUS_CRASHED, "g23"),
    ROW(g23_chosen, STATUS_CRASHED, "g23"),
    ROW(g23_other_driver, STATUS_CRASHED, "g23"),
    ROW(g45_no_shaders, STATUS_CRASHED, "g45"),
    ROW(g35_no_video_engine, STATUS_ENCODE, "g35"),
    ROW(g35_no_video_engine_radeon, STATUS_CRASHED, "g35"),
    ROW(g36_wedged, STATUS_ENCODE, "g36"),
    ROW(g36_wedged_hangs, STATUS_HUNG, "g36"),
    ROW(g36_and_no_driver, STATUS_VA_ABSENT, "g15"),
    ROW(g37_selinux_map, STATUS_VA_INIT, "g37"),
    ROW(g47_memory, STATUS_ENCODE, "g47"),
    ROW(g47_memory_killed, STATUS_CRASHED, "g47"),
    ROW(g30_no_scaler, STATUS_PASS, "g30"),
    ROW(g30_no_scaler_non_free, STATUS_PASS, "g30"),
    ROW(g30_no_scaler_radeon, STATUS_PASS, "g30"),
    ROW(g30_scaler_fails, STATUS_PASS, "g30"),
    ROW(g23_in_scaler, STATUS_CRASHED, "g23"),
    ROW(scaled_right, STATUS_PASS, ""),
    ROW(g50_scaled_wrong, STATUS_SCALE, "g50"),
    ROW(g50_one_block, STATUS_SCALE, "g50"),
    ROW(g50_scale_fails, STATUS_SCALE, "g50"),
    ROW(g48_not_offered, STATUS_CODEC, "g48"),
    ROW(g48_not_offered_fedora, STATUS_CODEC, "g48"),
    ROW(g48_of_all, STATUS_PASS, ""),
    ROW(g49_call_fails, STATUS_DECODE, "g49"),
    ROW(g49_wrong_picture, STATUS_DECODE, "g49"),
    ROW(g23_in_codec, STATUS_CRASHED, "g23"),
    ROW(codec_unfinished, STATUS_INTERNAL, ""),
    ROW(codec_proven, STATUS_PASS, ""),
    ROW(g23_unknown_distribution, STATUS_CRASHED, "g23"),
    ROW(g25_unknown_distribution, STATUS_BITSTREAM, "g25"),
    ROW(g23_in_init, STATUS_CRASHED, "g23"),
    ROW(g23_at_the_end, STATUS_PASS, "g23"),
    ROW(g22_at_the_end, STATUS_PASS, "g22"),
    ROW(g23_exit_at_the_end, STATUS_PASS, "g23"),
    ROW(g26_then_a_crash, STATUS_PICTURE, "g23"),
    ROW(g23_ends_the_process, STATUS_CRASHED, "g23"),
    ROW(g23_in_decoder, STATUS_CRASHED, "g23"),
    ROW(g23_after_failure, STATUS_VA_INIT, "g16"),
    ROW(g24_empty, STATUS_BITSTREAM, "g24"),
    ROW(g24_flagged, STATUS_BITSTREAM, "g24"),
    ROW(g25_rule, STATUS_BITSTREAM, "g25"),
    ROW(g25_count, STATUS_BITSTREAM, "g25"),
    ROW(g25_few_frames, STATUS_BITSTREAM, "g25"),
    ROW(g25_size, STATUS_BITSTREAM, "g25"),
    ROW(g25_uncropped, STATUS_PASS, "g25"),
    ROW(g25_uncropped_ours, STATUS_BITSTREAM, "g25"),
    ROW(g26_green, STATUS_PICTURE, "g26"),
    ROW(g26_one_block, STATUS_PICTURE, "g26"),
    ROW(g26_one_block_as_asked, STATUS_PASS, ""),
    ROW(g26_one_block_at_rate, STATUS_PICTURE, "g26"),
    ROW(g26_one_frame, STATUS_PICTURE, "g26"),
    ROW(g26_fails, STATUS_PICTURE, "g26"),
    ROW(g26_coarse, STATUS_PASS, "g26"),
    ROW(g26_coarse_as_asked, STATUS_PASS, ""),
    ROW(g26_coarse_at_rate, STATUS_PASS, "g26"),
    ROW(unfinished, STATUS_INTERNAL, ""),
    ROW(decode_unfinished, STATUS_INTERNAL, ""),
    {0},
};

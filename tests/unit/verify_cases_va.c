/* What goes wrong in the VA driver and behind it, and what does not. */
#include "verify_cases.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <va/va.h>

static void failure(struct va_failure *to, const char *call, int32_t status, const char *name)
{
    to->happened = true;
    to->status = status;
    SET(to->call, call);
    SET(to->status_name, name);
}

static void driver_failed(const char *call, const char *status)
{
    facts_va_never();
    failure(&facts.va.driver.failure, call, 1, status);
    facts.va.progress.step = VA_STEP_DRIVER;
}

static void tried(const char *file, enum va_tried_result result)
{
    uint32_t index = facts.va.driver.tried_count++;

    (void)snprintf(facts.va.driver.tried[index], sizeof(facts.va.driver.tried[index]),
                   "/usr/lib/x86_64-linux-gnu/dri/%s", file);
    facts.va.driver.tried_result[index] = (uint8_t)result;
}

static void init_failed(void)
{
    driver_failed("vaInitialize", "VA_STATUS_ERROR_UNKNOWN");
}

static void decode_never(void)
{
    memset(&facts.va.decode, 0, sizeof(facts.va.decode));
    facts.va.progress.step = VA_STEP_ENCODE;
}

static void bitstream_never(void)
{
    decode_never();
    memset(&facts.va.bitstream, 0, sizeof(facts.va.bitstream));
}

static void encode_never(void)
{
    bitstream_never();
    memset(&facts.va.encode, 0, sizeof(facts.va.encode));
}

static void entrypoints_refused(enum va_refusal refusal)
{
    encode_never();
    facts.va.progress.step = VA_STEP_ENTRYPOINTS;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = (int32_t)refusal;
}

static void no_encoders(void)
{
    entrypoints_refused(VA_REFUSED_NO_ENCODER);
    facts.va.entrypoints.count = 1;
    facts.va.entrypoints.has_h264_encode = false;
    facts.va.entrypoints.chosen_row = -1;
}

static void virtual_gpu(const char *driver)
{
    facts.sys.kernel = (struct kernel_facts){.is_asked = true, .minor = 1, .is_node_visible = true};
    SET(facts.sys.kernel.driver, driver);
}

static void ended(enum run_end end, int number, double seconds)
{
    facts.run.end = end;
    facts.run.signal = number;
    facts.run.seconds = seconds;
    facts.run.silence = seconds;
    facts.sys.stage = STAGE_VA;
}

static void radeon(void)
{
    SET(facts.sys.kernel.driver, "amdgpu");
    facts.sys.kernel.is_huc_asked = false;
    facts.sys.kernel.vendor_id = 0x1002;
    facts.sys.kernel.device_id = 0x1638;
}

CASE(pass)
{
}

CASE(pass_docker_alpine)
{
    facts_at(PLACE_DOCKER);
    facts.sys.place.distro = DISTRO_ALPINE;
    facts_root_user();
}

CASE(pass_no_decoder)
{
    facts.va.decode.done = false;
    facts.va.decode.supported = false;
    SET(facts.va.decode.why, "the driver has no decoder for H264ConstrainedBaseline");
}

CASE(pass_no_decode)
{
    decode_never();
    facts.request.decode = false;
}

CASE(pass_odd_bytes)
{
    SET(facts.va.driver.vendor, "v\"e\\n\td\xffor\x01 caf\xc3\xa9");
}

CASE(listed)
{
    encode_never();
    facts.request.list_only = true;
}

CASE(g13)
{
    driver_failed("vaGetDisplayDRM", "VA_STATUS_ERROR_INVALID_DISPLAY");
    facts.sys.kernel.is_sys_visible = false;
    facts.sys.kernel.is_node_visible = false;
}

CASE(g13_with_sysfs)
{
    driver_failed("vaGetDisplayDRM", "VA_STATUS_ERROR_INVALID_DISPLAY");
}

CASE(g14_absent)
{
    init_failed();
    virtual_gpu("vgem");
    tried("vgem_drv_video.so", VA_TRIED_ABSENT);
    facts_at(PLACE_VM);
    facts.sys.node.other_count = 1;
    facts.sys.node.others[0] = (struct node_other){"/dev/dri/renderD129", 129};
}

CASE(g14_no_encoder)
{
    no_encoders();
    virtual_gpu("virtio_gpu");
}

CASE(g15)
{
    init_failed();
    tried("iHD_drv_video.so", VA_TRIED_ABSENT);
    tried("i965_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g15_old_intel)
{
    case_g15();
    facts.sys.kernel.device_id = 0x0412;
}

CASE(g15_fedora_radeon)
{
    init_failed();
    radeon();
    tried("radeonsi_drv_video.so", VA_TRIED_ABSENT);
    facts.sys.place.distro = DISTRO_FEDORA;
}

CASE(g15_arch)
{
    case_g15();
    facts.sys.place.distro = DISTRO_ARCH;
}

static void lunar_lake(void);

CASE(g15_xe)
{
    init_failed();
    lunar_lake();
    tried("xe_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g15_xe_no_file)
{
    init_failed();
    lunar_lake();
}

CASE(g15_xe_named)
{
    init_failed();
    lunar_lake();
    tried("iHD_drv_video.so", VA_TRIED_ABSENT);
    SET(facts.sys.place.driver_name, "iHD");
}

CASE(g16_xe_named)
{
    init_failed();
    lunar_lake();
    tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    SET(facts.sys.place.driver_name, "iHD");
}

CASE(g17_xe_other)
{
    case_g16_xe_named();
    SET(facts.sys.place.driver_name, "i965");
}

CASE(g15_nvidia)
{
    init_failed();
    SET(facts.sys.kernel.driver, "nvidia-drm");
}

CASE(g15_nouveau)
{
    init_failed();
    SET(facts.sys.kernel.driver, "nouveau");
    tried("nouveau_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g16_newer_gpu)
{
    init_failed();
    tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    tried("i965_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g16_not_asked)
{
    init_failed();
    SET(facts.va.driver.log, "VA-API version 1.17.0\n");
}

CASE(g16_virtual)
{
    init_failed();
    virtual_gpu("virtio_gpu");
    tried("virtio_gpu_drv_video.so", VA_TRIED_INIT_FAILED);
}

CASE(g16_unloadable)
{
    init_failed();
    tried("iHD_drv_video.so", VA_TRIED_UNLOADABLE);
    SET(facts.va.driver.log,
        "dlopen of /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so failed: "
        "libigdgmm.so.12: cannot open shared object file\n");
}

CASE(g16_mismatch)
{
    init_failed();
    tried("iHD_drv_video.so", VA_TRIED_NO_INIT);
}

CASE(g16_mute)
{
    entrypoints_refused(VA_REFUSED_NOT);
    failure(&facts.va.entrypoints.failure, "vaQueryConfigProfiles", 1,
            "VA_STATUS_ERROR_OPERATION_FAILED");
}

CASE(g17_absent)
{
    init_failed();
    tried("i955_drv_video.so", VA_TRIED_ABSENT);
    SET(facts.sys.place.driver_name, "i955");
}

CASE(g17_path_absent)
{
    case_g17_absent();
    SET(facts.sys.place.drivers_path, "/opt/dri");
}

CASE(g17_wrong)
{
    init_failed();
    tried("radeonsi_drv_video.so", VA_TRIED_INIT_FAILED);
    SET(facts.sys.place.driver_name, "radeonsi");
}

CASE(g18_debian)
{
    no_encoders();
}

CASE(g18_ubuntu)
{
    no_encoders();
    facts.sys.place.is_ubuntu = true;
}

CASE(g18_no_engine)
{
    encode_never();
    radeon();
    facts.sys.kernel.device_id = 0x743f;
    facts.sys.kernel.is_caps_asked = true;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.has_h264_encode = false;
    facts.va.entrypoints.refusal = VA_REFUSED_NO_ENCODER;
}

CASE(g18_fedora_radeon)
{
    no_encoders();
    radeon();
    facts.sys.place.distro = DISTRO_FEDORA;
    SET(facts.va.driver.name, "radeonsi");
}

CASE(g18_nothing)
{
    no_encoders();
    facts.va.entrypoints.has_h264_decode = false;
    facts.sys.place.distro = DISTRO_UNKNOWN;
}

CASE(g18_nvidia)
{
    no_encoders();
    SET(facts.sys.kernel.driver, "nvidia-drm");
    SET(facts.va.driver.name, "nvidia");
}

CASE(g18_nouveau)
{
    no_encoders();
    SET(facts.sys.kernel.driver, "nouveau");
    SET(facts.va.driver.name, "nouveau");
}

CASE(g18_not_asked_so)
{
    entrypoints_refused(VA_REFUSED_PROFILE);
}

CASE(g18_too_small)
{
    entrypoints_refused(VA_REFUSED_SIZE_TOO_SMALL);
    facts.request.width = 64;
    facts.request.height = 64;
    facts.va.entrypoints.rows[1].min_width = 128;
    facts.va.entrypoints.rows[1].min_height = 96;
}

CASE(g19)
{
    facts.va.entrypoints.rows[1] = facts.va.entrypoints.rows[2];
    facts.va.entrypoints.count = 2;
}

CASE(g20)
{
    case_g19();
    facts.sys.kernel.huc_error = ENOPKG;
}

static void lunar_lake(void)
{
    SET(facts.sys.kernel.driver, "xe");
    facts.sys.kernel.device_id = 0x64a0;
}

CASE(g20_off)
{
    case_g19();
    facts.sys.kernel.huc_error = EOPNOTSUPP;
    facts.sys.kernel.device_id = 0x4e61;
}

CASE(g20_switched_off)
{
    case_g19();
    facts.sys.kernel.huc_error = EOPNOTSUPP;
}

CASE(g20_xe)
{
    case_g19();
    lunar_lake();
    facts.sys.kernel.huc_error = ENODEV;
    facts.sys.kernel.huc_status = 0;
}

CASE(g20_rate)
{
    case_g20();
    encode_never();
    facts.request.rate = VA_RATE_VBR;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = VA_REFUSED_RATE_CONTROL;
}

CASE(g20_not_needed)
{
    facts.sys.kernel.huc_error = EOPNOTSUPP;
}

CASE(g21)
{
    encode_never();
    failure(&facts.va.encode.failure, "vaEndPicture", 2, "VA_STATUS_ERROR_ALLOCATION_FAILED");
    facts.va.encode.failure.frame = 3;
}

CASE(g22_gave_up)
{
    encode_never();
    failure(&facts.va.encode.failure, "vaSyncBuffer", 0x26, "VA_STATUS_ERROR_TIMEDOUT");
}

CASE(g21_detail)
{
    case_g21();
    SET(facts.va.encode.failure.detail, "coded buffer too small");
    SET(facts.va.encode.entrypoint_name, "EncSliceLP");
}

CASE(g22)
{
    encode_never();
    ended(RUN_HUNG, 0, 30);
    SET(facts.va.progress.call, "vaSyncSurface");
}

CASE(g23)
{
    encode_never();
    ended(RUN_CRASHED, SIGSEGV, 0.1);
    SET(facts.va.progress.call, "vaCreateContext");
}

CASE(g23_unknown_distribution)
{
    case_g23();
    facts.sys.place.distro = DISTRO_UNKNOWN;
}

CASE(g25_unknown_distribution)
{
    decode_never();
    SET(facts.va.bitstream.rule, "a slice comes before any sequence parameter set");
    facts.sys.place.distro = DISTRO_UNKNOWN;
    radeon();
}

CASE(g23_in_init)
{
    facts_va_never();
    facts.va.progress.step = VA_STEP_DRIVER;
    ended(RUN_CRASHED, SIGABRT, 0.1);
    SET(facts.va.progress.call, "vaInitialize");
}

CASE(g23_at_the_end)
{
    ended(RUN_CRASHED, SIGSEGV, 0.6);
    SET(facts.va.progress.call, "vaTerminate");
    facts.va.progress.step = VA_STEP_CLOSE;
}

CASE(g22_at_the_end)
{
    ended(RUN_HUNG, 0, 30.5);
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

CASE(g23_exit)
{
    encode_never();
    ended(RUN_LEFT, 0, 0.1);
    facts.run.exit_code = 0;
    SET(facts.va.progress.call, "vaBeginPicture");
}

CASE(g23_after_failure)
{
    init_failed();
    tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    ended(RUN_CRASHED, SIGSEGV, 0.1);
    SET(facts.va.progress.call, "vaTerminate");
    facts.va.progress.step = VA_STEP_CLOSE;
}

/* The decoder takes the run down at its third picture: what was encoded by then was right. */
CASE(g23_in_decoder)
{
    ended(RUN_CRASHED, SIGSEGV, 0.1);
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
    decode_never();
    facts.va.encode.empty_frames = 60;
    facts.va.encode.bytes = 0;
    facts.va.encode.smallest = 0;
    facts.va.encode.largest = 0;
}

CASE(g24_flagged)
{
    decode_never();
    facts.va.encode.flagged_frames = 2;
    facts.va.encode.first_flagged = 7;
    facts.va.encode.flags =
        VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK | VA_CODED_BUF_STATUS_BAD_BITSTREAM;
}

CASE(g25_rule)
{
    decode_never();
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

CASE(g26_one_frame)
{
    facts.va.decode.psnr_y_worst = 11.5;
    facts.va.decode.worst_frame = 17;
}

CASE(g26_fails)
{
    facts.va.decode.done = false;
    failure(&facts.va.decode.failure, "vaEndPicture", 1, "VA_STATUS_ERROR_DECODING_ERROR");
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
    encode_never();
}

CASE(decode_unfinished)
{
    decode_never();
}

const struct verify_case VERIFY_CASES_VA[] = {
    ROW(pass, STATUS_PASS, ""),
    ROW(pass_docker_alpine, STATUS_PASS, ""),
    ROW(pass_no_decoder, STATUS_PASS, "g26"),
    ROW(pass_no_decode, STATUS_PASS, ""),
    ROW(pass_odd_bytes, STATUS_PASS, ""),
    ROW(listed, STATUS_PASS, ""),
    ROW(g13, STATUS_VA_INIT, "g13"),
    ROW(g13_with_sysfs, STATUS_VA_INIT, "g13"),
    ROW(g14_absent, STATUS_VA_ABSENT, "g14"),
    ROW(g14_no_encoder, STATUS_NO_ENCODER, "g14"),
    ROW(g15, STATUS_VA_ABSENT, "g15"),
    ROW(g15_old_intel, STATUS_VA_ABSENT, "g15"),
    ROW(g15_fedora_radeon, STATUS_VA_ABSENT, "g15"),
    ROW(g15_arch, STATUS_VA_ABSENT, "g15"),
    ROW(g15_xe, STATUS_VA_ABSENT, "g15"),
    ROW(g15_xe_no_file, STATUS_VA_ABSENT, "g15"),
    ROW(g15_xe_named, STATUS_VA_ABSENT, "g15"),
    ROW(g16_xe_named, STATUS_VA_INIT, "g16"),
    ROW(g17_xe_other, STATUS_VA_INIT, "g17"),
    ROW(g15_nvidia, STATUS_VA_ABSENT, "g15"),
    ROW(g15_nouveau, STATUS_VA_ABSENT, "g15"),
    ROW(g16_newer_gpu, STATUS_VA_INIT, "g16"),
    ROW(g16_not_asked, STATUS_VA_INIT, "g16"),
    ROW(g16_virtual, STATUS_VA_INIT, "g16"),
    ROW(g16_unloadable, STATUS_VA_INIT, "g16"),
    ROW(g16_mismatch, STATUS_VA_INIT, "g16"),
    ROW(g16_mute, STATUS_VA_INIT, "g16"),
    ROW(g17_absent, STATUS_VA_ABSENT, "g17"),
    ROW(g17_path_absent, STATUS_VA_ABSENT, "g17"),
    ROW(g17_wrong, STATUS_VA_INIT, "g17"),
    ROW(g18_debian, STATUS_NO_ENCODER, "g18"),
    ROW(g18_ubuntu, STATUS_NO_ENCODER, "g18"),
    ROW(g18_no_engine, STATUS_NO_ENCODER, "g18"),
    ROW(g18_fedora_radeon, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nothing, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nvidia, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nouveau, STATUS_NO_ENCODER, "g18"),
    ROW(g18_not_asked_so, STATUS_NO_ENCODER, "g18"),
    ROW(g18_too_small, STATUS_NO_ENCODER, "g18"),
    ROW(g19, STATUS_PASS, ""),
    ROW(g20, STATUS_PASS, "g20"),
    ROW(g20_off, STATUS_PASS, "g20"),
    ROW(g20_switched_off, STATUS_PASS, "g20"),
    ROW(g20_xe, STATUS_PASS, "g20"),
    ROW(g20_rate, STATUS_NO_ENCODER, "g20"),
    ROW(g20_not_needed, STATUS_PASS, ""),
    ROW(g21, STATUS_ENCODE, "g21"),
    ROW(g22_gave_up, STATUS_HUNG, "g22"),
    ROW(g21_detail, STATUS_ENCODE, "g21"),
    ROW(g22, STATUS_HUNG, "g22"),
    ROW(g23, STATUS_CRASHED, "g23"),
    ROW(g23_unknown_distribution, STATUS_CRASHED, "g23"),
    ROW(g25_unknown_distribution, STATUS_BITSTREAM, "g25"),
    ROW(g23_in_init, STATUS_CRASHED, "g23"),
    ROW(g23_at_the_end, STATUS_PASS, "g23"),
    ROW(g22_at_the_end, STATUS_PASS, "g22"),
    ROW(g23_exit_at_the_end, STATUS_PASS, "g23"),
    ROW(g26_then_a_crash, STATUS_PICTURE, "g23"),
    ROW(g23_exit, STATUS_CRASHED, "g23"),
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
    ROW(g26_one_frame, STATUS_PICTURE, "g26"),
    ROW(g26_fails, STATUS_PICTURE, "g26"),
    ROW(g26_coarse, STATUS_PASS, "g26"),
    ROW(g26_coarse_as_asked, STATUS_PASS, ""),
    ROW(g26_coarse_at_rate, STATUS_PASS, "g26"),
    ROW(unfinished, STATUS_INTERNAL, ""),
    ROW(decode_unfinished, STATUS_INTERNAL, ""),
    {0},
};

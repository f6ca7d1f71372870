/* SPDX-License-Identifier: MIT */
/* What the VA driver says: which one it is, and what it offers. */
#include "verify_cases.h"

#include <errno.h>
#include <string.h>

static void entrypoints_refused(enum va_refusal refusal)
{
    facts_encode_never();
    facts.va.progress.step = VA_STEP_ENTRYPOINTS;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = (int32_t)refusal;
}

static void no_encoders(void)
{
    entrypoints_refused(VA_REFUSED_NO_ENCODER);
    facts.va.entrypoints.count = 1;
    facts.va.entrypoints.chosen_row = -1;
}

static void virtual_gpu(const char *driver)
{
    facts.sys.kernel = (struct kernel_facts){.is_asked = true, .minor = 1, .is_node_visible = true};
    SET(facts.sys.kernel.driver, driver);
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
    facts_decode_never();
    facts.request.decode = false;
}

CASE(pass_odd_bytes)
{
    SET(facts.va.driver.vendor, "v\"e\\n\td\xffor\x01 caf\xc3\xa9");
}

CASE(listed)
{
    facts_encode_never();
    facts.request.list_only = true;
}

CASE(g13_sys_hidden)
{
    facts_driver_failed("vaGetDisplayDRM", "VA_STATUS_ERROR_INVALID_DISPLAY");
    facts.sys.kernel.is_sys_visible = false;
    facts.sys.kernel.is_node_visible = false;
}

CASE(g13_with_sysfs)
{
    facts_driver_failed("vaGetDisplayDRM", "VA_STATUS_ERROR_INVALID_DISPLAY");
}

CASE(g14_absent)
{
    facts_init_failed();
    virtual_gpu("vgem");
    facts_tried("vgem_drv_video.so", VA_TRIED_ABSENT);
    facts_at(PLACE_VM);
    facts.sys.node.other_count = 1;
    facts.sys.node.others[0] = (struct node_other){"/dev/dri/renderD129", 129};
}

CASE(g38_virgl_absent)
{
    facts_init_failed();
    virtual_gpu("virtio_gpu");
    facts_tried("virtio_gpu_drv_video.so", VA_TRIED_ABSENT);
    facts_at(PLACE_VM);
}

CASE(g14_no_encoder)
{
    no_encoders();
    virtual_gpu("virtio_gpu");
}

CASE(g15_driver_absent)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_ABSENT);
    facts_tried("i965_drv_video.so", VA_TRIED_ABSENT);
}

static void facts_no_libva(void)
{
    facts_va_never();
    facts.sys.library.path[0] = '\0';
    SET(facts.sys.library.error,
        "libva.so.2: cannot open shared object file: No such file or directory");
}

CASE(g43_no_libva)
{
    facts_no_libva();
}

CASE(g43_no_libva_jellyfin)
{
    facts_no_libva();
    facts.sys.library.has_bundle[BUNDLE_JELLYFIN] = true;
}

CASE(g40_jellyfin_has_one)
{
    case_g15_driver_absent();
    facts.sys.library.has_bundle[BUNDLE_JELLYFIN] = true;
}

CASE(g40_asked_in_vain)
{
    facts_no_libva();
    SET(facts.sys.library.asked, "/opt/emby-server/lib");
}

CASE(g40_asked_without_driver)
{
    case_g15_driver_absent();
    SET(facts.sys.library.asked, "/opt/emby-server/lib");
    SET(facts.sys.library.path, "/opt/emby-server/lib/libva.so.2");
}

CASE(pass_jellyfin_plex)
{
    facts.sys.library.has_bundle[BUNDLE_JELLYFIN] = true;
    facts.sys.library.has_bundle[BUNDLE_PLEX] = true;
}

CASE(pass_in_jellyfin)
{
    facts.sys.library.has_bundle[BUNDLE_JELLYFIN] = true;
    SET(facts.sys.library.asked, "/usr/lib/jellyfin-ffmpeg/lib");
    SET(facts.sys.library.path, "/usr/lib/jellyfin-ffmpeg/lib/libva.so.2");
    SET(facts.va.driver.tried[0], "/usr/lib/jellyfin-ffmpeg/lib/dri/iHD_drv_video.so");
}

CASE(g15_old_intel)
{
    case_g15_driver_absent();
    facts.sys.kernel.device_id = 0x0412;
}

CASE(g15_fedora_radeon)
{
    facts_init_failed();
    facts_radeon();
    facts_tried("radeonsi_drv_video.so", VA_TRIED_ABSENT);
    facts.sys.place.distro = DISTRO_FEDORA;
}

CASE(g15_arch)
{
    case_g15_driver_absent();
    facts.sys.place.distro = DISTRO_ARCH;
}

static void lunar_lake(void);

static void at_distro(enum distro distro)
{
    facts.sys.place.distro = distro;
    facts.packages = (struct package_facts){.is_known = false};
}

CASE(g15_alpine)
{
    case_g15_driver_absent();
    at_distro(DISTRO_ALPINE);
}

/* The package is there, and its file is gone: "apk add" would change nothing. */
CASE(g15_alpine_installed)
{
    case_g15_alpine();
    facts.packages.is_other_installed[OTHER_IHD] = true;
}

CASE(g43_alpine_installed)
{
    facts_no_libva();
    at_distro(DISTRO_ALPINE);
    facts.packages.is_other_installed[OTHER_LIBVA] = true;
}

static void facts_unloadable(enum distro distro)
{
    facts_init_failed();
    at_distro(distro);
    facts_tried("iHD_drv_video.so", VA_TRIED_UNLOADABLE);
}

CASE(g16_alpine_unloadable)
{
    facts_unloadable(DISTRO_ALPINE);
    facts.packages.is_other_installed[OTHER_IHD] = true;
}

CASE(g16_arch_unloadable)
{
    facts_unloadable(DISTRO_ARCH);
    facts.packages.is_other_installed[OTHER_IHD] = true;
}

/* By which of its packages rpm knows. */
CASE(g16_fedora_unloadable)
{
    facts_unloadable(DISTRO_FEDORA);
}

/* The other driver for the GPU is there as well: no line that leaves all as it is. */
CASE(g16_alpine_other_installed)
{
    facts_init_failed();
    at_distro(DISTRO_ALPINE);
    facts.sys.kernel.device_id = 0x5912;
    facts_tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    facts.packages.is_other_installed[OTHER_IHD] = true;
    facts.packages.is_other_installed[OTHER_I965] = true;
}

CASE(g15_xe)
{
    facts_init_failed();
    lunar_lake();
    facts_tried("xe_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g15_xe_no_file)
{
    facts_init_failed();
    lunar_lake();
}

CASE(g15_xe_named)
{
    facts_init_failed();
    lunar_lake();
    facts_tried("iHD_drv_video.so", VA_TRIED_ABSENT);
    SET(facts.sys.place.driver_name, "iHD");
}

CASE(g16_xe_named)
{
    facts_init_failed();
    lunar_lake();
    facts_tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    SET(facts.sys.place.driver_name, "iHD");
}

CASE(g17_xe_other)
{
    case_g16_xe_named();
    SET(facts.sys.place.driver_name, "i965");
}

CASE(g15_nvidia)
{
    facts_init_failed();
    SET(facts.sys.kernel.driver, "nvidia-drm");
}

CASE(g15_nouveau)
{
    facts_init_failed();
    SET(facts.sys.kernel.driver, "nouveau");
    facts_tried("nouveau_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g16_newer_gpu)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_INIT_FAILED);
    facts_tried("i965_drv_video.so", VA_TRIED_ABSENT);
}

CASE(g16_not_asked)
{
    facts_init_failed();
    SET(facts.va.driver.log, "VA-API version 1.17.0\n");
}

CASE(g16_virtual)
{
    facts_init_failed();
    virtual_gpu("virtio_gpu");
    facts_tried("virtio_gpu_drv_video.so", VA_TRIED_INIT_FAILED);
}

CASE(g16_unloadable)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_UNLOADABLE);
    SET(facts.va.driver.log,
        "dlopen of /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so failed: "
        "libigdgmm.so.12: cannot open shared object file\n");
}

CASE(g16_mismatch)
{
    facts_init_failed();
    facts_tried("iHD_drv_video.so", VA_TRIED_NO_INIT);
}

CASE(g16_says_nothing)
{
    entrypoints_refused(VA_REFUSED_NOT);
    facts_failure(&facts.va.entrypoints.failure, "vaQueryConfigProfiles", 1,
                  "VA_STATUS_ERROR_OPERATION_FAILED");
}

CASE(g17_absent)
{
    facts_init_failed();
    facts_tried("i955_drv_video.so", VA_TRIED_ABSENT);
    SET(facts.sys.place.driver_name, "i955");
}

CASE(g17_path_absent)
{
    case_g17_absent();
    SET(facts.sys.place.drivers_path, "/opt/dri");
}

CASE(g17_wrong)
{
    facts_init_failed();
    facts_tried("radeonsi_drv_video.so", VA_TRIED_INIT_FAILED);
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
    facts_encode_never();
    facts_radeon();
    facts.sys.kernel.device_id = 0x743f;
    facts.sys.kernel.is_caps_asked = true;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = VA_REFUSED_NO_ENCODER;
}

CASE(g18_fedora_radeon)
{
    no_encoders();
    facts_radeon();
    facts.sys.place.distro = DISTRO_FEDORA;
    SET(facts.va.driver.name, "radeonsi");
}

CASE(g18_no_h264_encoding)
{
    no_encoders();
    facts.va.entrypoints.rows[0].is_h264 = false;
    facts.sys.place.distro = DISTRO_UNKNOWN;
}

/* Decoders it has, none of H.264: no build of it that lacks encoders. */
CASE(g18_other_codecs)
{
    no_encoders();
    SET(facts.va.entrypoints.rows[0].profile_name, "MPEG2Main");
    facts.va.entrypoints.rows[0].is_h264 = false;
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

CASE(g19_low_power_only)
{
    facts.va.entrypoints.rows[1] = facts.va.entrypoints.rows[2];
    facts.va.entrypoints.count = 2;
}

CASE(g20_no_huc)
{
    case_g19_low_power_only();
    facts.sys.kernel.huc_error = ENOPKG;
}

static void lunar_lake(void)
{
    SET(facts.sys.kernel.driver, "xe");
    facts.sys.kernel.device_id = 0x64a0;
}

CASE(g20_off)
{
    case_g19_low_power_only();
    facts.sys.kernel.huc_error = EOPNOTSUPP;
    facts.sys.kernel.device_id = 0x4e61;
}

CASE(g20_switched_off)
{
    case_g19_low_power_only();
    facts.sys.kernel.huc_error = EOPNOTSUPP;
}

CASE(g20_xe)
{
    case_g19_low_power_only();
    lunar_lake();
    facts.sys.kernel.huc_error = ENODEV;
    facts.sys.kernel.huc_status = 0;
}

CASE(g20_rate)
{
    case_g20_no_huc();
    facts_encode_never();
    facts.request.rate = VA_RATE_VBR;
    facts.va.entrypoints.done = false;
    facts.va.entrypoints.refusal = VA_REFUSED_RATE_CONTROL;
}

CASE(g20_not_needed)
{
    facts.sys.kernel.huc_error = EOPNOTSUPP;
}

const struct verify_case VERIFY_CASES_VA[] = {
    ROW(pass, STATUS_PASS, ""),
    ROW(pass_docker_alpine, STATUS_PASS, ""),
    ROW(pass_no_decoder, STATUS_PASS, ""),
    ROW(pass_no_decode, STATUS_PASS, ""),
    ROW(pass_odd_bytes, STATUS_PASS, ""),
    ROW(listed, STATUS_PASS, ""),
    ROW(g13_sys_hidden, STATUS_VA_INIT, "g13"),
    ROW(g13_with_sysfs, STATUS_VA_INIT, "g13"),
    ROW(g14_absent, STATUS_VA_ABSENT, "g14"),
    ROW(g38_virgl_absent, STATUS_VA_ABSENT, "g38"),
    ROW(g14_no_encoder, STATUS_NO_ENCODER, "g14"),
    ROW(g15_driver_absent, STATUS_VA_ABSENT, "g15"),
    ROW(g43_no_libva, STATUS_VA_ABSENT, "g43"),
    ROW(g43_no_libva_jellyfin, STATUS_VA_ABSENT, "g43"),
    ROW(g40_jellyfin_has_one, STATUS_VA_ABSENT, "g15"),
    ROW(g40_asked_in_vain, STATUS_VA_ABSENT, "g40"),
    ROW(g40_asked_without_driver, STATUS_VA_ABSENT, "g15"),
    ROW(pass_jellyfin_plex, STATUS_PASS, ""),
    ROW(pass_in_jellyfin, STATUS_PASS, ""),
    ROW(g15_old_intel, STATUS_VA_ABSENT, "g15"),
    ROW(g15_fedora_radeon, STATUS_VA_ABSENT, "g15"),
    ROW(g15_arch, STATUS_VA_ABSENT, "g15"),
    ROW(g15_alpine, STATUS_VA_ABSENT, "g15"),
    ROW(g15_alpine_installed, STATUS_VA_ABSENT, "g15"),
    ROW(g43_alpine_installed, STATUS_VA_ABSENT, "g43"),
    ROW(g16_alpine_unloadable, STATUS_VA_INIT, "g16"),
    ROW(g16_arch_unloadable, STATUS_VA_INIT, "g16"),
    ROW(g16_fedora_unloadable, STATUS_VA_INIT, "g16"),
    ROW(g16_alpine_other_installed, STATUS_VA_INIT, "g16"),
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
    ROW(g16_says_nothing, STATUS_VA_INIT, "g16"),
    ROW(g17_absent, STATUS_VA_ABSENT, "g17"),
    ROW(g17_path_absent, STATUS_VA_ABSENT, "g17"),
    ROW(g17_wrong, STATUS_VA_INIT, "g17"),
    ROW(g18_debian, STATUS_NO_ENCODER, "g18"),
    ROW(g18_ubuntu, STATUS_NO_ENCODER, "g18"),
    ROW(g18_no_engine, STATUS_NO_ENCODER, "g18"),
    ROW(g18_fedora_radeon, STATUS_NO_ENCODER, "g18"),
    ROW(g18_no_h264_encoding, STATUS_NO_ENCODER, "g18"),
    ROW(g18_other_codecs, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nvidia, STATUS_NO_ENCODER, "g18"),
    ROW(g18_nouveau, STATUS_NO_ENCODER, "g18"),
    ROW(g18_not_asked_so, STATUS_NO_ENCODER, "g18"),
    ROW(g18_too_small, STATUS_NO_ENCODER, "g18"),
    ROW(g19_low_power_only, STATUS_PASS, ""),
    ROW(g20_no_huc, STATUS_PASS, "g20"),
    ROW(g20_off, STATUS_PASS, "g20"),
    ROW(g20_switched_off, STATUS_PASS, "g20"),
    ROW(g20_xe, STATUS_PASS, "g20"),
    ROW(g20_rate, STATUS_NO_ENCODER, "g20"),
    ROW(g20_not_needed, STATUS_PASS, ""),
    {0},
};

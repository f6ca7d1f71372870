/* A run in which all is well, and the steps back from it that several cases share. */
#include "verify_cases.h"

#include "base/drm.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>
#include <va/va.h>

struct facts facts;

static void sys_good(void)
{
    struct sys_facts *sys = &facts.sys;

    sys->stage = STAGE_END;
    SET(sys->node.path, "/dev/dri/renderD128");
    SET(sys->node.real, "/dev/dri/renderD128");
    sys->node.mode = S_IFCHR | 0660;
    sys->node.gid = 104;
    sys->node.major = DRM_MAJOR;
    sys->node.minor = 128;
    sys->node.is_named_render = true;
    sys->node.named_minor = 128;
    sys->access = (struct access_facts){
        .uid = 1000,
        .gid = 1000,
        .group_count = 1,
        .groups = {104},
        .is_in_group = true,
        .is_listed = true,
        .user = "jelly",
        .group = "render",
        .has_render = true,
        .render_gid = 104,
        .uid_map = {1, {{0, 100000, 65536}}},
        .gid_map = {1, {{0, 100000, 65536}}},
        .overflow_uid = 65534,
        .overflow_gid = 65534,
        .mount_point = "/dev/dri",
        .mount_options = "ro,nosuid,noexec",
        .is_open_tried = true,
    };
    sys->kernel = (struct kernel_facts){
        .is_asked = true,
        .driver = "i915",
        .major = 1,
        .minor = 6,
        .is_sys_visible = true,
        .is_node_visible = true,
        .pci = "0000:00:02.0",
        .vendor_id = 0x8086,
        .device_id = 0x46d1,
        .is_huc_asked = true,
        .huc_status = 1,
    };
    sys->place = (struct place_facts){
        .place = PLACE_LXC,
        .starter = STARTER_ROOT,
        .name = "video",
        .release = "6.1.0-30-amd64",
        .distro = DISTRO_DEBIAN,
        .distro_id = "debian",
    };
}

static void library_good(void)
{
    SET(facts.sys.library.path, "/lib/x86_64-linux-gnu/libva.so.2");
}

static void row_add(const char *profile, int32_t entrypoint, const char *entrypoint_name)
{
    struct va_row *row = &facts.va.entrypoints.rows[facts.va.entrypoints.count++];

    *row = (struct va_row){.entrypoint = entrypoint, .max_width = 4096, .max_height = 4096};
    SET(row->profile_name, profile);
    SET(row->entrypoint_name, entrypoint_name);
    row->profile = VAProfileH264ConstrainedBaseline;
    row->is_h264 = true;
    row->is_encoder = entrypoint != VAEntrypointVLD;
}

static void va_good(void)
{
    struct va_facts *va = &facts.va;

    va->progress.step = VA_STEP_DECODE;
    va->driver.done = true;
    va->driver.va_major = 1;
    va->driver.va_minor = 17;
    SET(va->driver.name, "iHD");
    SET(va->driver.vendor, "Intel iHD driver for Intel(R) Gen Graphics - 23.1.1");
    va->driver.tried_count = 1;
    SET(va->driver.tried[0], "/usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so");
    va->driver.tried_result[0] = VA_TRIED_OPENED;
    row_add("H264ConstrainedBaseline", VAEntrypointVLD, "VLD");
    row_add("H264ConstrainedBaseline", VAEntrypointEncSlice, "EncSlice");
    row_add("H264ConstrainedBaseline", VAEntrypointEncSliceLP, "EncSliceLP");
    va->entrypoints.done = true;
    va->entrypoints.chosen_row = 1;
    va->encode.done = true;
    SET(va->encode.profile_name, "H264ConstrainedBaseline");
    SET(va->encode.entrypoint_name, "EncSlice");
    va->encode.packed_headers_ours = true;
    va->encode.width = 640;
    va->encode.height = 480;
    va->encode.frames = 60;
    va->encode.idr_frames = 4;
    va->encode.p_frames = 56;
    va->encode.bytes = 2216832;
    va->encode.seconds = 0.25;
    va->encode.smallest = 35120;
    va->encode.largest = 44310;
    va->bitstream.done = true;
    va->bitstream.sps = 4;
    va->bitstream.pps = 4;
    va->bitstream.pictures = 60;
    va->bitstream.width = 640;
    va->bitstream.height = 480;
    va->bitstream.profile_idc = 66;
    va->bitstream.level_idc = 41;
    va->decode.done = true;
    va->decode.supported = true;
    va->decode.frames = 60;
    va->decode.psnr_y = 38.2;
    va->decode.psnr_y_worst = 36.9;
    va->decode.psnr_uv = 41.0;
    va->decode.psnr_uv_worst = 40.1;
    va->decode.psnr_block = 33.4;
    va->scale.offered = true;
    va->scale.done = true;
}

void facts_all_good(void)
{
    memset(&facts, 0, sizeof(facts));
    facts.request = (struct va_request){
        .width = 640, .height = 480, .frames = 60, .qp = 26, .decode = true, .output_fd = -1};
    facts.run.began = 1764252000;
    facts.run.seconds = 0.4;
    sys_good();
    library_good();
    va_good();
    facts.packages = (struct package_facts){.is_known = true, .is_offer_known = true};
    facts_package(DEBIAN_IHD, "23.1.1+dfsg1-1", "23.1.1+dfsg1-1");
}

void facts_package(enum debian_package package, const char *installed, const char *offered)
{
    SET(facts.packages.debian[package].installed, installed);
    SET(facts.packages.debian[package].offered, offered);
}

void facts_va_never(void)
{
    memset(&facts.va, 0, sizeof(facts.va));
    facts.va.entrypoints.chosen_row = -1;
    facts.sys.library.path[0] = '\0';
}

void facts_at(enum place place)
{
    facts.sys.place.place = place;
    facts.sys.place.starter = STARTER_UNKNOWN;
}

void facts_root_user(void)
{
    facts.sys.access.uid = 0;
    facts.sys.access.gid = 0;
    SET(facts.sys.access.user, "root");
}

void facts_failure(struct va_failure *to, const char *call, int32_t status, const char *name)
{
    to->happened = true;
    to->status = status;
    SET(to->call, call);
    SET(to->status_name, name);
}

void facts_driver_failed(const char *call, const char *status)
{
    facts_va_never();
    library_good();
    facts_failure(&facts.va.driver.failure, call, 1, status);
    facts.va.progress.step = VA_STEP_DRIVER;
}

void facts_tried(const char *file, enum va_tried_result result)
{
    uint32_t index = facts.va.driver.tried_count++;

    (void)snprintf(facts.va.driver.tried[index], sizeof(facts.va.driver.tried[index]),
                   "/usr/lib/x86_64-linux-gnu/dri/%s", file);
    facts.va.driver.tried_result[index] = (uint8_t)result;
    if (result == VA_TRIED_ABSENT)
        facts_package(text_is_equal(file, "iHD_drv_video.so") ? DEBIAN_IHD : DEBIAN_MESA, "", "");
}

void facts_init_failed(void)
{
    facts_driver_failed("vaInitialize", "VA_STATUS_ERROR_UNKNOWN");
}

void facts_decode_never(void)
{
    memset(&facts.va.decode, 0, sizeof(facts.va.decode));
    facts.va.progress.step = VA_STEP_ENCODE;
}

void facts_bitstream_never(void)
{
    facts_decode_never();
    memset(&facts.va.bitstream, 0, sizeof(facts.va.bitstream));
}

void facts_encode_never(void)
{
    facts_bitstream_never();
    memset(&facts.va.encode, 0, sizeof(facts.va.encode));
    memset(&facts.va.scale, 0, sizeof(facts.va.scale));
}

void facts_ended(enum run_end end, int number, double seconds)
{
    facts.run.end = end;
    facts.run.signal = number;
    facts.run.seconds = seconds;
    facts.run.silence = seconds;
    facts.sys.stage = STAGE_VA;
}

void facts_radeon(void)
{
    SET(facts.sys.kernel.driver, "amdgpu");
    facts.sys.kernel.is_huc_asked = false;
    facts.sys.kernel.vendor_id = 0x1002;
    facts.sys.kernel.device_id = 0x1638;
    facts_package(DEBIAN_IHD, "", "");
    facts_package(DEBIAN_MESA, "22.3.6-1+deb12u1", "22.3.6-1+deb12u2");
}

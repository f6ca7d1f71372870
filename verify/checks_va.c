#include "checks.h"
#include "encode_plan.h"
#include "packages.h"
#include "rate_control.h"
#include "va_session.h"
#include "words.h"

#include <string.h>
#include <va/va.h>

/* Below the first the picture is not the one that went in; below the second it is a poor one. */
#define PSNR_FAIL 20.0
#define PSNR_WARN 30.0
/* Coarser than this, a poor picture is what was asked for. */
#define QP_COARSE 40

static void failure_describe(const struct va_failure *failure, struct text *detail)
{
    text_add(detail, "%s: %s", failure->call, failure->status_name);
    if (failure->detail[0])
        text_add(detail, ", %s", failure->detail);
}

/* ---- driver ---- */

static bool is_any_tried(const struct va_facts *va, enum va_tried_result result)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (va->driver.tried_result[i] == result)
            return true;
    }
    return false;
}

/* No file that libva looked for was there. */
static bool is_absent(const struct facts *f)
{
    for (uint32_t i = 0; i < f->va.driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (f->va.driver.tried_result[i] != VA_TRIED_ABSENT)
            return false;
    }
    return f->va.driver.tried_count > 0 || text_is_equal(f->va.driver.failure.call, "vaInitialize");
}

static bool is_display_refused(const struct facts *f)
{
    return strncmp(f->va.driver.failure.call, "vaGetDisplay", strlen("vaGetDisplay")) == 0;
}

static bool is_sys_hidden(const struct facts *f)
{
    return !f->sys.kernel.is_node_visible &&
           (is_display_refused(f) || f->va.driver.tried_count == 0);
}

static bool has_variables(const struct facts *f)
{
    return f->sys.place.driver_name[0] || f->sys.place.drivers_path[0];
}

static bool is_absent_by_variable(const struct facts *f)
{
    return has_variables(f) && is_absent(f);
}

static bool is_virtual_absent(const struct facts *f)
{
    return is_absent(f) && gpu_without_video(f->sys.kernel.driver);
}

/* libva knows which driver goes with the kernel's xe from 2.22 on; before, it asks for this. */
static bool is_xe_unknown(const struct facts *f)
{
    return is_absent(f) && text_is_equal(f->sys.kernel.driver, "xe") &&
           f->va.driver.tried_count > 0 && strstr(f->va.driver.tried[0], "/xe_drv_video.so");
}

static bool is_nvidia_absent(const struct facts *f)
{
    return is_absent(f) && strncmp(f->sys.kernel.driver, "nvidia", strlen("nvidia")) == 0;
}

/* Every libva knows the VA drivers for these; that it tried none means it could not ask. */
static bool is_name_refused(const struct facts *f)
{
    static const char *const known[] = {"i915", "amdgpu", "radeon"};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (text_is_equal(f->sys.kernel.driver, known[i]))
            return f->va.driver.tried_count == 0 && f->va.driver.log[0];
    }
    return false;
}

static bool is_init_failed(const struct facts *f)
{
    return is_any_tried(&f->va, VA_TRIED_INIT_FAILED);
}

static bool is_mismatch(const struct facts *f)
{
    return is_any_tried(&f->va, VA_TRIED_NO_INIT);
}

static bool is_unloadable(const struct facts *f)
{
    return is_any_tried(&f->va, VA_TRIED_UNLOADABLE);
}

/* The first row that applies names the cause. */
static const struct {
    bool (*applies)(const struct facts *facts);
    enum cause cause;
} DRIVER_CAUSES[] = {
    {is_sys_hidden, CAUSE_SYS_HIDDEN},
    {is_display_refused, CAUSE_LIBVA_REFUSED},
    {is_absent_by_variable, CAUSE_VARIABLE_ABSENT},
    {has_variables, CAUSE_VARIABLE_INIT},
    {is_name_refused, CAUSE_NAME_REFUSED},
    {is_virtual_absent, CAUSE_VIRTUAL_ABSENT},
    {is_nvidia_absent, CAUSE_NVIDIA_ABSENT},
    {is_xe_unknown, CAUSE_XE_UNKNOWN},
    {is_absent, CAUSE_DRIVER_ABSENT},
    {is_init_failed, CAUSE_INIT_FAILED},
    {is_mismatch, CAUSE_DRIVER_MISMATCH},
    {is_unloadable, CAUSE_DRIVER_UNLOADABLE},
};

struct judgement check_driver(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (va->driver.done) {
        text_add(detail, "%s, VA-API %d.%d, %s", va->driver.name, va->driver.va_major,
                 va->driver.va_minor, va->driver.vendor);
        words_refused_drivers(va, detail);
        return JUDGED_PASS;
    }
    if (!va->driver.failure.happened)
        return JUDGED_SKIP;
    failure_describe(&va->driver.failure, detail);
    for (size_t i = 0; i < sizeof(DRIVER_CAUSES) / sizeof(*DRIVER_CAUSES); i++) {
        if (DRIVER_CAUSES[i].applies(facts))
            return JUDGED_FAIL(DRIVER_CAUSES[i].cause);
    }
    return JUDGED_FAIL(CAUSE_INIT_FAILED);
}

/* ---- entrypoints ---- */

static bool has_row_with(const struct va_facts *va, int32_t entrypoint)
{
    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (row->entrypoint == entrypoint && strncmp(row->profile_name, "H264", 4) == 0)
            return true;
    }
    return false;
}

static enum cause no_encoder_cause(const struct facts *facts)
{
    if (gpu_without_video(facts->sys.kernel.driver))
        return CAUSE_VIRTUAL_NO_ENCODER;
    if (facts->sys.kernel.is_caps_asked && !facts->sys.kernel.caps_error &&
        !facts->sys.kernel.can_encode)
        return CAUSE_NO_ENGINE;
    if (facts->va.entrypoints.has_h264_decode && package_command(PACKAGE_ENCODERS, facts))
        return CAUSE_DECODE_ONLY;
    return CAUSE_NO_ENCODER;
}

/* Intel's low-power encoder controls a bit rate in its HuC firmware, and iHD offers none while
 * that does not run (seen with 23.1.1). */
static bool is_huc_missing(const struct facts *facts)
{
    return words_huc(&facts->sys.kernel) && facts->request.rate != VA_RATE_CQP &&
           has_row_with(&facts->va, VAEntrypointEncSliceLP);
}

static struct judgement refusal_judge(const struct facts *facts)
{
    switch ((enum va_refusal)facts->va.entrypoints.refusal) {
    case VA_REFUSED_NOT:
        return JUDGED_SKIP;
    case VA_REFUSED_NO_ENCODER:
        return JUDGED_FAIL(no_encoder_cause(facts));
    case VA_REFUSED_RATE_CONTROL:
        return JUDGED_FAIL(is_huc_missing(facts) ? CAUSE_NEEDS_HUC : CAUSE_NOT_OFFERED);
    case VA_REFUSED_PROFILE:
    case VA_REFUSED_ENTRYPOINT:
    case VA_REFUSED_FORMAT:
        return JUDGED_FAIL(CAUSE_NOT_OFFERED);
    case VA_REFUSED_SIZE_TOO_SMALL:
    case VA_REFUSED_SIZE_TOO_LARGE:
    case VA_REFUSED_SIZE_ODD:
        return JUDGED_FAIL(CAUSE_SIZE_REFUSED);
    }
    return JUDGED_SKIP;
}

struct judgement check_entrypoints(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;
    int32_t chosen = va->entrypoints.chosen_row;

    if (va->entrypoints.failure.happened) {
        failure_describe(&va->entrypoints.failure, detail);
        return JUDGED_FAIL(CAUSE_QUERY_FAILED);
    }
    if (facts->request.list_only && va->driver.done && va->entrypoints.count) {
        text_add(detail, "%u pairs of profile and entrypoint", va->entrypoints.count);
        return JUDGED_PASS;
    }
    if (!va->entrypoints.done) {
        struct judgement refused = refusal_judge(facts);
        if (refused.status == CHECK_FAIL)
            text_add(detail, "%u pairs of profile and entrypoint, none to encode with",
                     va->entrypoints.count);
        return refused;
    }
    if (chosen < 0 || chosen >= VA_ROWS_MAX)
        return JUDGED_FAIL(CAUSE_NO_ENCODER);
    text_add(detail, "%s by %s", va->entrypoints.rows[chosen].profile_name,
             va->entrypoints.rows[chosen].entrypoint_name);
    if (!has_row_with(va, VAEntrypointEncSlice))
        text_add(detail, ", low power only");
    return JUDGED_PASS;
}

/* ---- encode ---- */

struct judgement check_encode(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (va->encode.failure.happened) {
        failure_describe(&va->encode.failure, detail);
        /* We wait without end: it was the driver that gave the GPU up. */
        if (va->encode.failure.status == VA_STATUS_ERROR_TIMEDOUT)
            return JUDGED_FAIL(CAUSE_GPU_TIMEOUT);
        return JUDGED_FAIL(CAUSE_ENCODE_FAILED);
    }
    if (!va->encode.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    text_add(detail, "%u ", va->encode.frames);
    if (va->encode.frames != facts->request.frames)
        text_add(detail, "of %u ", facts->request.frames);
    text_add(detail, "frames (%u IDR, %u P) %ux%u, %llu bytes, %.1f fps", va->encode.idr_frames,
             va->encode.p_frames, va->encode.width, va->encode.height,
             (unsigned long long)va->encode.bytes, words_fps(va));
    if (facts->request.rate != VA_RATE_CQP)
        text_add(detail, ", %s", rate_mode(facts->request.rate)->name);
    if (va->encode.bits_per_second)
        text_add(detail, " at %.0f of %u kbit/s",
                 (double)va->encode.bytes * 8 / va->encode.frames * FRAME_RATE / 1000,
                 va->encode.bits_per_second / 1000);
    return JUDGED_PASS;
}

/* ---- bitstream ---- */

static enum cause coded_cause(const struct facts *facts)
{
    const struct va_facts *va = &facts->va;

    if (va->encode.empty_frames || va->encode.bytes == 0)
        return CAUSE_EMPTY;
    if (va->encode.flagged_frames)
        return CAUSE_FLAGGED;
    return CAUSE_NONE;
}

struct judgement check_bitstream(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (!va->encode.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    if (coded_cause(facts) != CAUSE_NONE) {
        text_add(detail, "frames of %u to %u bytes", va->encode.smallest, va->encode.largest);
        return JUDGED_FAIL(coded_cause(facts));
    }
    if (!va->bitstream.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    if (va->bitstream.rule[0]) {
        text_add(detail, "%u NAL units read, %u pictures", va->bitstream.nal_units,
                 va->bitstream.pictures);
        return JUDGED_FAIL(CAUSE_BROKEN_RULE);
    }
    text_add(detail, "%u pictures %ux%u, %u SPS, %u PPS, profile %u, level %u.%u",
             va->bitstream.pictures, va->bitstream.width, va->bitstream.height, va->bitstream.sps,
             va->bitstream.pps, va->bitstream.profile_idc, va->bitstream.level_idc / 10,
             va->bitstream.level_idc % 10);
    if (va->bitstream.pictures != va->encode.frames ||
        (va->encode.frames != facts->request.frames && !va_is_cut_in_decoder(va)))
        return JUDGED_FAIL(CAUSE_WRONG_COUNT);
    if (va->bitstream.width != facts->request.width ||
        va->bitstream.height != facts->request.height)
        return JUDGED_FAIL(CAUSE_WRONG_SIZE);
    return JUDGED_PASS;
}

/* ---- decode ---- */

/* Not a plain comparison: a PSNR that is no number fails too. */
static bool is_like_source(const struct va_facts *va)
{
    return va->decode.frames > 0 && va->decode.psnr_y >= PSNR_FAIL &&
           va->decode.psnr_y_worst >= PSNR_FAIL && va->decode.psnr_uv_worst >= PSNR_FAIL;
}

struct judgement check_decode(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (va->decode.failure.happened) {
        failure_describe(&va->decode.failure, detail);
        return JUDGED_FAIL(CAUSE_DECODE_FAILED);
    }
    if (!va->decode.done) {
        /* Without a reason the run was cut short. */
        text_add(detail, "%s", va->decode.why);
        return JUDGED_SKIP;
    }
    text_add(detail, "%u frames, PSNR-Y %.1f dB, colour %.1f dB, worst frame %.1f dB",
             va->decode.frames, va->decode.psnr_y, va->decode.psnr_uv, va->decode.psnr_y_worst);
    if (!is_like_source(va))
        return JUDGED_FAIL(CAUSE_DIFFERENT);
    if (va->decode.psnr_y < PSNR_WARN && facts->request.qp <= QP_COARSE &&
        rate_mode(facts->request.rate)->has_quality)
        return JUDGED_WARN(CAUSE_COARSE);
    return JUDGED_PASS;
}

/* SPDX-License-Identifier: MIT */
/* The checks of what the VA driver says: which one it is, and what it offers. */
#include "judge/checks.h"
#include "judge/codecs.h"
#include "judge/packages.h"
#include "judge/words.h"

#include <string.h>
#include <va/va.h>

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

static bool is_virgl_absent(const struct facts *f)
{
    return is_absent(f) && text_is_equal(f->sys.kernel.driver, "virtio_gpu");
}

static bool is_xe(const struct facts *f)
{
    return text_is_equal(f->sys.kernel.driver, "xe");
}

/* libva knows which driver goes with the kernel's xe from 2.22 on. Before, it asks for this; up to
 * 2.10, for none. */
static bool is_xe_unknown(const struct facts *f)
{
    return is_absent(f) && is_xe(f) &&
           (f->va.driver.tried_count == 0 || strstr(f->va.driver.tried[0], "/xe_drv_video.so"));
}

/* The variable says what an old libva does not know by itself: to take it back is no help. */
static bool is_xe_helped(const struct facts *f)
{
    return is_xe(f) && text_is_equal(f->sys.place.driver_name, "iHD") &&
           !f->sys.place.drivers_path[0];
}

static bool is_xe_helped_in_vain(const struct facts *f)
{
    return is_xe_helped(f) && is_any_tried(&f->va, VA_TRIED_INIT_FAILED);
}

static bool is_xe_driver_absent(const struct facts *f)
{
    return is_xe_helped(f) && is_absent(f);
}

/* nvidia-vaapi-driver and Mesa's nouveau have decoders only. */
static bool is_nvidia(const struct facts *f)
{
    return strncmp(f->sys.kernel.driver, "nvidia", strlen("nvidia")) == 0 ||
           text_is_equal(f->sys.kernel.driver, "nouveau");
}

static bool is_nvidia_absent(const struct facts *f)
{
    return is_absent(f) && is_nvidia(f);
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
    {is_xe_helped_in_vain, CAUSE_XE_DRIVER_OLD},
    {is_xe_driver_absent, CAUSE_DRIVER_ABSENT},
    {is_absent_by_variable, CAUSE_VARIABLE_ABSENT},
    {has_variables, CAUSE_VARIABLE_INIT},
    {is_name_refused, CAUSE_NAME_REFUSED},
    {is_virgl_absent, CAUSE_VIRGL_ABSENT},
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

    if (facts->sys.library.error[0]) {
        text_add(detail, "%s", facts->sys.library.error);
        return JUDGED_FAIL(facts->sys.library.asked[0] ? CAUSE_LIBVA_ASKED : CAUSE_LIBVA_ABSENT);
    }
    if (va->driver.done) {
        text_add(detail, "%s, VA-API %d.%d, %s", va->driver.name, va->driver.va_major,
                 va->driver.va_minor, va->driver.vendor);
        words_refused_drivers(va, detail);
        words_library(facts, detail);
        return JUDGED_PASS;
    }
    if (!va->driver.failure.happened)
        return JUDGED_SKIP;
    words_failure(&va->driver.failure, detail);
    words_library(facts, detail);
    for (size_t i = 0; i < sizeof(DRIVER_CAUSES) / sizeof(*DRIVER_CAUSES); i++) {
        if (DRIVER_CAUSES[i].applies(facts))
            return JUDGED_FAIL(DRIVER_CAUSES[i].cause);
    }
    return JUDGED_FAIL(CAUSE_INIT_FAILED);
}

/* ---- entrypoints ---- */

/* virgl lends a virtual GPU the host's engine. */
static bool has_decoder(const struct va_facts *va)
{
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (va->codecs[codec].offered)
            return true;
    }
    return false;
}

static enum cause no_encoder_cause(const struct facts *facts)
{
    if (gpu_without_video(facts->sys.kernel.driver) && !has_decoder(&facts->va))
        return CAUSE_VIRTUAL_NO_ENCODER;
    if (is_nvidia(facts))
        return CAUSE_NVIDIA_NO_ENCODER;
    if (facts->sys.kernel.is_caps_asked && !facts->sys.kernel.caps_error &&
        !facts->sys.kernel.can_encode)
        return CAUSE_NO_ENGINE;
    if (va_has_h264(&facts->va, VAEntrypointVLD) && package_is_small_build(facts))
        return CAUSE_DECODE_ONLY;
    return CAUSE_NO_ENCODER;
}

/* Intel's low-power encoder controls a bit rate in its HuC firmware, and iHD offers none while
 * that does not run (seen with 23.1.1). */
static bool is_huc_missing(const struct facts *facts)
{
    return kernel_is_huc_down(&facts->sys.kernel) && facts->request.rate != VA_RATE_CQP &&
           va_has_h264(&facts->va, VAEntrypointEncSliceLP);
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

/* With --decode-only. A codec that was asked for by name is the check codecs'. */
static struct judgement decoders_judge(const struct facts *facts, struct text *detail)
{
    text_add(detail, "decodes ");
    words_decoders(facts, detail);
    if (facts->request.codecs & CODEC_BITS_ALL && !codecs_decodable(facts))
        return JUDGED_FAIL(CAUSE_NO_DECODER);
    return JUDGED_PASS;
}

struct judgement check_entrypoints(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;
    int32_t chosen = va->entrypoints.chosen_row;

    if (va->entrypoints.failure.happened) {
        words_failure(&va->entrypoints.failure, detail);
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
    if (facts->request.decode_only)
        return decoders_judge(facts, detail);
    if (chosen < 0 || chosen >= VA_ROWS_MAX)
        return JUDGED_FAIL(CAUSE_NO_ENCODER);
    text_add(detail, "%s by %s", va->entrypoints.rows[chosen].profile_name,
             va->entrypoints.rows[chosen].entrypoint_name);
    if (!va_has_h264(va, VAEntrypointEncSlice))
        text_add(detail, ", low power only");
    return JUDGED_PASS;
}

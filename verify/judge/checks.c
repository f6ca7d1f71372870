/* SPDX-License-Identifier: MIT */
#include "judge/checks.h"
#include "judge/packages.h"

#include "judge/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <va/va.h>

/* ---- node ---- */

static void node_describe(const struct node_facts *node, struct text *detail)
{
    text_add(detail, "%s", node->path);
    if (node->error) {
        text_add(detail, ": %s", strerror(node->error));
        return;
    }
    if (node->is_link)
        text_add(detail, " -> %s", node->real);
    text_add(detail, " %s", words_file_type(node->mode));
    if (S_ISCHR(node->mode) || S_ISBLK(node->mode))
        text_add(detail, " %u:%u", node->major, node->minor);
    else
        text_add(detail, " mode %04o", node->mode & 07777U);
}

static bool is_below_dev(const struct node_facts *node)
{
    return strncmp(node->real, "/dev/", strlen("/dev/")) == 0;
}

static enum cause no_node_cause(const struct facts *facts)
{
    const struct around_facts *around = &facts->sys.around;

    if (around->unit[0] && around->has_own_mounts && around->outside != NODE_OUTSIDE_ABSENT)
        return around->is_unit_known && !around->has_private_devices ? CAUSE_UNIT_COVERS
                                                                     : CAUSE_UNIT_HIDES;
    /* A container sees the host's bus, and nothing there says that the GPU is meant for it. */
    if (facts->sys.place.place != PLACE_HOST && facts->sys.place.place != PLACE_VM)
        return CAUSE_NO_NODE;
    if (facts->sys.pci.why != PCI_NO_GPU)
        return CAUSE_GPU_WITHOUT_NODE;
    return facts->sys.place.place == PLACE_HOST ? CAUSE_NO_NODE_HOST : CAUSE_NO_NODE;
}

static struct judgement check_node(const struct facts *facts, struct text *detail)
{
    const struct node_facts *node = &facts->sys.node;

    node_describe(node, detail);
    if (node->error && node->error != ENOENT && node->error != ENOTDIR)
        return JUDGED_FAIL(CAUSE_NODE_UNREADABLE);
    if (node->error && node->other_count)
        return JUDGED_FAIL(CAUSE_OTHER_NODE);
    if (node->error)
        return JUDGED_FAIL(no_node_cause(facts));
    if (!S_ISCHR(node->mode) && !is_below_dev(node))
        return JUDGED_FAIL(CAUSE_NOT_A_NODE);
    if (S_ISREG(node->mode))
        return JUDGED_FAIL(CAUSE_REGULAR_FILE);
    if (!S_ISCHR(node->mode))
        return JUDGED_FAIL(CAUSE_NOT_A_DEVICE);
    if (!node_is_render(node))
        return JUDGED_FAIL(CAUSE_WRONG_NUMBER);
    if (node->is_named_render && node->named_minor != node->minor)
        return JUDGED_FAIL(CAUSE_NAME_NUMBER);
    return JUDGED_PASS;
}

/* ---- kernel ---- */

/* Only the low-power encoder needs HuC firmware; where there is the other one it can wait. */
static bool is_low_power_only(const struct va_facts *va)
{
    return va_has_h264(va, VAEntrypointEncSliceLP) && !va_has_h264(va, VAEntrypointEncSlice);
}

/* Only what is switched off can be switched on; the rest is about the firmware's file. */
static enum cause huc_cause(const struct kernel_facts *kernel)
{
    if (text_is_equal(kernel->driver, "xe"))
        return CAUSE_HUC_XE;
    if (kernel->huc_error != EOPNOTSUPP)
        return CAUSE_HUC_FIRMWARE;
    return kernel_loads_huc_itself(kernel) ? CAUSE_HUC_SWITCHED_OFF : CAUSE_HUC_OFF;
}

static struct judgement check_kernel(const struct facts *facts, struct text *detail)
{
    const struct kernel_facts *kernel = &facts->sys.kernel;

    if (!kernel->is_asked)
        return JUDGED_SKIP;
    if (kernel->error) {
        text_add(detail, "no version: %s", strerror(kernel->error));
        return JUDGED_FAIL(CAUSE_KERNEL_SILENT);
    }
    words_kernel(kernel, detail);
    if (kernel_is_huc_down(kernel) && is_low_power_only(&facts->va) && !facts->request.decode_only)
        return JUDGED_WARN(huc_cause(kernel));
    return JUDGED_PASS;
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    check_judge judge;
} CHECKS[CHECK_COUNT] = {
#define CHECK_ROW(symbol, id) [CHECK_ID_##symbol] = {#id, check_##id},
    CHECK_TABLE(CHECK_ROW)
#undef CHECK_ROW
};

const char *check_name(enum check_id id)
{
    return CHECKS[id].name;
}

const char *check_status_name(enum check_status status)
{
    static const char *const names[] = {
        [CHECK_PASS] = "pass", [CHECK_WARN] = "warn", [CHECK_FAIL] = "fail", [CHECK_SKIP] = "skip"};

    return names[status];
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {[VERDICT_PASS] = "pass",
                                        [VERDICT_WARN] = "warn",
                                        [VERDICT_FAIL] = "fail",
                                        [VERDICT_LISTED] = NULL};

    return names[verdict];
}

/* The check whose facts were being collected when the child ended. */
static enum check_id check_under_way(const struct facts *facts)
{
    switch ((enum stage)facts->sys.stage) {
    case STAGE_NODE:
        return CHECK_ID_NODE;
    case STAGE_ACCESS:
        return CHECK_ID_ACCESS;
    case STAGE_KERNEL:
        return CHECK_ID_KERNEL;
    case STAGE_VA:
        break;
    case STAGE_END:
        return CHECK_ID_DECODE;
    }
    switch ((enum va_step)facts->va.progress.step) {
    case VA_STEP_NONE:
    case VA_STEP_DRIVER:
        return CHECK_ID_DRIVER;
    case VA_STEP_ENTRYPOINTS:
        return CHECK_ID_ENTRYPOINTS;
    case VA_STEP_ENCODE:
        return facts->va.encode.done ? CHECK_ID_BITSTREAM : CHECK_ID_ENCODE;
    case VA_STEP_DECODE:
        break;
    case VA_STEP_SCALE:
        return CHECK_ID_SCALE;
    case VA_STEP_CODECS:
        return CHECK_ID_CODECS;
    case VA_STEP_CLOSE:
        return CHECK_ID_DRIVER;
    }
    return CHECK_ID_DECODE;
}

static bool is_closing(const struct facts *facts)
{
    return facts->sys.stage == STAGE_VA && facts->va.progress.step == VA_STEP_CLOSE;
}

/* It has done all that it was asked for, and did not take its leave. */
static struct judgement close_judge(const struct facts *facts, struct text *detail)
{
    if (facts->run.is_late)
        return JUDGED_PASS;
    if (facts->run.end == RUN_HUNG) {
        text_add(detail, ", hangs when closed");
        return JUDGED_WARN(CAUSE_HUNG_AT_CLOSE);
    }
    text_add(detail, ", crashes when closed");
    return JUDGED_WARN(facts->run.end == RUN_LEFT ? CAUSE_LEFT_AT_CLOSE : CAUSE_CRASHED_AT_CLOSE);
}

static enum cause run_cause(const struct facts *facts)
{
    switch (facts->run.end) {
    case RUN_FINISHED:
    case RUN_INTERRUPTED:
        break;
    case RUN_HUNG:
        return facts->run.is_late ? CAUSE_LATE : CAUSE_HUNG;
    case RUN_CRASHED:
        return package_lacks_shaders(facts) && !facts->request.decode_only ? CAUSE_NO_SHADERS
                                                                           : CAUSE_CRASHED;
    case RUN_LEFT:
        return CAUSE_LEFT;
    }
    return CAUSE_UNFINISHED;
}

static bool is_wanted(const struct facts *facts, enum check_id id)
{
    if (facts->request.list_only)
        return id <= CHECK_ID_ENTRYPOINTS;
    if (facts->request.decode_only)
        return id < CHECK_ID_ENCODE || id > CHECK_ID_DECODE;
    return id != CHECK_ID_DECODE || facts->request.decode;
}

static struct judgement check_run(const struct facts *facts, enum check_id id, struct text *detail)
{
    struct judgement judgement = CHECKS[id].judge(facts, detail);
    bool is_cut = facts->run.end != RUN_FINISHED && id == check_under_way(facts);

    /* A failure that was already known when the driver then crashed is the cause of both. */
    if (judgement.status == CHECK_FAIL)
        return judgement;
    if (is_cut && is_closing(facts))
        return close_judge(facts, detail);
    if (is_cut) {
        /* The cause is all the evidence there is; what the check has seen so far misleads. */
        detail->used = 0;
        detail->data[0] = '\0';
        return JUDGED_FAIL(run_cause(facts));
    }
    /* Nothing may pass for want of facts: whatever is left out says why. */
    if (judgement.status == CHECK_SKIP && !detail->used)
        return JUDGED_FAIL(CAUSE_UNFINISHED);
    return judgement;
}

static void finding_make(const struct facts *facts, enum check_id id, struct finding *ret)
{
    char raw[CHECK_DETAIL_MAX] = "";
    struct text detail = TEXT_ON(raw);
    struct judgement judgement = check_run(facts, id, &detail);

    ret->status = judgement.status;
    ret->exit_status = cause_status(judgement.cause);
    ret->cause =
        judgement.status == CHECK_FAIL ? evidence_cause(facts, judgement.cause) : judgement.cause;
    text_printable(ret->detail, sizeof(ret->detail), raw);
    if (!ret->detail[0] && judgement.status == CHECK_FAIL) {
        struct text words = TEXT_ON(ret->detail);
        cause_words(judgement.cause, facts, &words);
    }
}

enum package_depth report_packages(const struct report *report)
{
    enum package_depth deepest = PACKAGES_NOTHING;

    for (int id = 0; id < CHECK_COUNT; id++) {
        enum package_depth depth = cause_packages(report->findings[id].cause);
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

bool report_blames_driver(const struct report *report)
{
    return report->failed >= 0 && evidence_matters(report->findings[report->failed].cause);
}

void checks_judge(const struct facts *facts, struct report *ret)
{
    struct report report = {.failed = -1, .status = STATUS_PASS, .verdict = VERDICT_PASS};

    if (facts->request.list_only)
        report.verdict = VERDICT_LISTED;
    for (int id = 0; id < CHECK_COUNT; id++) {
        struct finding *finding = &report.findings[id];
        if (report.failed >= 0 || !is_wanted(facts, (enum check_id)id)) {
            bool is_after = report.failed >= 0;
            finding->status = CHECK_SKIP;
            snprintf(finding->detail, sizeof(finding->detail), "%s",
                     is_after ? "not reached" : "not asked for");
            continue;
        }
        finding_make(facts, (enum check_id)id, finding);
        if (finding->status == CHECK_FAIL) {
            report.failed = id;
            report.verdict = VERDICT_FAIL;
            report.status = finding->exit_status;
        } else if (finding->status == CHECK_WARN && report.verdict == VERDICT_PASS) {
            report.verdict = VERDICT_WARN;
        }
    }
    *ret = report;
}

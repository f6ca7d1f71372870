/* SPDX-License-Identifier: MIT */
/* The kernel's word about the hardware beats the driver's. */
#include "judge/checks.h"

#include <signal.h>
#include <va/va.h>

/* Those that guess at the GPU or its driver. What names a package, a variable or an option that is
 * wrong stays. */
static const enum cause GUESSES[] = {
    CAUSE_INIT_FAILED,  CAUSE_NAME_REFUSED,  CAUSE_QUERY_FAILED,  CAUSE_DECODE_ONLY,
    CAUSE_NO_ENCODER,   CAUSE_NO_ENGINE,     CAUSE_ENCODE_FAILED, CAUSE_HUNG,
    CAUSE_GPU_TIMEOUT,  CAUSE_CRASHED,       CAUSE_LEFT,          CAUSE_EMPTY,
    CAUSE_FLAGGED,      CAUSE_DECODE_FAILED, CAUSE_VARIABLE_INIT, CAUSE_CODEC_FAILED,
    CAUSE_SCALE_FAILED, CAUSE_NO_DECODER,
};

bool evidence_matters(enum cause cause)
{
    for (size_t i = 0; i < sizeof(GUESSES) / sizeof(*GUESSES); i++) {
        if (GUESSES[i] == cause)
            return true;
    }
    return false;
}

static bool is_wedged(const struct facts *f)
{
    return f->evidence.is_wedged;
}

static bool has_no_engine(const struct facts *f)
{
    return f->evidence.are_engines_known && f->evidence.video_engines == 0;
}

static bool is_map_denied(const struct facts *f)
{
    return f->evidence.is_map_denied;
}

static bool is_memory_out(const struct facts *f)
{
    return f->evidence.is_memory_out;
}

/* The first row that applies names the cause. */
static const struct {
    bool (*applies)(const struct facts *facts);
    enum cause cause;
} EVIDENCE[] = {
    {is_wedged, CAUSE_WEDGED},
    {has_no_engine, CAUSE_NO_VIDEO_ENGINE},
    {is_map_denied, CAUSE_MAP_DENIED},
    {is_memory_out, CAUSE_NO_MEMORY},
};

enum cause evidence_cause(const struct facts *facts, enum cause cause)
{
    if (!evidence_matters(cause))
        return cause;
    for (size_t i = 0; i < sizeof(EVIDENCE) / sizeof(*EVIDENCE); i++) {
        if (EVIDENCE[i].applies(facts))
            return EVIDENCE[i].cause;
    }
    return cause;
}

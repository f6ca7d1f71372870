/* SPDX-License-Identifier: MIT */
#include "va/table.h"

#include "facts/rate_control.h"
#include "va/limits.h"

#include <stdio.h>
#include <string.h>
#include <va/va_str.h>

/* Each holds what the one before it can do, so a later one decodes what an earlier one encodes. */
static const VAProfile h264_profiles[] = {
    VAProfileH264ConstrainedBaseline,
    VAProfileH264Main,
    VAProfileH264High,
};
#define PROFILE_COUNT (sizeof(h264_profiles) / sizeof(h264_profiles[0]))

static const VAEntrypoint encoders[] = {VAEntrypointEncSlice, VAEntrypointEncSliceLP};
#define ENCODER_COUNT (sizeof(encoders) / sizeof(encoders[0]))

/* Far above any driver's table; what is beyond is no count that a driver means. */
#define DRIVER_LIST_MAX 1024

static bool is_encoder(VAEntrypoint entrypoint)
{
    return entrypoint == VAEntrypointEncSlice || entrypoint == VAEntrypointEncSliceLP;
}

static bool is_h264(int32_t profile)
{
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        if (profile == (int32_t)h264_profiles[i])
            return true;
    }
    return false;
}

/*
 * One attribute, asked alone: some drivers refuse a whole list because of one they do not know.
 * 0 when it is not supported.
 */
static uint32_t ask(struct va_session *session, const struct va_row *row, VAConfigAttribType type)
{
    VAConfigAttrib attribute = {.type = type, .value = VA_ATTRIB_NOT_SUPPORTED};
    VAStatus status = VA_TRY(session, vaGetConfigAttributes, session->display,
                             (VAProfile)row->profile, (VAEntrypoint)row->entrypoint, &attribute, 1);

    if (status != VA_STATUS_SUCCESS || attribute.value == VA_ATTRIB_NOT_SUPPORTED)
        return 0;
    return attribute.value;
}

static void fill_row(struct va_session *session, struct va_row *row, VAProfile profile,
                     VAEntrypoint entrypoint)
{
    const char *name = vaProfileStr(profile);
    const char *entrypoint_name = vaEntrypointStr(entrypoint);

    *row = (struct va_row){.profile = profile, .entrypoint = (int32_t)entrypoint};
    if (strncmp(name, "VAProfile", 9) == 0)
        name += 9;
    if (strncmp(entrypoint_name, "VAEntrypoint", 12) == 0)
        entrypoint_name += 12;
    (void)snprintf(row->profile_name, sizeof(row->profile_name), "%s", name);
    (void)snprintf(row->entrypoint_name, sizeof(row->entrypoint_name), "%s", entrypoint_name);
    row->is_h264 = is_h264(profile);
    row->is_encoder = is_encoder(entrypoint);
    row->rt_format = ask(session, row, VAConfigAttribRTFormat);
    row->max_width = ask(session, row, VAConfigAttribMaxPictureWidth);
    row->max_height = ask(session, row, VAConfigAttribMaxPictureHeight);
    if (!row->is_encoder)
        return;
    row->rate_control = ask(session, row, VAConfigAttribRateControl);
    row->packed_headers = ask(session, row, VAConfigAttribEncPackedHeaders);
    row->max_references = ask(session, row, VAConfigAttribEncMaxRefFrames);
    row->max_slices = ask(session, row, VAConfigAttribEncMaxSlices);
}

static void add_row(struct va_session *session, VAProfile profile, VAEntrypoint entrypoint)
{
    struct va_facts *facts = session->facts;
    uint32_t count = facts->entrypoints.count;

    if (count >= VA_ROWS_MAX)
        return;
    fill_row(session, &facts->entrypoints.rows[count], profile, entrypoint);
    facts->entrypoints.count = count + 1;
}

/* A driver that lists a profile without any entrypoint is odd, not broken: no rows. */
static void read_profile(struct va_session *session, VAProfile profile,
                         VAEntrypoint list[DRIVER_LIST_MAX])
{
    int count = 0;

    if (VA_TRY(session, vaQueryConfigEntrypoints, session->display, profile, list, &count) !=
        VA_STATUS_SUCCESS)
        return;
    for (int i = 0; i < count && i < DRIVER_LIST_MAX; i++)
        add_row(session, profile, list[i]);
}

bool table_read(struct va_session *session)
{
    /* Drivers fill these without looking at their size: what they announced would be room enough
     * only if they told the truth. */
    VAProfile profiles[DRIVER_LIST_MAX];
    VAEntrypoint entrypoints[DRIVER_LIST_MAX];
    int count = 0;

    session->facts->progress.step = VA_STEP_ENTRYPOINTS;
    session->failure = &session->facts->entrypoints.failure;
    session->facts->entrypoints.chosen_row = -1;
    if (!VA_CALL(session, vaQueryConfigProfiles, session->display, profiles, &count))
        return false;
    for (int i = 0; i < count && i < DRIVER_LIST_MAX; i++)
        read_profile(session, profiles[i], entrypoints);
    return true;
}

static bool is_wanted_profile(enum va_profile_choice choice, VAProfile profile)
{
    switch (choice) {
    case VA_PROFILE_AUTO:
        return true;
    case VA_PROFILE_CONSTRAINED_BASELINE:
        return profile == VAProfileH264ConstrainedBaseline;
    case VA_PROFILE_MAIN:
        return profile == VAProfileH264Main;
    case VA_PROFILE_HIGH:
        return profile == VAProfileH264High;
    }
    return false;
}

static bool is_wanted_entrypoint(enum va_entrypoint_choice choice, VAEntrypoint entrypoint)
{
    switch (choice) {
    case VA_CHOICE_AUTO:
        return true;
    case VA_CHOICE_SLICE:
        return entrypoint == VAEntrypointEncSlice;
    case VA_CHOICE_LP:
        return entrypoint == VAEntrypointEncSliceLP;
    }
    return false;
}

static struct va_row *find_row(struct va_facts *facts, VAProfile profile, VAEntrypoint entrypoint)
{
    for (uint32_t i = 0; i < facts->entrypoints.count; i++) {
        struct va_row *row = &facts->entrypoints.rows[i];
        if (row->profile == (int32_t)profile && row->entrypoint == (int32_t)entrypoint)
            return row;
    }
    return NULL;
}

/* What keeps this row from being used, whatever the size. */
static enum va_refusal refuse_row(const struct va_row *row, const struct va_request *request)
{
    if (row->rt_format && !(row->rt_format & VA_RT_FORMAT_YUV420))
        return VA_REFUSED_FORMAT;
    if (!rate_mode_is_offered(row->rate_control, request->rate))
        return VA_REFUSED_RATE_CONTROL;
    return VA_REFUSED_NOT;
}

static bool has_encoder(const struct va_facts *facts)
{
    return va_has_h264(facts, VAEntrypointEncSlice) || va_has_h264(facts, VAEntrypointEncSliceLP);
}

/* The first usable row in the order of preference; else NULL and the refusal that came furthest. */
static struct va_row *prefer_row(struct va_facts *facts, const struct va_request *request,
                                 enum va_refusal *ret_refusal)
{
    enum va_refusal refusal = VA_REFUSED_PROFILE;

    for (size_t i = 0; i < PROFILE_COUNT * ENCODER_COUNT; i++) {
        VAProfile profile = h264_profiles[i / ENCODER_COUNT];
        VAEntrypoint entrypoint = encoders[i % ENCODER_COUNT];
        struct va_row *row = find_row(facts, profile, entrypoint);
        if (!row || !is_wanted_profile(request->profile, profile))
            continue;
        if (!is_wanted_entrypoint(request->entrypoint, entrypoint)) {
            if (refusal == VA_REFUSED_PROFILE)
                refusal = VA_REFUSED_ENTRYPOINT;
            continue;
        }
        if (refuse_row(row, request) == VA_REFUSED_NOT)
            return row;
        refusal = refuse_row(row, request);
    }
    *ret_refusal = has_encoder(facts) ? refusal : VA_REFUSED_NO_ENCODER;
    return NULL;
}

const struct va_row *table_choose(struct va_session *session, const struct va_request *request)
{
    struct va_facts *facts = session->facts;
    enum va_refusal refusal = VA_REFUSED_NOT;
    struct va_row *row = prefer_row(facts, request, &refusal);

    if (row) {
        facts->entrypoints.chosen_row = (int32_t)(row - facts->entrypoints.rows);
        limits_read(session, row);
        refusal = limits_refuse(row, request);
    }
    facts->entrypoints.refusal = (int32_t)refusal;
    facts->entrypoints.done = refusal == VA_REFUSED_NOT;
    return facts->entrypoints.done ? row : NULL;
}

const struct va_row *table_find_decoder(const struct va_facts *facts, const struct va_row *row)
{
    bool is_included = false;

    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        is_included = is_included || row->profile == (int32_t)h264_profiles[i];
        for (uint32_t k = 0; is_included && k < facts->entrypoints.count; k++) {
            const struct va_row *other = &facts->entrypoints.rows[k];
            if (other->profile == (int32_t)h264_profiles[i] && other->entrypoint == VAEntrypointVLD)
                return other;
        }
    }
    return NULL;
}

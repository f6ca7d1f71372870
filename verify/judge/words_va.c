/* SPDX-License-Identifier: MIT */
/* What the VA driver said and did, in words. */
#include "judge/words.h"

#include "facts/rate_control.h"

#include <string.h>
#include <va/va.h>

void words_failure(const struct va_failure *failure, struct text *out)
{
    text_add(out, "%s: %s", failure->call, failure->status_name);
    if (failure->detail[0])
        text_add(out, ", %s", failure->detail);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *words_tried_result(uint8_t result)
{
    static const char *const words[] = {
        [VA_TRIED_ABSENT] = "not there",
        [VA_TRIED_UNLOADABLE] = "cannot be loaded",
        [VA_TRIED_NO_INIT] = "built for another VA-API",
        [VA_TRIED_IN_INIT] = "did not come back from its init function",
        [VA_TRIED_INIT_FAILED] = "refused this GPU",
        [VA_TRIED_OPENED] = "in use",
    };

    return result < sizeof(words) / sizeof(*words) ? words[result] : words[0];
}

void words_refused_drivers(const struct va_facts *va, struct text *out)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        uint8_t result = va->driver.tried_result[i];
        if (result != VA_TRIED_ABSENT && result != VA_TRIED_OPENED)
            text_add(out, ", %s %s", base_name(va->driver.tried[i]), words_tried_result(result));
    }
}

static void driver_file_add(const struct va_facts *va, struct text *out)
{
    text_add(out, "; ");
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (va->driver.tried_result[i] == VA_TRIED_OPENED)
            text_add(out, "%s by ", va->driver.tried[i]);
    }
}

static void bundles_add(const struct library_facts *library, struct text *out)
{
    for (int i = 0; i < BUNDLE_COUNT; i++) {
        const struct bundle *bundle = library_bundle((enum library_bundle)i);
        if (library->has_bundle[i] && !text_is_equal(library->asked, bundle->directory))
            text_add(out, "; not judged: %s's own in %s%s", bundle->program, bundle->directory,
                     bundle->is_musl ? " (built for musl)" : "");
    }
}

void words_library(const struct facts *facts, struct text *out)
{
    if (!facts->sys.library.path[0])
        return;
    driver_file_add(&facts->va, out);
    text_add(out, "libva %s", facts->sys.library.path);
    bundles_add(&facts->sys.library, out);
}

static bool is_tried_before(const struct va_facts *va, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (text_is_equal(base_name(va->driver.tried[i]), base_name(va->driver.tried[index])))
            return true;
    }
    return false;
}

void words_tried(const struct va_facts *va, struct text *out)
{
    const char *first = va->driver.tried[0];

    if (va->driver.tried_count == 0) {
        text_add(out, "nothing, as it knows no driver for this GPU");
        return;
    }
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (!is_tried_before(va, i))
            text_add(out, "%s%s", i ? ", " : "", base_name(va->driver.tried[i]));
    }
    if (base_name(first) > first + 1)
        text_add(out, " in %.*s", (int)(base_name(first) - first - 1), first);
}

const char *words_bad_file(const struct va_facts *va)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (va->driver.tried_result[i] != VA_TRIED_ABSENT)
            return base_name(va->driver.tried[i]);
    }
    return va->driver.name[0] ? va->driver.name : NULL;
}

void words_log_line(const struct va_facts *va, struct text *out)
{
    const char *line = strstr(va->driver.log, "failed: ");

    if (!line)
        return;
    line += strlen("failed: ");
    text_add(out, "%.*s", (int)strcspn(line, "\n"), line);
}

const char *words_other_entrypoint(const struct va_facts *va)
{
    if (!va_has_h264(va, VAEntrypointEncSlice) || !va_has_h264(va, VAEntrypointEncSliceLP))
        return NULL;
    return text_is_equal(va->encode.entrypoint_name, "EncSliceLP") ? "slice" : "lp";
}

/* The modes of all the H.264 encoders together. */
static void rates_add(const struct va_facts *va, struct text *out)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (row->is_encoder && row->is_h264)
            mask |= row->rate_control ? row->rate_control : VA_RC_CQP;
    }
    text_add(out, "it has ");
    rate_modes_add(mask, ", ", out);
}

static void encoders_add(const struct va_facts *va, struct text *out)
{
    const char *separator = "it has ";

    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (!row->is_encoder || !row->is_h264)
            continue;
        text_add(out, "%s%s/%s", separator, row->profile_name, row->entrypoint_name);
        separator = ", ";
    }
}

void words_refusal(const struct facts *facts, struct text *out)
{
    const struct va_facts *va = &facts->va;
    int32_t chosen = va->entrypoints.chosen_row;
    const struct va_row *row =
        chosen >= 0 && chosen < VA_ROWS_MAX ? &va->entrypoints.rows[chosen] : NULL;

    switch ((enum va_refusal)va->entrypoints.refusal) {
    case VA_REFUSED_NOT:
    case VA_REFUSED_NO_ENCODER:
        break;
    case VA_REFUSED_PROFILE:
        text_add(out, "not with this profile; ");
        encoders_add(va, out);
        break;
    case VA_REFUSED_ENTRYPOINT:
        text_add(out, "not by this entrypoint; ");
        encoders_add(va, out);
        break;
    case VA_REFUSED_FORMAT:
        text_add(out, "it takes no 8-bit 4:2:0 pictures");
        break;
    case VA_REFUSED_RATE_CONTROL:
        text_add(out, "not with rate control %s; ", rate_mode(facts->request.rate)->name);
        rates_add(va, out);
        break;
    case VA_REFUSED_SIZE_TOO_SMALL:
        if (row)
            text_add(out, "the smallest is %ux%u", row->min_width, row->min_height);
        break;
    case VA_REFUSED_SIZE_TOO_LARGE:
        if (row)
            text_add(out, "the largest is %ux%u", row->max_width, row->max_height);
        break;
    case VA_REFUSED_SIZE_ODD:
        text_add(out, "a size must be even, and at most 16384");
        break;
    }
}

void words_coded_flags(uint32_t flags, struct text *out)
{
    static const struct {
        uint32_t flag;
        const char *words;
    } rows[] = {{VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK, "slice overflow"},
                {VA_CODED_BUF_STATUS_BITRATE_OVERFLOW, "bit rate overflow"},
                {VA_CODED_BUF_STATUS_BITRATE_HIGH, "bit rate high"},
                {VA_CODED_BUF_STATUS_FRAME_SIZE_OVERFLOW, "frame size overflow"},
                {VA_CODED_BUF_STATUS_BAD_BITSTREAM, "bad bitstream"}};
    const char *separator = "";

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (!(flags & rows[i].flag))
            continue;
        text_add(out, "%s%s", separator, rows[i].words);
        separator = ", ";
    }
    if (!*separator)
        text_add(out, "flags 0x%x", flags);
}

double words_fps(const struct va_facts *va)
{
    return va->encode.seconds > 0 ? va->encode.frames / va->encode.seconds : 0;
}

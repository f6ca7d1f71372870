/* SPDX-License-Identifier: MIT */
#include "plan/device_verdict.h"

#include "base/drm.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NULL_MAJOR 1 /* /dev/null */
#define NULL_MINOR 3

/* ---- why ------------------------------------------------------------------------------------- */

/* The line since which it is denied for good. False when it was so before the first one. */
static bool last_loss(const struct device_view *view, unsigned device_major, unsigned device_minor,
                      size_t *ret)
{
    struct device_view some = *view;

    while (some.count) {
        some.count--;
        if (device_view_allows(&some, device_major, device_minor)) {
            *ret = some.count;
            return true;
        }
    }
    return false;
}

/* A line before `end` that names it, to allow it. */
static bool allow_before(const struct device_view *view, size_t end,
                         const struct device_rule *device, size_t *ret)
{
    for (size_t i = end; i-- > 0;) {
        const struct device_rule *rule = &view->rules->rules[i];
        if (!device_view_has(view, i) || !rule->is_allow || !rule->access ||
            !device_rule_fits(rule, device))
            continue;
        *ret = i;
        return true;
    }
    return false;
}

/* The line `deny = a` that is the last before `end`. */
static bool deny_all_before(const struct device_view *view, size_t end, size_t *ret)
{
    for (size_t i = end; i-- > 0;) {
        const struct device_rule *rule = &view->rules->rules[i];
        if (!device_view_has(view, i) || rule->access || rule->is_allow)
            continue;
        *ret = i;
        return true;
    }
    return false;
}

static struct device_verdict view_judge(const struct device_view *view, unsigned device_major,
                                        unsigned device_minor)
{
    const struct device_rule device = device_numbered(device_major, device_minor);
    struct device_verdict verdict = {.reason = DEVICE_ALLOWED};
    size_t at = 0;

    if (device_view_allows(view, device_major, device_minor))
        return verdict;
    verdict.reason = DEVICE_UNLISTED;
    if (!device_view_allows(view, NULL_MAJOR, NULL_MINOR) &&
        last_loss(view, NULL_MAJOR, NULL_MINOR, &verdict.rule)) {
        verdict.reason = DEVICE_ALL;
        return verdict;
    }
    if (!last_loss(view, device_major, device_minor, &verdict.rule))
        return verdict;
    const struct device_rule *rule = &view->rules->rules[verdict.rule];
    if (!rule->is_allow && rule->access) {
        verdict.reason = DEVICE_DENIED;
    } else if (deny_all_before(view, verdict.rule + 1, &at) &&
               allow_before(view, at, &device, &verdict.allow)) {
        verdict.reason = DEVICE_ORDER;
        verdict.rule = at;
    }
    return verdict;
}

/* The same, and that /dev/null can be used. */
static struct device_verdict judge_need(const struct device_view *view, unsigned device_major,
                                        unsigned device_minor)
{
    struct device_verdict verdict = view_judge(view, device_major, device_minor);

    if (verdict.reason == DEVICE_ALLOWED && !device_view_allows(view, NULL_MAJOR, NULL_MINOR))
        verdict.reason =
            last_loss(view, NULL_MAJOR, NULL_MINOR, &verdict.rule) ? DEVICE_ALL : DEVICE_UNLISTED;
    return verdict;
}

struct device_verdict device_rules_judge(const struct device_rules *rules, unsigned device_major,
                                         unsigned device_minor)
{
    const struct device_view all = {.rules = rules, .count = rules->count};

    return view_judge(&all, device_major, device_minor);
}

/* ---- what helps ------------------------------------------------------------------------------ */

static bool is_privileged_snippet(const char *file)
{
    static const char name[] = "/gpu-privileged.conf";
    size_t length = strlen(file);

    return length >= strlen(name) && text_is_equal(file + length - strlen(name), name);
}

/* What a package has installed is not edited. */
static bool can_edit(const struct device_place *place)
{
    return place->file[0] == '/' && strncmp(place->file, "/usr/", strlen("/usr/")) != 0;
}

/* Lines are taken out as long as one of them is to blame. */
static bool delete_helps(const struct device_rules *rules, unsigned device_major,
                         unsigned device_minor, bool is_privileged, bool *is_deleted)
{
    const struct device_view left = {
        .rules = rules, .count = rules->count, .is_deleted = is_deleted};
    size_t unused;

    for (size_t i = 0; i <= rules->count; i++) {
        struct device_verdict verdict = judge_need(&left, device_major, device_minor);
        if (verdict.reason == DEVICE_ALLOWED)
            return true;
        if (verdict.reason == DEVICE_UNLISTED || verdict.reason == DEVICE_ORDER ||
            !can_edit(&rules->places[verdict.rule]) ||
            /* Who wrote it wants a list, which lacks something. */
            (verdict.reason == DEVICE_ALL && is_privileged &&
             deny_all_before(&left, left.count, &unused)))
            return false;
        is_deleted[verdict.rule] = true;
    }
    return false;
}

static enum device_fix fix_privileged(const struct device_rules *rules,
                                      const struct device_verdict *verdict)
{
    if (verdict->reason == DEVICE_ORDER &&
        is_privileged_snippet(rules->places[verdict->allow].file))
        return DEVICE_FIX_REORDER;
    return verdict->reason == DEVICE_ALL ? DEVICE_FIX_BASICS : DEVICE_FIX_ALLOW;
}

void device_rules_remedy(const struct device_rules *rules, unsigned device_major,
                         unsigned device_minor, bool is_privileged, struct device_remedy *ret)
{
    const struct device_view all = {.rules = rules, .count = rules->count};
    struct device_verdict verdict = judge_need(&all, device_major, device_minor);

    *ret = (struct device_remedy){.fix = DEVICE_FIX_DELETE};
    if (verdict.reason == DEVICE_ALLOWED)
        ret->fix = DEVICE_FIX_NONE;
    else if (!is_privileged && verdict.reason == DEVICE_ALL &&
             is_privileged_snippet(rules->places[verdict.rule].file))
        ret->fix = DEVICE_FIX_PLAIN;
    else if (!delete_helps(rules, device_major, device_minor, is_privileged, ret->is_deleted))
        ret->fix = is_privileged ? fix_privileged(rules, &verdict) : DEVICE_FIX_CLEAR;
}

/* ---- the cause ------------------------------------------------------------------------------- */

void device_line_describe(const struct device_rules *rules, size_t index, char *ret, size_t size)
{
    const struct device_place *place = &rules->places[index];
    struct text text = {.data = ret, .size = size};

    ret[0] = '\0';
    text_add(&text, "'%s = %s'", device_rule_key(rules, index), place->value);
    if (place->file[0])
        text_add(&text, " (%s, line %u)", place->file, place->line);
}

static enum cause cause_of(enum device_reason reason)
{
    switch (reason) {
    case DEVICE_ALLOWED:
    case DEVICE_UNLISTED:
        return CAUSE_NODE_DENIED;
    case DEVICE_DENIED:
        return CAUSE_RULE_DENIES;
    case DEVICE_ORDER:
        return CAUSE_RULE_ORDER;
    case DEVICE_ALL:
        return CAUSE_LONE_RULE;
    }
    return CAUSE_NODE_DENIED;
}

void device_case_explain(const struct device_case *devices, unsigned device_minor,
                         struct fault *fault)
{
    const struct device_rules *rules = &devices->rules;
    struct device_verdict verdict = device_rules_judge(rules, DRM_MAJOR, device_minor);

    if (devices->above[0]) {
        if (fault->cause != CAUSE_MAKE_DENIED)
            fault->cause = CAUSE_CGROUP_ABOVE;
        fault->error = EPERM;
        snprintf(fault->detail, sizeof(fault->detail), "%s", devices->above);
        return;
    }
    if (fault->cause == CAUSE_MAKE_DENIED || !devices->has_rules ||
        verdict.reason == DEVICE_ALLOWED)
        return;
    fault->cause = cause_of(verdict.reason);
    fault->error = fault->cause == CAUSE_LONE_RULE ? 0 : EPERM;
    if (verdict.reason != DEVICE_UNLISTED)
        device_line_describe(rules, verdict.rule, fault->detail, sizeof(fault->detail));
    if (verdict.reason == DEVICE_ORDER)
        fault->b = (uint32_t)verdict.allow;
}

/* SPDX-License-Identifier: MIT */
#include "plan/device_rules.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- a rule ---------------------------------------------------------------------------------- */

static bool number_parse(const char *text, int *ret)
{
    uint32_t number = 0;

    *ret = DEVICE_ANY;
    if (text_is_equal(text, "*"))
        return true;
    if (text_to_u32(text, 10, INT32_MAX, &number) < 0)
        return false;
    *ret = (int)number;
    return true;
}

static unsigned access_parse(const char *text)
{
    return (strchr(text, 'r') ? DEVICE_READ : 0) | (strchr(text, 'w') ? DEVICE_WRITE : 0) |
           (strchr(text, 'm') ? DEVICE_MKNOD : 0);
}

bool device_rule_parse(const char *value, struct device_rule *ret)
{
    struct device_rule rule = {.major = DEVICE_ANY, .minor = DEVICE_ANY};
    char major_text[12];
    char minor_text[12];
    char access_text[8];

    if (text_is_equal(value, "a")) {
        rule.type = 'a';
        *ret = rule;
        return true;
    }
    if (sscanf(value, " %c %11[0-9*]:%11[0-9*] %7[rwm]", &rule.type, major_text, minor_text,
               access_text) != 4 ||
        !strchr("abc", rule.type) || !number_parse(major_text, &rule.major) ||
        !number_parse(minor_text, &rule.minor))
        return false;
    rule.access = access_parse(access_text);
    *ret = rule;
    return true;
}

const char *device_rule_key(const struct device_rules *rules, size_t index)
{
    bool is_allow = rules->rules[index].is_allow;

    if (rules->model == DEVICES_V1)
        return is_allow ? "lxc.cgroup.devices.allow" : "lxc.cgroup.devices.deny";
    return is_allow ? "lxc.cgroup2.devices.allow" : "lxc.cgroup2.devices.deny";
}

/* ---- the rules of a config ------------------------------------------------------------------- */

static void rules_clear(struct device_rules *rules, bool allows, bool denies)
{
    size_t kept = 0;

    for (size_t i = 0; i < rules->count; i++) {
        if (rules->rules[i].is_allow ? allows : denies)
            continue;
        rules->rules[kept] = rules->rules[i];
        rules->places[kept++] = rules->places[i];
    }
    rules->count = kept;
}

struct device_place *device_rules_add(struct device_rules *rules, const char *key,
                                      const char *value)
{
    const char *prefix = rules->model == DEVICES_V1 ? "lxc.cgroup" : "lxc.cgroup2";
    size_t length = strlen(prefix);
    bool is_ours = strncmp(key, prefix, length) == 0;
    bool is_every = is_ours && !key[length];
    bool is_allow = is_ours && text_is_equal(key + length, ".devices.allow");
    bool is_deny = is_ours && text_is_equal(key + length, ".devices.deny");
    struct device_rule rule;

    if (!*value)
        rules_clear(rules, is_every || is_allow, is_every || is_deny);
    if (!*value || (!is_allow && !is_deny) || !device_rule_parse(value, &rule))
        return NULL;
    if (rules->count == DEVICE_RULES_MAX) {
        rules->is_cut = true;
        return NULL;
    }
    rule.is_allow = is_allow;
    /* The kernel reads no further than the letter. */
    if (rules->model == DEVICES_V1 && rule.type == 'a')
        rule.access = 0;
    rules->rules[rules->count] = rule;
    struct device_place *place = &rules->places[rules->count++];
    *place = (struct device_place){.line = 0};
    text_printable(place->value, sizeof(place->value), value);
    return place;
}

void device_rules_take_parent(struct device_rules *rules, const char *text)
{
    rules->has_parent_list = true;
    rules->parent_count = 0;
    while (*text) {
        char line[48];
        size_t length = strcspn(text, "\n");
        struct device_rule *rule = &rules->parent[rules->parent_count];
        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        if (rules->parent_count < DEVICE_RULES_MAX && device_rule_parse(line, rule)) {
            /* "a *:* rwm": there is no list; what is denied all the same is not told. */
            if (rule->type == 'a')
                rules->has_parent_list = false;
            rules->parent_count++;
        }
        text += length;
        text += *text == '\n';
    }
}

/* ---- cgroup v1 ------------------------------------------------------------------------------- */

/* What the kernel has of a cgroup: a list of those that are allowed, or of those that are not. */
struct v1_group {
    bool is_list; /* of allowed ones */
    size_t count;
    struct device_rule entries[2 * DEVICE_RULES_MAX];
};

static bool is_same_device(const struct device_rule *a, const struct device_rule *b)
{
    return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

static void entry_add(struct v1_group *group, const struct device_rule *rule)
{
    for (size_t i = 0; i < group->count; i++)
        if (is_same_device(&group->entries[i], rule)) {
            group->entries[i].access |= rule->access;
            return;
        }
    group->entries[group->count++] = *rule;
}

static void entry_remove(struct v1_group *group, const struct device_rule *rule)
{
    for (size_t i = 0; i < group->count; i++)
        if (is_same_device(&group->entries[i], rule))
            group->entries[i].access &= ~rule->access;
}

/* match_exception(): one entry has to cover it all. */
static bool covers(const struct device_rule *entries, size_t count, const struct device_rule *rule)
{
    for (size_t i = 0; i < count; i++) {
        const struct device_rule *entry = &entries[i];
        if (entry->type == rule->type &&
            (entry->major == DEVICE_ANY || entry->major == rule->major) &&
            (entry->minor == DEVICE_ANY || entry->minor == rule->minor) &&
            !(rule->access & ~entry->access))
            return true;
    }
    return false;
}

/* match_exception_partial() */
static bool touches(const struct device_rule *entries, size_t count, const struct device_rule *rule)
{
    for (size_t i = 0; i < count; i++) {
        const struct device_rule *entry = &entries[i];
        if (entry->type == rule->type &&
            (entry->major == DEVICE_ANY || entry->major == rule->major) &&
            (entry->minor == DEVICE_ANY || entry->minor == rule->minor) &&
            (entry->access & rule->access))
            return true;
    }
    return false;
}

/* devcgroup_update_access(); LXC passes over what the kernel refuses with EPERM. */
static void v1_write(const struct device_rules *rules, const struct device_rule *rule,
                     struct v1_group *group)
{
    if (!rule->access) {
        if (rule->is_allow && rules->has_parent_list)
            return;
        group->is_list = !rule->is_allow;
        group->count = 0;
    } else if (rule->is_allow && !group->is_list) {
        entry_remove(group, rule);
    } else if (rule->is_allow) {
        if (!rules->has_parent_list || covers(rules->parent, rules->parent_count, rule))
            entry_add(group, rule);
    } else if (group->is_list) {
        entry_remove(group, rule);
    } else {
        entry_add(group, rule);
    }
}

static bool v1_allows(const struct device_view *view, const struct device_rule *device)
{
    const struct device_rules *rules = view->rules;
    struct v1_group group = {.is_list = rules->has_parent_list};

    for (size_t i = 0; rules->has_parent_list && i < rules->parent_count; i++)
        entry_add(&group, &rules->parent[i]);
    for (size_t i = 0; i < view->count; i++)
        if (device_view_has(view, i))
            v1_write(rules, &rules->rules[i], &group);
    return group.is_list ? covers(group.entries, group.count, device)
                         : !touches(group.entries, group.count, device);
}

/* ---- cgroup v2 ------------------------------------------------------------------------------- */

struct v2_item {
    const struct device_rule *rule;
    bool is_allow;
};

/* What LXC makes its program of. */
struct v2_list {
    bool is_list; /* of allowed devices, which it is unless a line says `allow = a` */
    size_t count;
    struct v2_item items[DEVICE_RULES_MAX];
};

bool device_rule_fits(const struct device_rule *rule, const struct device_rule *device)
{
    return (rule->type == 'a' || rule->type == device->type) &&
           (rule->major == DEVICE_ANY || rule->major == device->major) &&
           (rule->minor == DEVICE_ANY || rule->minor == device->minor) &&
           !(device->access & ~rule->access);
}

/* bpf_list_add_device(): the same line once more, with the other word, turns the first one round.
 * `only`: one that is of the list's own kind. */
static void v2_add(struct v2_list *list, const struct device_rule *rule, bool only)
{
    size_t at = 0;

    while (at < list->count && !(is_same_device(list->items[at].rule, rule) &&
                                 list->items[at].rule->access == rule->access &&
                                 (!only || list->items[at].is_allow == list->is_list)))
        at++;
    if (at == list->count)
        list->items[list->count++].rule = rule;
    list->items[at].is_allow = rule->is_allow;
}

/* It lets through what its list has, or what it has not; lines of the other kind are left out. */
static bool v2_allows(const struct device_view *view, const struct device_rule *device)
{
    struct v2_list list = {.is_list = true};

    for (size_t i = 0; i < view->count; i++) {
        const struct device_rule *rule = &view->rules->rules[i];
        if (!device_view_has(view, i))
            continue;
        if (rule->access) {
            v2_add(&list, rule, true);
            continue;
        }
        list.is_list = !rule->is_allow;
        list.count = 0;
    }
    if (list.count == 0)
        return true; /* no program is loaded */
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].is_allow == list.is_list && device_rule_fits(list.items[i].rule, device))
            return list.is_list;
    return !list.is_list;
}

static bool v2_allows_in_order(const struct device_view *view, const struct device_rule *device)
{
    struct v2_list list = {.is_list = true};
    bool has_any = false;

    for (size_t i = 0; i < view->count; i++) {
        const struct device_rule *rule = &view->rules->rules[i];
        if (!device_view_has(view, i))
            continue;
        has_any = true;
        if (rule->access)
            v2_add(&list, rule, false);
        else
            list.is_list = !rule->is_allow;
    }
    for (size_t i = 0; i < list.count; i++)
        if (device_rule_fits(list.items[i].rule, device))
            return list.items[i].is_allow;
    return !has_any || !list.is_list;
}

/* ---- both ------------------------------------------------------------------------------------ */

struct device_rule device_numbered(unsigned device_major, unsigned device_minor)
{
    return (struct device_rule){.type = 'c',
                                .major = (int)device_major,
                                .minor = (int)device_minor,
                                .access = DEVICE_READ | DEVICE_WRITE};
}

bool device_view_allows(const struct device_view *view, unsigned device_major,
                        unsigned device_minor)
{
    const struct device_rule device = device_numbered(device_major, device_minor);

    switch (view->rules->model) {
    case DEVICES_V1:
        return v1_allows(view, &device);
    case DEVICES_V2:
        return v2_allows(view, &device);
    case DEVICES_V2_IN_ORDER:
        return v2_allows_in_order(view, &device);
    }
    return false;
}

bool device_rules_allow(const struct device_rules *rules, unsigned device_major,
                        unsigned device_minor)
{
    const struct device_view all = {.rules = rules, .count = rules->count};

    return device_view_allows(&all, device_major, device_minor);
}

/* SPDX-License-Identifier: MIT */
#include "facts/select.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef bool (*value_check)(const char *value);
typedef bool (*value_match)(const struct gpu_node *node, const char *value);

#define VALUE_MAX 64

static bool vendor_parse(const char *value, uint32_t *ret)
{
    if (strncasecmp(value, "0x", 2) == 0)
        return text_to_u32(value + 2, 16, 0xffff, ret) == 0;
    *ret = gpu_vendor_id(value);
    return *ret != 0;
}

static bool vendor_is_valid(const char *value)
{
    uint32_t unused;

    return vendor_parse(value, &unused);
}

static bool vendor_matches(const struct gpu_node *node, const char *value)
{
    uint32_t id;

    return vendor_parse(value, &id) && id != 0 && id == node->vendor_id;
}

static bool driver_is_valid(const char *value)
{
    return strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(value);
}

static bool driver_matches(const struct gpu_node *node, const char *value)
{
    return text_is_equal(node->driver, value);
}

/* "00:02.0" is what lspci prints for domain 0. sscanf would pass over blanks and signs. */
static bool pci_parse(const char *value, unsigned numbers[4])
{
    int length = 0;

    if (value[strspn(value, "0123456789abcdefABCDEF:.")])
        return false;
    numbers[0] = 0;
    if (sscanf(value, "%4x:%2x:%2x.%1x%n", &numbers[0], &numbers[1], &numbers[2], &numbers[3],
               &length) == 4 &&
        value[length] == '\0')
        return true;
    numbers[0] = 0;
    return sscanf(value, "%2x:%2x.%1x%n", &numbers[1], &numbers[2], &numbers[3], &length) == 3 &&
           value[length] == '\0';
}

static bool pci_is_valid(const char *value)
{
    unsigned unused[4];

    return pci_parse(value, unused);
}

static bool pci_matches(const struct gpu_node *node, const char *value)
{
    unsigned wanted[4];
    unsigned here[4];

    return pci_parse(value, wanted) && pci_parse(node->pci, here) &&
           memcmp(wanted, here, sizeof(here)) == 0;
}

struct select_key {
    const char *prefix;
    value_check is_valid;
    value_match matches;
    const char *wants;
};

static const struct select_key keys[] = {
    {"pci=", pci_is_valid, pci_matches, "a PCI address such as 0000:00:02.0"},
    {"driver=", driver_is_valid, driver_matches, "a kernel driver such as i915"},
    {"vendor=", vendor_is_valid, vendor_matches, "intel, amd, nvidia or a number such as 0x8086"},
};

static const struct select_key *key_find(const char *spec)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strncmp(spec, keys[i].prefix, strlen(keys[i].prefix)) == 0)
            return &keys[i];
    return NULL;
}

/* Takes the next value off a comma list; false at its end. One that is too long comes out empty. */
static bool value_next(const char **list, char *ret, size_t size)
{
    size_t length;

    if (!*list)
        return false;
    length = strcspn(*list, ",");
    snprintf(ret, size, "%.*s", length < size ? (int)length : 0, *list);
    *list = (*list)[length] ? *list + length + 1 : NULL;
    return true;
}

int select_check(const char *spec, const char **ret_wanted)
{
    const struct select_key *key = key_find(spec);
    char value[VALUE_MAX];
    bool is_render;
    unsigned node_minor;

    if (text_is_equal(spec, "all") || gpu_name_parse(spec, &is_render, &node_minor))
        return 0;
    *ret_wanted = key ? key->wants : NULL;
    if (!key)
        return -EINVAL;
    for (const char *list = spec + strlen(key->prefix); value_next(&list, value, sizeof(value));)
        if (!*value || !key->is_valid(value))
            return -EINVAL;
    return 0;
}

static bool spec_matches(const char *spec, const struct gpu_node *node)
{
    const struct select_key *key = key_find(spec);
    char value[VALUE_MAX];

    if (!key)
        return text_is_equal(spec, "all") || text_is_equal(spec, node->name);
    for (const char *list = spec + strlen(key->prefix); value_next(&list, value, sizeof(value));)
        if (key->matches(node, value))
            return true;
    return false;
}

bool select_matches(const struct selection *selection, const struct gpu_node *node)
{
    for (size_t i = 0; i < selection->count; i++) {
        bool by_name = text_is_equal(selection->specs[i], node->name);
        if (spec_matches(selection->specs[i], node) &&
            (node->is_render || selection->with_card || by_name))
            return true;
    }
    return selection->count == 0 && (node->is_render || selection->with_card);
}

const char *select_describe(const struct selection *selection, char *buffer, size_t size)
{
    struct text text = {.data = buffer, .size = size};

    text_add(&text, "%s", selection->count ? "" : "all");
    for (size_t i = 0; i < selection->count; i++) {
        char shown[80];
        text_add(&text, "%s%s", i ? " or " : "",
                 text_printable(shown, sizeof(shown), selection->specs[i]));
    }
    return buffer;
}
